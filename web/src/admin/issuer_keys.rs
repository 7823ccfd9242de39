//! The keys that issuers' tokens are checked with: where they come from, and how to change that.

use claimgate_api::{KeyBody, KeysBody};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;

use super::paste_keys::PasteKeys;
use crate::connected::loaded::{Loaded, Problem, local_text};
use crate::issuers::untrusted_certificate::IssuerProblem;
use crate::state::remote::client::RequestError;
use crate::state::remote::sync::Sync;
use crate::state::store::Store;
use crate::ui::empty_state::EmptyState;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::percent_encode;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The issuers with their keys.
#[component]
pub(super) fn IssuerKeys(sync: Sync, store: Store) -> impl IntoView {
    let is_empty = Memo::new(move |_| store.issuers.read().is_empty());
    view! {
        <section class="stack--tight" aria-labelledby="issuer-keys-heading">
            <h2 id="issuer-keys-heading">"Keys in use"</h2>
            <p class="hint">
                "Tokens are checked with keys that are registered with the issuer, or with those that the server fetches from it and \
                 refreshes when they change."
            </p>
            <Show
                when=move || !is_empty.get()
                fallback=|| view! {
                    <EmptyState
                        title="No issuers yet"
                        is_nested=true
                        action=view! { <A href="/issuers/new" attr:class="button">"Register issuer"</A> }.into_any()
                    >
                        "An issuer is a service that signs tokens, such as GitHub Actions."
                    </EmptyState>
                }
            >
                <For each=move || store.issuers.get() key=|issuer| issuer.id.clone() let:issuer>
                    <OneIssuer sync=sync store=store issuer=issuer />
                </For>
            </Show>
        </section>
    }
}

#[component]
fn OneIssuer(sync: Sync, store: Store, issuer: StoredIssuer) -> impl IntoView {
    let id = StoredValue::new(issuer.id.clone());
    let path = Memo::new(move |_| {
        sync.organization_path(&format!(
            "/oidc/issuers/{}/keys",
            percent_encode(&id.read_value())
        ))
    });
    let keys = Loaded::<KeysBody>::new(sync, path);
    let current = Memo::new(move |_| {
        let issuers = store.issuers.read();
        issuers
            .iter()
            .find(|issuer| issuer.id == *id.read_value())
            .cloned()
    });
    let is_registered = Memo::new(move |_| {
        current
            .read()
            .as_ref()
            .is_some_and(|issuer| issuer.jwks.is_some())
    });
    // The revision is another one once the server has a change.
    Effect::new(move |before: Option<Option<u64>>| {
        let revision = current.read().as_ref().map(|issuer| issuer.revision);
        if before.is_some_and(|before| before != revision) {
            keys.load();
        }
        revision
    });
    let (is_busy, failure) = (RwSignal::new(false), RwSignal::new(None::<RequestError>));
    let is_pasting = RwSignal::new(false);
    let renew = move |_| {
        is_busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let done = sync.regenerate_thumbprints(id.get_value()).await;
            let _ = is_busy.try_set(false);
            match done {
                Ok(()) => keys.load(),
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                }
            }
        });
    };
    let trust = Callback::new(move |thumbprint: String| {
        store.change(&id.get_value(), |issuer| {
            issuer.thumbprints = vec![thumbprint];
        });
    });
    let fetch_instead = move |_| {
        store.change(&id.get_value(), |issuer| {
            issuer.jwks = None;
            issuer.jwks_source = None;
        });
    };
    let page = format!("/issuers/{}?section=details", issuer.id);
    let (name, spoken) = (untrusted_text(&issuer.name), StoredValue::new(issuer.name));
    let spoken = move || spoken.get_value();
    view! {
        <div class="card stack--tight issuer-keys">
            <div class="section-head">
                <h3><A href=page>{name}</A></h3>
                {move || keys.body.get().map(|body| source(&body))}
            </div>
            <Problem what="The keys could not be loaded" sentence=keys.problem again=move |()| keys.load() />
            {move || keys.body.get().map(|body| list(&body))}
            {move || failure.get().map(|error| view! {
                <IssuerProblem error=error action="Trust this certificate" trust=trust />
            })}
            <div class="actions">
                {move || match is_registered.get() {
                    true => view! {
                        <button type="button" class="button button--small" on:click=fetch_instead>
                            {icon(Icon::Refresh)} "Fetch keys instead" <span class="visually-hidden">" for " {spoken}</span>
                        </button>
                    }
                    .into_any(),
                    false => view! {
                        <button type="button" class="button button--small" disabled=move || is_busy.get() on:click=renew>
                            {icon(Icon::Refresh)}
                            {move || if is_busy.get() { "Fetching…" } else { "Fetch certificate and keys again" }}
                            <span class="visually-hidden">" of " {spoken}</span>
                        </button>
                    }
                    .into_any(),
                }}
                <button
                    type="button"
                    class="button button--small"
                    aria-expanded=move || is_pasting.get().to_string()
                    on:click=move |_| is_pasting.update(|open| *open = !*open)
                >
                    {icon(Icon::Key)} {move || if is_registered.get() { "Replace keys" } else { "Paste keys" }}
                    <span class="visually-hidden">" of " {spoken}</span>
                </button>
            </div>
            <Show when=move || is_pasting.get()><PasteKeys store=store id=id close=is_pasting /></Show>
        </div>
    }
}

/// Where the keys come from.
fn source(body: &KeysBody) -> AnyView {
    match (body.source.as_str(), body.fetched.as_deref()) {
        ("registered", _) => {
            view! { <span class="badge">"registered, never fetched"</span> }.into_any()
        }
        (_, Some(fetched)) => {
            view! { <span class="hint">"fetched " {local_text(fetched)}</span> }.into_any()
        }
        _ => view! { <span class="badge badge--note">"not fetched yet"</span> }.into_any(),
    }
}

fn list(body: &KeysBody) -> AnyView {
    let error = body.error.as_ref().map(|error| {
        let help = error.help.clone().unwrap_or_default();
        view! {
            <div class="notice notice--bad notice--small">
                <p>"The server could not fetch them: " {inline_code(&error.message)}</p>
                {(!help.is_empty()).then(|| view! { <p>{inline_code(&help)}</p> })}
            </div>
        }
    });
    let keys = body.keys.iter().map(key).collect_view();
    view! {
        {error}
        {(!body.keys.is_empty()).then(|| view! { <ul class="issuer-keys__list">{keys}</ul> })}
    }
    .into_any()
}

fn key(key: &KeyBody) -> AnyView {
    let detail = match (&key.crv, key.bits) {
        (Some(curve), _) => format!("{} {curve}", key.kty),
        (None, Some(bits)) => format!("{} {bits} bits", key.kty),
        (None, None) => key.kty.clone(),
    };
    let id = match &key.kid {
        Some(kid) => view! { <code>{untrusted_text(kid)}</code> }.into_any(),
        None => "no key ID".into_any(),
    };
    let alg = key.alg.clone().unwrap_or_default();
    view! {
        <li>
            {id} <span class="hint">{untrusted_text(&detail)} " " {untrusted_text(&alg)}</span>
            {key.problem.as_deref().map(|problem| view! { <span class="error">"cannot be used: " {inline_code(problem)}</span> })}
        </li>
    }
    .into_any()
}
