//! A server's audit log: exchanges, newest first, and the page of one of them.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use serde_json::Value;

use super::entry::{AuditEntry, asked_for, decision};
use super::entry_time::when;
use crate::shell::not_found::NotFoundPage;
use crate::state::clock::read_time;
use crate::state::remote::Access;
use crate::state::remote::sync::Sync;
use crate::state::store::{Store, use_store};
use crate::ui::field::{Select, TextField};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::percent_encode;

/// The filters: their names in the address, which are those of the API.
const FILTERS: [&str; 6] = ["decision", "code", "issuer", "subject", "since", "until"];

/// How many exchanges a page shows.
const PAGE: usize = 50;

/// The list.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! { <NotFoundPage /> }.into_any();
    };
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        let part = |name: &&str| {
            query
                .get(name)
                .filter(|text| !text.is_empty())
                .map(|text| ((*name).to_owned(), text))
        };
        FILTERS.iter().filter_map(part).collect::<Vec<_>>()
    });
    let log = Log::new(sync);
    Effect::new(move || {
        let asked = asked.get();
        // Again after the person has signed in again.
        if store
            .remote
            .is_some_and(|remote| remote.access.get() == Access::SignedIn)
        {
            log.begin(asked);
        }
    });
    view! {
        <div class="container container--wide stack">
            <div class="section-head">
                <h1>"Audit log"</h1>
                <button type="button" class="button" on:click=move |_| log.begin(asked.get_untracked())>"Read anew"</button>
            </div>
            <p class="lead">
                "The exchanges that named this organization, granted or refused. A refused caller is told the reference \
                 only; the reasons are here. Of very many refusals, some are only counted. "
                <A href="/audit/changes">"Changes by administrators"</A>
            </p>
            <Filters store=store asked=asked />
            <Entries log=log />
        </div>
    }
    .into_any()
}

/// The loaded part of the log.
#[derive(Clone, Copy)]
struct Log {
    sync: Sync,
    entries: RwSignal<Vec<Value>>,
    /// The token of the next page, if there is one.
    next: RwSignal<Option<String>>,
    problem: RwSignal<String>,
    is_busy: RwSignal<bool>,
    asked: StoredValue<Vec<(String, String)>>,
}

impl Log {
    fn new(sync: Sync) -> Self {
        Self {
            sync,
            entries: RwSignal::default(),
            next: RwSignal::default(),
            problem: RwSignal::default(),
            is_busy: RwSignal::default(),
            asked: StoredValue::default(),
        }
    }

    /// Loads the newest exchanges.
    fn begin(self, asked: Vec<(String, String)>) {
        self.asked.set_value(asked);
        self.read(None);
    }

    fn read(self, before: Option<String>) {
        let asked = self.asked.get_value();
        let mut parts: Vec<_> = asked
            .iter()
            .map(|(name, text)| format!("{name}={}", percent_encode(text)))
            .collect();
        parts.push(format!("limit={PAGE}"));
        parts.extend(
            before
                .as_ref()
                .map(|before| format!("before={}", percent_encode(before))),
        );
        self.is_busy.set(true);
        spawn_local(async move {
            let answer = self
                .sync
                .get(&format!("/oidc/exchanges?{}", parts.join("&")))
                .await;
            // The filters may have changed meanwhile, or the page may be gone.
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            self.is_busy.set(false);
            match answer {
                Ok(body) => {
                    let new = body["exchanges"].as_array().cloned().unwrap_or_default();
                    self.problem.set(String::new());
                    self.next.set(body["next"].as_str().map(str::to_owned));
                    self.entries.update(|entries| match before {
                        Some(_) => entries.extend(new),
                        None => *entries = new,
                    });
                }
                Err(sentence) => self.problem.set(sentence),
            }
        });
    }
}

#[component]
fn Filters(store: Store, asked: Memo<Vec<(String, String)>>) -> impl IntoView {
    let fields = FILTERS.map(|name| (name, RwSignal::new(String::new())));
    let [decision, code, issuer, subject, since, until] = fields.map(|(_, field)| field);
    Effect::new(move || {
        let asked = asked.get();
        for (name, field) in fields {
            let text = asked
                .iter()
                .find(|(other, _)| other == name)
                .map(|(_, text)| text.clone())
                .unwrap_or_default();
            field.set(text);
        }
    });
    let navigate = use_navigate();
    let go = move |texts: Vec<(&'static str, String)>| {
        let parts: Vec<_> = texts
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("{name}={}", percent_encode(text)))
            .collect();
        let query = if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        };
        navigate(
            &format!("/audit{query}"),
            NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    };
    let all = go.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if time_error(since).is_empty() && time_error(until).is_empty() {
            go(fields
                .iter()
                .map(|(name, field)| (*name, field.get_untracked().trim().to_owned()))
                .collect());
        }
    };
    let pairs = |items: &[(&str, &str)]| -> Vec<(String, String)> {
        items
            .iter()
            .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
            .collect()
    };
    let decisions = pairs(&[("", "All"), ("allowed", "Allowed"), ("denied", "Denied")]);
    let issuers = Signal::derive(move || {
        let mut options = vec![(String::new(), "All".to_owned())];
        options.extend(
            store
                .issuers
                .get()
                .into_iter()
                .map(|issuer| (issuer.id, issuer.name)),
        );
        let chosen = issuer.get();
        if options.iter().all(|(id, _)| *id != chosen) {
            // Deleted since, or of another organization.
            options.push((chosen.clone(), chosen));
        }
        options
    });
    view! {
        <form class="card audit-filters" role="search" aria-label="Exchanges" on:submit=submit novalidate>
            <Select label="Decision" value=decision options=decisions />
            <Select label="Issuer" value=issuer options=issuers />
            <TextField label="Subject contains" value=subject mono=true />
            <TextField label="Code" value=code mono=true placeholder="token-expired" />
            <TextField
                label="Since"
                value=since
                mono=true
                placeholder="2026-11-25T00:00:00Z"
                error=Signal::derive(move || time_error(since))
            />
            <TextField
                label="Before"
                value=until
                mono=true
                placeholder="2026-11-26T00:00:00Z"
                error=Signal::derive(move || time_error(until))
            />
            <div class="actions">
                <button type="submit" class="button button--primary">"Search"</button>
                <Show when=move || !asked.read().is_empty()>
                    <button type="button" class="button button--quiet" on:click={
                        let all = all.clone();
                        move |_| all(Vec::new())
                    }>"Show all exchanges"</button>
                </Show>
            </div>
        </form>
    }
}

