//! The filters of the logs. They take effect at once, and are in the address.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::connected::loaded::zone_name;
use crate::state::clock::{local_field_time, now, offset_at};
use crate::state::draft::unique;
use crate::state::remote::sync::Sync;
use crate::state::store::Store;
use crate::ui::empty_state::EmptyState;
use claimgate_workbench::admin::query::{LogQuery, SCOPES};
use claimgate_workbench::admin::range::{DAY, PRESETS, Range};
use claimgate_workbench::text::local_time::field;

/// The query in the address of a page, and how to change it.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    /// The query.
    pub(crate) query: Memo<LogQuery>,
    go: Callback<(LogQuery, bool)>,
}

impl Search {
    /// The query of the page at `path`.
    pub(crate) fn new(path: &'static str) -> Self {
        let map = use_query_map();
        let query = Memo::new(move |_| LogQuery::read(|name| map.read().get(name)));
        let navigate = use_navigate();
        let go = Callback::new(move |(query, replace): (LogQuery, bool)| {
            let options = NavigateOptions {
                replace,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&format!("{path}{}", query.address()), options);
        });
        Self { query, go }
    }

    /// Changes the query. What is typed replaces the address, so that Back leads to the page before.
    pub(crate) fn change(self, is_typed: bool, change: impl FnOnce(&mut LogQuery)) {
        let mut query = self.query.get_untracked();
        change(&mut query);
        if query != self.query.get_untracked() {
            self.go.run((query, is_typed));
        }
    }

    /// Removes all filters.
    pub(crate) fn clear(self) {
        self.change(false, |query| {
            *query = LogQuery {
                scope: std::mem::take(&mut query.scope),
                ..LogQuery::default()
            };
        });
    }
}

/// The path of the exchanges of the log that is searched, again when another organization is chosen.
pub(crate) fn exchanges(sync: Sync, query: &LogQuery) -> String {
    match query.scope.is_empty() {
        true => sync.organization_path("/oidc/exchanges"),
        false => "/api/admin/exchanges".to_owned(),
    }
}

/// One of several choices, each a value and a label, that takes effect at once.
#[component]
pub(crate) fn Choice(
    label: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    choose: Callback<String>,
) -> impl IntoView {
    let id = format!("field-{}", unique());
    let option = move |(option, text): (String, String)| {
        let this = option.clone();
        view! { <option value=option prop:selected=move || *value.read() == this>{text}</option> }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id on:change:target=move |event| choose.run(event.target().value())>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </div>
    }
}

/// Values with their labels, as options.
pub(crate) fn options<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let pairs = pairs.into_iter();
    pairs
        .map(|(value, label)| (value.to_owned(), label.to_owned()))
        .collect()
}

/// The filters of a log: its own, then those that both logs have.
#[component]
pub(crate) fn LogFilters(
    /// What is looked for.
    label: &'static str,
    search: Search,
    store: Store,
    sync: Sync,
    /// How many scopes the log has, of [`SCOPES`].
    scopes: usize,
    /// The log's own filters.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="card audit-filters" role="search" aria-label=label>
            {children()}
            <IssuerChoice search=search store=store />
            <ScopeChoice search=search sync=sync scopes=scopes />
            <RangeChoice search=search />
            <Show when=move || search.query.read().is_restricted()>
                <button type="button" class="button button--quiet audit-filters__clear" on:click=move |_| search.clear()>
                    "Clear filters"
                </button>
            </Show>
        </div>
    }
}

/// What a log shows without entries: `none` if nothing restricts the search.
pub(crate) fn nothing(
    search: Search,
    title: &'static str,
    text: &'static str,
    all: &'static str,
    none: impl FnOnce() -> AnyView,
) -> AnyView {
    if !search.query.read().is_restricted() {
        return none();
    }
    let all = view! { <button type="button" class="button" on:click=move |_| search.clear()>{all}</button> };
    view! { <EmptyState title=title action=all.into_any()>{text}</EmptyState> }.into_any()
}

