//! Lists that a server answers with a page at a time: the audit log, changes, access tokens, revisions.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::loaded::{Problem, local_time};
use crate::state::remote::sync::Sync;
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
                    self.problem.set(String::new());
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
    let is_settled = move || !list.is_busy.get() && list.problem.read().is_empty();
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
        <Problem what="The list could not be loaded" sentence=list.problem />
        {move || match is_empty.get() {
            false => table(),
            true if is_settled() => empty(),
            true => ().into_any(),
        }}
        {move || more(list)}
    }
    .into_any()
}

/// How far a search came that stopped early, and the button that loads older entries.
fn more<T: Listed>(list: List<T>) -> Option<AnyView> {
    let next = list.next.get()?;
    let stopped = list.reached.get().map(|reached| {
        let count = searched(list.searches.get());
        view! { <p class="hint">"Searched " {count} " entries, back to " {local_time(reached)} ". Older entries were not searched."</p> }
    });
    let [_, many] = T::WORDS;
    let label = match stopped.is_some() {
        true => "Search further back".to_owned(),
        false => format!("Older {many}"),
    };
    Some(
        view! {
            {stopped}
            <div class="actions">
                <button
                    type="button"
                    class="button"
                    disabled=move || list.is_busy.get()
                    on:click=move |_| list.read(Some(next.clone()))
                >{label}</button>
            </div>
        }
        .into_any(),
    )
}
