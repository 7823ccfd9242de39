//! Lists that a server answers with a page at a time: the audit log, changes, access tokens, revisions.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::loaded::{Problem, local_time};
use crate::state::remote::sync::Sync;
use crate::ui::empty_state::EmptyState;
use claimgate_formats::percent_encode;
use claimgate_workbench::admin::listed::{Listed, count, searched};

/// How many entries are loaded at a time.
const PAGE: usize = 50;

/// The loaded part of a list.
pub(crate) struct List<T: Listed> {
    /// The entries, newest first.
    pub(crate) entries: RwSignal<Vec<T>>,
    sync: Sync,
    /// The token of the next page, if there may be one.
    next: RwSignal<Option<String>>,
    /// How far the search came that stopped early, and how many have.
    reached: RwSignal<Option<i64>>,
    searches: RwSignal<usize>,
    problem: RwSignal<String>,
    is_busy: RwSignal<bool>,
    /// The path of the request and its query.
    request: StoredValue<(String, String)>,
}

impl<T: Listed> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Listed> Copy for List<T> {}

impl<T: Listed> List<T> {
    /// Nothing yet.
    pub(crate) fn new(sync: Sync) -> Self {
        Self {
            entries: RwSignal::default(),
            sync,
            next: RwSignal::default(),
            reached: RwSignal::default(),
            searches: RwSignal::default(),
            problem: RwSignal::default(),
            is_busy: RwSignal::default(),
            request: StoredValue::default(),
        }
    }

    /// Loads the newest entries of a whole path with a query, without its question mark.
    pub(crate) fn begin(self, path: String, query: String) {
        self.request.set_value((path, query));
        self.read(None);
    }

    /// Loads the newest entries again.
    pub(crate) fn refresh(self) {
        if !self.request.with_value(|(path, _)| path.is_empty()) {
            self.read(None);
        }
    }

    fn read(self, before: Option<String>) {
        let request = self.request.get_value();
        let (path, query) = &request;
        let mut parts = vec![format!("limit={PAGE}")];
        parts.extend((!query.is_empty()).then(|| query.clone()));
        let page = before.as_deref().map(percent_encode);
        parts.extend(page.map(|before| format!("before={before}")));
        let path = format!("{path}?{}", parts.join("&"));
        self.is_busy.set(true);
        self.problem.set(String::new());
        spawn_local(async move {
            let answer = self.sync.send("GET", &path, None).await;
            // The search may have changed meanwhile, or the page may be gone.
            if self.request.try_get_value() != Some(request) {
                return;
            }
            self.is_busy.set(false);
            let page = answer.map_err(|error| error.message()).and_then(T::page);
            match page {
                Ok(page) => {
                    self.next.set(page.next);
                    self.reached.set(page.reached);
                    let earlier = if before.is_some() {
                        self.searches.get_untracked()
                    } else {
                        0
                    };
                    self.searches
                        .set(earlier + usize::from(page.reached.is_some()));
                    self.entries.update(|entries| match before {
                        Some(_) => entries.extend(page.entries),
                        None => *entries = page.entries,
                    });
                }
                Err(sentence) => self.problem.set(sentence),
            }
        });
    }

    /// How many entries there are, or what is happening.
    fn status(self, shown: Option<usize>) -> String {
        let (all, has_more) = (self.entries.read().len(), self.next.read().is_some());
        match self.is_busy.get() {
            true => "Loading…".to_owned(),
            false if !self.problem.read().is_empty() => String::new(),
            false => match shown.filter(|shown| *shown != all) {
                Some(shown) => format!(
                    "{shown} of {}",
                    count::<T>(all, has_more).replacen("The", "the", 1)
                ),
                None => count::<T>(all, has_more),
            },
        }
    }
}

/// What a list shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Table,
    /// No entry, and the search may continue.
    Unfinished,
    Empty,
    /// It is not loaded.
    Unknown,
}

/// A table of the entries with everything around it. `shown` picks some of them, if it is given;
/// `empty` is shown if there are none.
pub(crate) fn list_view<T: Listed>(
    list: List<T>,
    columns: &'static [&'static str],
    shown: Option<Signal<Vec<T>>>,
    row: impl Fn(&T) -> AnyView + Copy + Send + std::marker::Sync + 'static,
    empty: impl Fn() -> AnyView + Copy + Send + std::marker::Sync + 'static,
) -> AnyView {
    let entries = move || shown.map_or_else(|| list.entries.get(), |shown| shown.get());
    let is_empty = Memo::new(move |_| match shown {
        Some(shown) => shown.read().is_empty(),
        None => list.entries.read().is_empty(),
    });
    let state = Memo::new(move |_| match is_empty.get() {
        false => State::Table,
        // Nothing so far: older entries may match.
        true if shown.is_none() && list.next.read().is_some() => State::Unfinished,
        true if list.is_busy.get() || !list.problem.read().is_empty() => State::Unknown,
        true => State::Empty,
    });
    let table = move || {
        view! {
            <div class="card card--flush">
                <table class=if shown.is_none() { "audit audit--compact" } else { "audit" }>
                    <thead><tr>
                        {columns.iter().map(|column| view! { <th scope="col">{*column}</th> }).collect_view()}
                    </tr></thead>
                    <tbody>
                        <For each=entries key=|entry| entry.key() let:entry>{row(&entry)}</For>
                    </tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <p class="hint" role="status">{move || list.status(shown.map(|shown| shown.read().len()))}</p>
        <Problem what="The list could not be loaded" sentence=list.problem again=move |()| list.refresh() />
        {move || match state.get() {
            State::Table => table(),
            State::Unfinished => unfinished(list),
            State::Empty => empty(),
            State::Unknown => ().into_any(),
        }}
        {move || (state.get() != State::Unfinished).then(|| more(list))}
    }
    .into_any()
}

/// That a search has found nothing so far, and the button that continues it.
fn unfinished<T: Listed>(list: List<T>) -> AnyView {
    let action = view! { <div class="actions">{older(list)}</div> };
    view! {
        <EmptyState title="Nothing found so far" action=action.into_any()>
            {move || stopped(list)} " An older entry may match."
        </EmptyState>
    }
    .into_any()
}

/// How far a search came that stopped early, and the button that loads older entries.
fn more<T: Listed>(list: List<T>) -> Option<AnyView> {
    let is_over = list.next.read().is_none();
    (!is_over).then(|| {
        let note = move || {
            list.reached.read().map(|_| {
                view! { <p class="hint">{stopped(list)} " Older entries were not searched."</p> }
            })
        };
        view! { {note} <div class="actions">{older(list)}</div> }.into_any()
    })
}

/// How far a search came that stopped early.
fn stopped<T: Listed>(list: List<T>) -> Option<AnyView> {
    let reached = list.reached.get()?;
    let count = searched(list.searches.get());
    Some(view! { "Searched " {count} " entries, back to " {local_time(reached)} "." }.into_any())
}

/// The button that loads older entries.
fn older<T: Listed>(list: List<T>) -> AnyView {
    let [_, many] = T::WORDS;
    let label = move || match list.reached.read().is_some() {
        true => "Search further back".to_owned(),
        false => format!("Older {many}"),
    };
    view! {
        <button
            type="button"
            class="button"
            disabled=move || list.is_busy.get()
            on:click=move |_| list.read(list.next.get_untracked())
        >{label}</button>
    }
    .into_any()
}