/// The issuer.
#[component]
fn IssuerChoice(search: Search, store: Store) -> impl IntoView {
    let value = Memo::new(move |_| search.query.read().issuer.clone());
    view! {
        <Choice
            label="Issuer"
            value=value
            options=issuer_options(store, value.into())
            choose=Callback::new(move |id| search.change(false, |query| query.issuer = id))
        />
    }
}

/// The issuers as options, and the chosen one if it was deleted since.
pub(crate) fn issuer_options(
    store: Store,
    chosen: Signal<String>,
) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let mut options = vec![(String::new(), "All".to_owned())];
        let issuers = store.issuers.get().into_iter();
        options.extend(issuers.map(|issuer| (issuer.id, issuer.name)));
        let chosen = chosen.get();
        if options.iter().all(|(id, _)| *id != chosen) {
            // Deleted since, or of another organization.
            options.push((chosen.clone(), chosen));
        }
        options
    })
}

/// Whose log it is: for the bootstrap token only. `scopes` are how many of them there are.
#[component]
fn ScopeChoice(search: Search, sync: Sync, scopes: usize) -> impl IntoView {
    let value = Memo::new(move |_| search.query.read().scope.clone());
    move || {
        sync.is_root().then(|| {
            view! {
                <Choice
                    label="Scope"
                    value=value
                    options=options(SCOPES.into_iter().take(scopes))
                    choose=Callback::new(move |scope| search.change(false, |query| query.scope = scope))
                />
            }
        })
    }
}

/// The range of time: any, the last hours or days, or between two times.
#[component]
fn RangeChoice(search: Search) -> impl IntoView {
    let range = Memo::new(move |_| search.query.read().range);
    let set = move |range| search.change(false, |query| query.range = range);
    let custom = move |_| {
        let time = now();
        let since = range.get_untracked().bounds(time).0.unwrap_or(time - DAY);
        set(Range::Between(Some(since), None));
    };
    let is_custom = move || matches!(range.get(), Range::Between(..));
    let button = |label: &'static str, own: Range| {
        view! {
            <button type="button" aria-pressed=move || (range.get() == own).to_string() on:click=move |_| set(own)>{label}</button>
        }
    };
    view! {
        <div class="field">
            <span class="label" id="range-label">"Time"</span>
            <div class="segments" role="group" aria-labelledby="range-label">
                {button("Any", Range::Any)}
                {PRESETS.map(|(name, label, _)| button(label, Range::Last(name))).into_iter().collect_view()}
                <button type="button" aria-pressed=move || is_custom().to_string() on:click=custom>"Custom"</button>
            </div>
        </div>
        <Show when=is_custom>
            <TimeField label="From" search=search is_end=false />
            <TimeField label="Until" search=search is_end=true />
        </Show>
    }
}

/// One end of a custom range, in the person's own time zone.
#[component]
fn TimeField(label: &'static str, search: Search, is_end: bool) -> impl IntoView {
    let id = format!("field-{}", unique());
    let hint = format!("{id}-hint");
    let time = Memo::new(move |_| match search.query.read().range {
        Range::Between(since, until) => {
            if is_end {
                until
            } else {
                since
            }
        }
        _ => None,
    });
    let value = move || {
        time.get()
            .map(|at| field(at, offset_at(at)))
            .unwrap_or_default()
    };
    let set = move |text: String| {
        let new = local_field_time(&text);
        search.change(true, |query| {
            if let Range::Between(since, until) = query.range {
                query.range = match is_end {
                    true => Range::Between(since, new),
                    // The range stays a custom one.
                    false => Range::Between(new.or(since).or(Some(0)), until),
                };
            }
        });
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                type="datetime-local"
                id=id
                aria-describedby=hint.clone()
                prop:value=value
                on:change:target=move |event| set(event.target().value())
            />
            <p id=hint class="hint">{move || zone_name(time.get().unwrap_or_else(now))}</p>
        </div>
    }
}
