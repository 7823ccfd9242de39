//! The access tokens of an organization: where each comes from, and revoking them.

use claimgate::time::parse;
use claimgate_api::TokenBody;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

use super::revoke::{RevokeDialog, Revoked, Revoking};
use crate::audit::filters::{Choice, issuer_options, options};
use crate::connected::list::{List, list_view};
use crate::connected::loaded::{local_text, zone_name};
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::clock::{now, ticking};
use crate::state::remote::Remote;
use crate::state::remote::sync::Sync;
use crate::state::store::{Store, use_store};
use crate::ui::empty_state::EmptyState;
use crate::ui::field::{Checkbox, TextField};
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;
use claimgate::time::relative;
use claimgate_formats::percent_encode;
use claimgate_workbench::admin::query::join;
use claimgate_workbench::admin::token::{TokenFilter, grant};

const COLUMNS: [&str; 6] = [
    "Granted to",
    "Token",
    "Allowed by",
    "Granted",
    "Expires",
    "Actions",
];

/// The list.
#[component]
pub(crate) fn TokensPage() -> impl IntoView {
    let store = use_store();
    let (Some(sync), Some(remote)) = (Sync::of(store), store.remote) else {
        return view! {
            <NeedsServer
                title="Access tokens"
                text="A server lists the access tokens that it has granted here, to revoke them."
            />
        }
        .into_any();
    };
    show_title("Access tokens");
    let list = List::<TokenBody>::new(sync);
    let named = use_query_map().with_untracked(|map| map.get("issuer"));
    let issuer = RwSignal::new(named.unwrap_or_default());
    let load = move || {
        let query = join(&[("issuer", issuer.get())]);
        if sync.is_signed_in() {
            list.begin(sync.organization_path("/tokens"), query);
        }
    };
    Effect::new(load);
    let revoking = Revoking::new(sync, list);
    let filter = Filter::new();
    let shown = Signal::derive(move || {
        let filter = filter.get();
        let entries = list.entries.read();
        entries
            .iter()
            .filter(|token| filter.finds(token))
            .cloned()
            .collect::<Vec<_>>()
    });
    let time = ticking();
    let row = move |token: &TokenBody| row(token, store, remote, revoking, time);
    let is_restricted = move || filter.get().is_restricted() || !issuer.read().is_empty();
    view! {
        <div class="container stack">
            <div class="section-head">
                <h1>"Access tokens"</h1>
                <button type="button" class="button" data-command="Refresh the access tokens" on:click=move |_| untrack(load)>
                    {icon(Icon::Refresh)} "Refresh"
                </button>
            </div>
            <p class="lead">
                "The valid access tokens of this organization, and what each was granted for. The server does not store their \
                 secrets. Times are in " {zone_name(now())} "."
            </p>
            <SignedIn remote=remote list=list />
            <Filters store=store issuer=issuer filter=filter />
            <Actions store=store remote=remote revoking=revoking issuer=issuer list=list />
            {list_view(list, &COLUMNS, Some(shown), row, move || nothing(is_restricted()))}
            <RevokeDialog revoking=revoking />
        </div>
    }
    .into_any()
}

/// What is looked for among the tokens that are loaded.
#[derive(Clone, Copy)]
struct Filter {
    text: RwSignal<String>,
    token_type: RwSignal<String>,
    admin: RwSignal<bool>,
}

impl Filter {
    fn new() -> Self {
        Self {
            text: RwSignal::default(),
            token_type: RwSignal::default(),
            admin: RwSignal::default(),
        }
    }

    fn get(self) -> TokenFilter {
        TokenFilter {
            text: self.text.get(),
            token_type: self.token_type.get(),
            admin: self.admin.get(),
        }
    }
}

/// Who is signed in, with which token.
#[component]
fn SignedIn(remote: Remote, list: List<TokenBody>) -> impl IntoView {
    let own = move || {
        let id = remote.token_id.read();
        list.entries
            .read()
            .iter()
            .find(|token| token.id == *id)
            .cloned()
    };
    let which = move || {
        match remote.is_root.get() {
        true => view! {
            "the bootstrap token, which does not expire and can do anything. For day-to-day work, exchange an ID token with the \
             scope admin instead."
        }
        .into_any(),
        false => match own() {
            Some(token) => view! {
                "the " {grant(&token.token_type, token.target.as_deref())} " token below"
                {token.expires.as_deref().map(|expires| view! { ", until " {local_text(expires)} })} "."
            }
            .into_any(),
            None => view! { "the token " <code>{remote.token_id.get()}</code> "." }.into_any(),
        },
    }
    };
    view! {
        <p class="notice signed-in" role="note">
            <span>"You are signed in as " <strong>{move || untrusted_text(&remote.login.read())}</strong> " with " {which}</span>
        </p>
    }
}

#[component]
fn Filters(store: Store, issuer: RwSignal<String>, filter: Filter) -> impl IntoView {
    let types = options([
        ("", "All"),
        ("organization", "Organization"),
        ("team", "Team"),
        ("personal", "Personal"),
        ("runner", "Runner"),
    ]);
    view! {
        <div class="card audit-filters" role="search" aria-label="Access tokens">
            <div class="audit-filters__search">
                <TextField label="Search" value=filter.text placeholder="Subject, target, role or ID" />
            </div>
            <Choice
                label="Issuer"
                value=issuer
                options=issuer_options(store, issuer.into())
                choose=Callback::new(move |id| issuer.set(id))
            />
            <Choice
                label="Type"
                value=filter.token_type
                options=types
                choose=Callback::new(move |chosen| filter.token_type.set(chosen))
            />
            <div class="audit-filters__check">
                <Checkbox label="Only admin tokens, which can sign in here" value=filter.admin />
            </div>
        </div>
    }
}

