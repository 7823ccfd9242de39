//! An issuer in the list.

use claimgate::issuer::DEFAULT_MAX_EXPIRATION;
use claimgate::time::{format_duration, format_utc};
use leptos::prelude::*;
use leptos_router::components::A;
use wasm_bindgen::JsCast;

use crate::state::store::use_store;
use crate::ui::icon::{Icon, icon};
use crate::ui::provider_mark::provider_mark;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::keys::kinds;
use claimgate_workbench::issuers::listing::{counts, keys};
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The row.
#[component]
pub(crate) fn IssuerRow(issuer: StoredIssuer) -> impl IntoView {
    let address = format!("/issuers/{}", issuer.id);
    let provider = issuer.provider().map(|provider| provider.name.clone());
    let mark = provider_mark(provider.as_deref().unwrap_or(&issuer.name));
    let name = untrusted_text(&issuer.name);
    view! {
        <tr>
            <td data-label="Name">
                <div class="issuer-name">
                    {mark}
                    <A href=address attr:class="issuer-link"><strong>{name}</strong></A>
                    {provider.filter(|provider| *provider != issuer.name).map(|provider| view! { <span class="badge">{provider}</span> })}
                </div>
            </td>
            <td data-label="URL"><code>{untrusted_text(&issuer.url)}</code></td>
            <td data-label="Policies">{policies(&issuer)}</td>
            <td data-label="Keys">{key_cell(&issuer)}</td>
            <td data-label="Max expiration">{max_expiration(&issuer)}</td>
            <td data-label="Created">{day(Some(issuer.created))}</td>
            <td data-label="Modified">{day(Some(issuer.modified))}</td>
            <td data-label="Last used">{day(issuer.last_used)}</td>
            <td class="row-actions"><Actions issuer=issuer /></td>
        </tr>
    }
}

#[component]
fn Actions(issuer: StoredIssuer) -> impl IntoView {
    let store = use_store();
    let StoredIssuer { id, name, .. } = issuer;
    let copy = format!("/issuers/new?from={id}");
    let label = format!("Delete {name}");
    let remove = move |_| {
        store.remove(&id);
        // The focused element is gone.
        let main = document().get_element_by_id("main");
        if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = main.focus();
        }
    };
    view! {
        <A href=copy attr:class="button button--quiet button--small">
            {icon(Icon::Duplicate)} "Duplicate" <span class="visually-hidden">" " {name}</span>
        </A>
        <button
            type="button"
            class="button button--quiet button--small"
            aria-label=label
            on:click=remove
        >
            {icon(Icon::Trash)} "Delete"
        </button>
    }
}

fn max_expiration(issuer: &StoredIssuer) -> String {
    issuer.max_expiration.map_or_else(
        || format!("{} (default)", format_duration(DEFAULT_MAX_EXPIRATION)),
        format_duration,
    )
}

fn policies(issuer: &StoredIssuer) -> AnyView {
    match counts(issuer) {
        (0, 0) => "none: all denied".into_any(),
        (allows, denies) => view! {
            <span>
                <span class="nowrap">{format!("{allows} allow,")}</span> " "
                <span class="nowrap">{format!("{denies} deny")}</span>
            </span>
        }
        .into_any(),
    }
}

/// The number of keys by kind, and their source.
fn key_cell(issuer: &StoredIssuer) -> AnyView {
    let Some(jwks) = keys(issuer).filter(|jwks| !jwks.keys().is_empty()) else {
        let is_fetched = use_store().remote.is_some() && issuer.jwks.is_none();
        return if is_fetched {
            "fetched by the server"
        } else {
            "none"
        }
        .into_any();
    };
    let source = match &issuer.jwks_source {
        Some(address) => view! { <span class="hint" title=address.clone()>"fetched"</span> },
        None => view! { <span class="hint" title=String::new()>"pasted"</span> },
    };
    view! { <span>{untrusted_text(&kinds(&jwks))} " " {source}</span> }.into_any()
}

/// A day, with the time in a tooltip.
fn day(time: Option<i64>) -> AnyView {
    let Some(time) = time else {
        return view! { <span class="hint">"never"</span> }.into_any();
    };
    let whole = format_utc(time);
    let date: String = whole.chars().take(10).collect();
    view! { <time class="nowrap" datetime=whole.clone() title=whole>{date}</time> }.into_any()
}
