//! A server's log of administrators' changes: the list, newest first, and the page of one change.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use serde_json::Value;

use super::entry_time::when;
use crate::shell::not_found::NotFoundPage;
use crate::state::remote::Access;
use crate::state::remote::sync::Sync;
use crate::state::store::{Store, use_store};
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate_formats::percent_encode;

/// How many changes are loaded at a time.
const PAGE: usize = 50;

/// The list.
#[component]
pub(crate) fn ChangesPage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! { <NotFoundPage /> }.into_any();
    };
    let changes = Changes::new(sync);
    Effect::new(move || {
        if is_signed_in(store) {
            changes.read(None);
        }
    });
    view! {
        <div class="container container--wide stack">
            <p class="crumbs"><A href="/audit">"Audit log"</A></p>
            <div class="section-head">
                <h1>"Changes"</h1>
                <button type="button" class="button" on:click=move |_| changes.read(None)>"Refresh"</button>
            </div>
            <p class="lead">
                "Every change of this organization, its issuers, policies and tokens through the API, with the access token \
                 that made it."
            </p>
            <ChangeList changes=changes />
        </div>
    }
    .into_any()
}

/// Whether the server can be asked. An effect that depends on it runs again after the person has
/// signed in again.
fn is_signed_in(store: Store) -> bool {
    let access = store.remote.map(|remote| remote.access.get());
    access == Some(Access::SignedIn)
}

/// The loaded part of the log.
#[derive(Clone, Copy)]
struct Changes {
    sync: Sync,
    entries: RwSignal<Vec<Value>>,
    /// The token of the next page, if there is one.
    next: RwSignal<Option<String>>,
    problem: RwSignal<String>,
    is_busy: RwSignal<bool>,
}

impl Changes {
    fn new(sync: Sync) -> Self {
        Self {
            sync,
            entries: RwSignal::default(),
            next: RwSignal::default(),
            problem: RwSignal::default(),
            is_busy: RwSignal::default(),
        }
    }