/// Revoking several at once.
#[component]
fn Actions(
    store: Store,
    remote: Remote,
    revoking: Revoking,
    issuer: RwSignal<String>,
    list: List<TokenBody>,
) -> impl IntoView {
    // Those of the chosen issuer, or all.
    let has_none = Memo::new(move |_| list.entries.read().is_empty());
    let ask = move |what| {
        let (own, organization) = (
            remote.token_id.get_untracked(),
            remote.organization.get_untracked(),
        );
        revoking.ask(what, &own, &organization);
    };
    let of_issuer = move || {
        let id = issuer.get();
        let name = store
            .find(&id)
            .map_or_else(|| id.clone(), |found| found.name);
        (!id.is_empty()).then(|| {
            let label = format!("Revoke all of {name}");
            let pressed = move |_| ask(Revoked::Issuer(id.clone(), name.clone()));
            view! {
                <button type="button" class="button button--danger" disabled=move || has_none.get() on:click=pressed>
                    {untrusted_text(&label)}
                </button>
            }
        })
    };
    view! {
        <div class="actions">
            {of_issuer}
            <button
                type="button"
                class="button button--danger"
                data-command="Revoke all tokens"
                disabled=move || has_none.get() && issuer.read().is_empty()
                on:click=move |_| ask(Revoked::All)
            >"Revoke all tokens"</button>
            <span class="good" role="status">{move || revoking.done.get()}</span>
        </div>
    }
}

fn nothing(is_restricted: bool) -> AnyView {
    if is_restricted {
        return view! {
            <EmptyState title="No token matches">
                "None of the loaded tokens matches the filters. Expired and revoked tokens are not listed."
            </EmptyState>
        }
        .into_any();
    }
    let demo = view! { <A href="/demo" attr:class="button">"Exchange a demo token"</A> };
    view! {
        <EmptyState title="No valid access tokens" action=demo.into_any()>
            "A job, such as "
            <code>"repo:octo-org/app:ref:refs/heads/main"</code>
            " on GitHub Actions, exchanges its ID token for an access token. Until that expires, it is listed here and can be revoked."
        </EmptyState>
    }
    .into_any()
}

fn row(
    token: &TokenBody,
    store: Store,
    remote: Remote,
    revoking: Revoking,
    time: ReadSignal<i64>,
) -> AnyView {
    let is_own = token.id == remote.token_id.get_untracked();
    let expires = token.expires.clone().unwrap_or_default();
    let left = move || parse(&expires).map(|at| relative(at, time.get()));
    let this = token.clone();
    let ask = move |_| {
        let (own, organization) = (
            remote.token_id.get_untracked(),
            remote.organization.get_untracked(),
        );
        revoking.ask(Revoked::One(Box::new(this.clone())), &own, &organization);
    };
    let subject = token.subject.as_deref().unwrap_or_default();
    view! {
        <tr>
            <td data-label="Granted to">
                <span class="token__origin">
                    <code>{untrusted_text(subject)}</code>
                    <span class="hint">{issuer(token, store)}</span>
                    {is_own.then(|| view! { <span class="badge badge--good">"you are signed in with it"</span> })}
                </span>
            </td>
            <td data-label="Token"><span>{kind(token)}</span></td>
            <td data-label="Allowed by"><span>{origin(token)}</span></td>
            <td data-label="Granted">{local_text(&token.created)}</td>
            <td data-label="Expires">
                <span>{token.expires.as_deref().map_or_else(|| "never".into_any(), local_text)} <span class="audit__detail">{left}</span></span>
            </td>
            <td data-label="Actions">
                <button type="button" class="button button--small button--danger" on:click=ask>
                    "Revoke" <span class="visually-hidden">" the token of " {subject.to_owned()}</span>
                </button>
            </td>
        </tr>
    }
    .into_any()
}

fn issuer(token: &TokenBody, store: Store) -> AnyView {
    let id = token.issuer.as_deref().unwrap_or_default();
    let known = store.find(id);
    let name = known.as_ref().map(|issuer| issuer.name.clone());
    let name = name.or_else(|| token.issuer_name.clone());
    match (known, name) {
        (Some(issuer), Some(name)) => {
            let (name, page) = (untrusted_text(&name), format!("/issuers/{}", issuer.id));
            view! { <A href=page>{name}</A> }.into_any()
        }
        (None, Some(name)) => view! { {untrusted_text(&name)} " (deleted)" }.into_any(),
        _ => "an issuer that was deleted".into_any(),
    }
}

fn kind(token: &TokenBody) -> AnyView {
    let role = token.role_id.as_deref();
    view! {
        {untrusted_text(&grant(&token.token_type, token.target.as_deref()))}
        {token.admin.then(|| view! { " " <span class="badge badge--note">"admin"</span> })}
        {role.map(|role| view! { " " <span class="badge">"role " {untrusted_text(role)}</span> })}
    }
    .into_any()
}

/// The policies that allowed it, and the exchange in the audit log, while that has it.
fn origin(token: &TokenBody) -> AnyView {
    let numbers: Vec<_> = token
        .policies
        .iter()
        .map(|index| (index + 1).to_string())
        .collect();
    let policies = match numbers.as_slice() {
        [] => String::new(),
        [only] => format!("policy {only} "),
        _ => format!("policies {} ", numbers.join(", ")),
    };
    let exchange = token.exchange.as_deref().map(|reference| {
        let page = format!("/audit/{}", percent_encode(reference));
        view! { <A href=page attr:class="audit__link">"exchange"</A> }
    });
    match exchange {
        Some(exchange) => view! { {policies} {exchange} }.into_any(),
        None => view! { <span class="hint">"no longer in the audit log"</span> }.into_any(),
    }
}
