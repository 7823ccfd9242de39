//! A server's audit log: exchanges, newest first.

use std::time::Duration;

use claimgate_api::AuditEntry;
use leptos::ev::SubmitEvent;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use super::entry::{asked_for, decision, no_issuer, reason_view};
use super::export::Export;
use super::filters::{Choice, LogFilters, Search, exchanges, nothing, options};
use super::histogram::Histogram;
use crate::connected::list::{List, list_view};
use crate::connected::loaded::{local_time, zone_name};
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::clock::now;
use crate::state::remote::sync::Sync;
use crate::state::store::{Store, use_store};
use crate::ui::empty_state::EmptyState;
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::percent_encode;
use claimgate_workbench::admin::query::{DECISIONS, is_reference};

/// How long typing has to pause before the log is searched.
const PAUSE: Duration = Duration::from_millis(250);

const COLUMNS: [&str; 6] = [
    "Time",
    "Decision",
    "Reason",
    "Issuer",
    "Subject",
    "Requested",
];

/// The list.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! {
            <NeedsServer
                title="Audit log"
                text="A server records each request for an access token here, with the checks and policies that decided it."
            />
        }
        .into_any();
    };
    show_title("Audit log");
    let search = Search::new("/audit");
    let list = List::<AuditEntry>::new(sync);
    Effect::new(move || {
        let query = search.query.get();
        // Again after the person has signed in again.
        if sync.is_signed_in() {
            list.begin(exchanges(sync, &query), query.request(now()));
        }
    });
    let refreshed = RwSignal::new(0_u32);
    let refresh = move |_| {
        let query = search.query.get_untracked();
        list.begin(untrack(|| exchanges(sync, &query)), query.request(now()));
        refreshed.update(|count| *count += 1);
    };
    let is_own = Memo::new(move |_| search.query.read().scope.is_empty());
    view! {
        <div class="container stack">
            <div class="section-head">
                <h1>"Audit log"</h1>
                <div class="actions">
                    <Export sync=sync search=search />
                    <button type="button" class="button" data-command="Refresh the audit log" on:click=refresh>
                        {icon(Icon::Refresh)} "Refresh"
                    </button>
                </div>
            </div>
            <p class="lead">
                "Requests for tokens, granted or refused. A refused caller gets only the reference; the reasons are here. \
                 If there are very many refusals, some are only counted. Times are in " {zone_name(now())} ". "
                <A href="/audit/changes">"Changes by administrators"</A>
            </p>
            <Filters store=store sync=sync search=search />
            <Show when=move || is_own.get()><Histogram sync=sync search=search refreshed=refreshed /></Show>
            {list_view(list, &COLUMNS, None, row, move || nothing(
                search,
                "No exchange matches",
                "No recorded request matches the search and the filters. A reference is found only in the log of its organization.",
                "Show all exchanges",
                none,
            ))}
        </div>
    }
    .into_any()
}

#[component]
fn Filters(store: Store, sync: Sync, search: Search) -> impl IntoView {
    let decision = Memo::new(move |_| search.query.read().decision.clone());
    let decisions = options(DECISIONS.map(|(value, label, _)| (value, label)));
    view! {
        <LogFilters label="Exchanges" search=search store=store sync=sync scopes=3>
            <SearchField search=search />
            <Choice
                label="Decision"
                value=decision
                options=decisions
                choose=Callback::new(move |chosen| search.change(false, |query| query.decision = chosen))
            />
        </LogFilters>
    }
}

/// One field for everything that a person may know of an exchange.
#[component]
fn SearchField(search: Search) -> impl IntoView {
    let text = RwSignal::new(search.query.get_untracked().search);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let cancel = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    // What the address says, unless the person is typing.
    Effect::new(move || {
        let now = search.query.read().search.clone();
        if waiting.with_value(Option::is_none) {
            text.set(now);
        }
    });
    let apply = move || {
        cancel();
        search.change(true, |query| query.search = text.get_untracked());
    };
    let typed = move |new: String| {
        text.set(new);
        cancel();
        waiting.set_value(set_timeout_with_handle(apply, PAUSE).ok());
    };
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = text.get_untracked().trim().to_owned();
        if is_reference(&text) {
            cancel();
            navigate(
                &format!("/audit/{}", percent_encode(&text)),
                NavigateOptions::default(),
            );
        } else {
            apply();
        }
    };
    on_cleanup(cancel);
    view! {
        <form class="field audit-filters__search" on:submit=submit>
            <label for="audit-search">"Search"</label>
            <input
                type="search"
                id="audit-search"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="Reference, subject, address or code"
                aria-describedby="audit-search-hint"
                aria-keyshortcuts="/"
                prop:value=move || text.get()
                on:input:target=move |event| typed(event.target().value())
            />
            <p id="audit-search-hint" class="hint">
                "A reference, a part of the subject, the beginning of the address, or a code such as " <code>"token-expired"</code> "."
            </p>
        </form>
    }
}

fn none() -> AnyView {
    let demo = view! { <A href="/demo" attr:class="button">"Exchange a demo token"</A> };
    view! {
        <EmptyState title="No exchanges yet" action=demo.into_any()>
            "In an exchange, a job requests an access token with its ID token: "
            <code>"POST /api/oauth/token"</code>
            ". Each one is listed here, with the checks and policies that decided it."
        </EmptyState>
    }
    .into_any()
}

fn row(entry: &AuditEntry) -> AnyView {
    let name = entry.issuer_name.as_deref().unwrap_or_default();
    let issuer = match name {
        "" => no_issuer(entry),
        name => untrusted_text(name),
    };
    let subject = entry.subject.as_deref().unwrap_or_default();
    let address = format!("/audit/{}", percent_encode(&entry.id));
    let time = local_time(entry.at);
    view! {
        <tr>
            <td data-label="Time"><A href=address attr:class="audit__link">{time}</A></td>
            <td data-label="Decision">{decision(entry)}</td>
            <td data-label="Reason"><span>{reason_view(entry)}</span></td>
            <td data-label="Issuer"><span>{issuer}</span></td>
            <td data-label="Subject"><code>{untrusted_text(subject)}</code></td>
            <td data-label="Requested"><span>{asked_for(entry)}</span></td>
        </tr>
    }
    .into_any()
}