fn time_error(field: RwSignal<String>) -> String {
    read_time(&field.read()).err().unwrap_or_default()
}

#[component]
fn Entries(log: Log) -> impl IntoView {
    let is_empty = Memo::new(move |_| log.entries.read().is_empty());
    let status = move || match (
        log.is_busy.get(),
        log.entries.read().len(),
        log.next.read().is_some(),
    ) {
        (true, ..) => "Reading…".to_owned(),
        _ if !log.problem.read().is_empty() => String::new(),
        (false, 1, false) => "1 exchange".to_owned(),
        (false, count, false) => format!("{count} exchanges"),
        (false, count, true) => format!("The newest {count} exchanges"),
    };
    view! {
        <p class="hint" role="status">{status}</p>
        {move || (!log.problem.read().is_empty()).then(|| view! {
            <p class="notice notice--bad" role="alert">"The log was not read: " {inline_code(&log.problem.read())} "."</p>
        })}
        <Show
            when=move || !is_empty.get()
            fallback=move || (!log.is_busy.get() && log.problem.read().is_empty()).then(|| view! {
                <div class="card empty">
                    <h2>"No exchange"</h2>
                    <p>"Nobody has asked for a token of this organization, or nobody in the way that is searched for."</p>
                </div>
            })
        >
            <div class="card card--flush">
                <table class="audit">
                    <thead><tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Decision"</th>
                        <th scope="col">"Issuer"</th>
                        <th scope="col">"Subject"</th>
                        <th scope="col">"Asked for"</th>
                        <th scope="col">"Code"</th>
                    </tr></thead>
                    <tbody>
                        <For each=move || log.entries.get() key=|entry| id_of(entry) let:entry>{row(&entry)}</For>
                    </tbody>
                </table>
            </div>
        </Show>
        <Show when=move || log.next.read().is_some()>
            <div class="actions">
                <button
                    type="button"
                    class="button"
                    disabled=move || log.is_busy.get()
                    on:click=move |_| log.read(log.next.get_untracked())
                >"Older exchanges"</button>
            </div>
        </Show>
    }
}

fn id_of(entry: &Value) -> String {
    entry["id"].as_str().unwrap_or_default().to_owned()
}

fn row(entry: &Value) -> AnyView {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let issuer = match text("issuerName") {
        "" => view! { <span class="hint">"none registered"</span> }.into_any(),
        name => untrusted_text(name),
    };
    let (time, address) = (
        when(entry),
        format!("/audit/{}", percent_encode(text("id"))),
    );
    view! {
        <tr>
            <td data-label="Time"><A href=address attr:class="audit__link">{time}</A></td>
            <td data-label="Decision">{decision(entry)}</td>
            <td data-label="Issuer"><span>{issuer}</span></td>
            <td data-label="Subject"><code>{untrusted_text(text("subject"))}</code></td>
            <td data-label="Asked for"><span>{asked_for(entry)}</span></td>
            <td data-label="Code"><code>{untrusted_text(text("code"))}</code></td>
        </tr>
    }
    .into_any()
}

/// One exchange.
#[component]
pub(crate) fn AuditEntryPage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! { <NotFoundPage /> }.into_any();
    };
    let params = use_params_map();
    let answer = RwSignal::new(None::<Result<Value, String>>);
    Effect::new(move || {
        let id = params.read().get("id").unwrap_or_default();
        spawn_local(async move {
            let read = sync
                .get(&format!("/oidc/exchanges/{}", percent_encode(&id)))
                .await;
            let _ = answer.try_set(Some(read));
        });
    });
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/audit">"Audit log"</A></p>
            <h1>"Exchange"</h1>
            {move || match answer.get() {
                None => view! { <p class="hint" role="status">"Reading…"</p> }.into_any(),
                Some(Err(sentence)) => view! {
                    <p class="notice notice--bad" role="alert">"It was not read: " {untrusted_text(&sentence)} "."</p>
                }
                .into_any(),
                Some(Ok(entry)) => view! { <AuditEntry entry=entry store=store /> }.into_any(),
            }}
        </div>
    }
    .into_any()
}