    /// Loads the newest changes, or those before one.
    fn read(self, before: Option<String>) {
        let page = before.as_deref().map(percent_encode);
        let page = page.map_or(String::new(), |before| format!("&before={before}"));
        self.is_busy.set(true);
        spawn_local(async move {
            let answer = self.sync.get(&format!("/changes?limit={PAGE}{page}")).await;
            // The page may be gone.
            if self.is_busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(body) => {
                    let new = body["changes"].as_array().cloned().unwrap_or_default();
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
fn ChangeList(changes: Changes) -> impl IntoView {
    let is_empty = Memo::new(move |_| changes.entries.read().is_empty());
    let status = move || match (
        changes.is_busy.get(),
        changes.entries.read().len(),
        changes.next.read().is_some(),
    ) {
        (true, ..) => "Reading…".to_owned(),
        _ if !changes.problem.read().is_empty() => String::new(),
        (false, 1, false) => "1 change".to_owned(),
        (false, count, false) => format!("{count} changes"),
        (false, count, true) => format!("The newest {count} changes"),
    };
    view! {
        <p class="hint" role="status">{status}</p>
        {move || (!changes.problem.read().is_empty()).then(|| view! {
            <p class="notice notice--bad" role="alert">
                "The changes could not be read: " {inline_code(&changes.problem.read())} "."
            </p>
        })}
        <Show when=move || !is_empty.get()>
            <div class="card card--flush">
                <table class="audit">
                    <thead><tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Change"</th>
                        <th scope="col">"Of"</th>
                        <th scope="col">"By"</th>
                    </tr></thead>
                    <tbody>
                        <For
                            each=move || changes.entries.get()
                            key=|change| text(change, "id").to_owned()
                            let:change
                        >{row(&change)}</For>
                    </tbody>
                </table>
            </div>
        </Show>
        <Show when=move || changes.next.read().is_some()>
            <div class="actions">
                <button
                    type="button"
                    class="button"
                    disabled=move || changes.is_busy.get()
                    on:click=move |_| changes.read(changes.next.get_untracked())
                >"Older changes"</button>
            </div>
        </Show>
    }
}

fn row(change: &Value) -> AnyView {
    let address = format!("/audit/changes/{}", percent_encode(text(change, "id")));
    let time = when(change);
    view! {
        <tr>
            <td data-label="Time"><A href=address attr:class="audit__link">{time}</A></td>
            <td data-label="Change">{untrusted_text(text(change, "summary"))}</td>
            <td data-label="Of"><code>{untrusted_text(text(change, "name"))}</code></td>
            <td data-label="By"><span>{author(&change["by"])}</span></td>
        </tr>
    }
    .into_any()
}

/// One change.
#[component]
pub(crate) fn ChangePage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! { <NotFoundPage /> }.into_any();
    };
    let params = use_params_map();
    let answer = RwSignal::new(None::<Result<Value, String>>);
    Effect::new(move || {
        let id = params.read().get("id").unwrap_or_default();
        if !is_signed_in(store) {
            return;
        }
        spawn_local(async move {
            let read = sync.get(&format!("/changes/{}", percent_encode(&id))).await;
            let _ = answer.try_set(Some(read));
        });
    });
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/audit/changes">"Changes"</A></p>
            <h1>"Change"</h1>
            {move || match answer.get() {
                None => view! { <p class="hint" role="status">"Reading…"</p> }.into_any(),
                Some(Err(sentence)) => view! {
                    <p class="notice notice--bad" role="alert">
                        "The change could not be read: " {untrusted_text(&sentence)} "."
                    </p>
                }
                .into_any(),
                Some(Ok(change)) => details(&change),
            }}
        </div>
    }
    .into_any()
}

fn details(change: &Value) -> AnyView {
    let by = &change["by"];
    view! {
        <dl class="card facts">
            <div><dt>"Change"</dt><dd>{untrusted_text(text(change, "summary"))}</dd></div>
            <div><dt>"Time"</dt><dd>{when(change)} " UTC"</dd></div>
            {fact("Of", text(change, "name"))}
            {fact("Issuer's id", text(change, "issuer"))}
            <div><dt>"By"</dt><dd>{author(by)}</dd></div>
            {fact("Access token's id", text(by, "token"))}
            {fact("From address", text(by, "address"))}
            {fact("Code", text(change, "code"))}
            {fact("Reference", text(change, "id"))}
        </dl>
        {difference("Before", &change["before"])}
        {difference("After", &change["after"])}
    }
    .into_any()
}

fn fact(label: &'static str, value: &str) -> Option<AnyView> {
    (!value.is_empty()).then(|| {
        view! { <div><dt>{label}</dt><dd><code>{untrusted_text(value)}</code></dd></div> }
            .into_any()
    })
}

/// What was different, as JSON.
fn difference(title: &'static str, value: &Value) -> Option<AnyView> {
    let is_empty = value.as_object().is_none_or(serde_json::Map::is_empty);
    (!is_empty).then(|| {
        let json = serde_json::to_string_pretty(value).unwrap_or_default();
        view! {
            <section class="card stack--tight">
                <h2>{title}</h2>
                <pre tabindex="0" class="code" role="region" aria-label=title>{untrusted_lines(&json)}</pre>
            </section>
        }
        .into_any()
    })
}

/// The kind of the access token, and the subject that it was granted to.
fn author(by: &Value) -> AnyView {
    let kind = match text(by, "kind") {
        "bootstrap" => "bootstrap token",
        "server" => "the server",
        "organization" => "organization token",
        "team" => "team token",
        "personal" => "personal token",
        "runner" => "runner token",
        _ => "access token",
    };
    let subject = text(by, "subject");
    let subject =
        (!subject.is_empty()).then(|| view! { " of " <code>{untrusted_text(subject)}</code> });
    view! { {kind} {subject} }.into_any()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
