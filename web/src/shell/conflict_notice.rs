//! Two versions of an issuer, saved in two tabs or by two people: both are kept until the person
//! decides.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::lazy::versions_view;
use crate::state::store::{Store, use_store};
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::issuer_part::differences;
use claimgate_workbench::issuers::storage::{Conflict, StoredIssuer};

/// Whose the version is that is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    Mine,
    Theirs,
    /// Saved before this page was loaded.
    Unknown,
}

impl Other {
    fn of(store: Store, conflict: &Conflict, swapped: &BTreeSet<String>) -> Self {
        if store.remote.is_some() {
            // A server has the other person's version at first.
            return match swapped.contains(&conflict.issuer.id) {
                true => Self::Theirs,
                false => Self::Mine,
            };
        }
        let saved = store.saved_here(&conflict.issuer.id);
        match saved.map(|mine| differences(&mine, &conflict.issuer).is_empty()) {
            Some(true) => Self::Mine,
            Some(false) => Self::Theirs,
            None => Self::Unknown,
        }
    }

    /// What its version and the listed one are called.
    fn labels(self) -> [&'static str; 2] {
        match self {
            Self::Mine => ["My version", "Their version"],
            Self::Theirs => ["Their version", "My version"],
            Self::Unknown => ["Other version", "Listed version"],
        }
    }

    /// What the comparison begins with: whose changes, compared with what.
    fn compared(self) -> &'static str {
        match self {
            Self::Mine | Self::Theirs => "What my version changes, compared with theirs:",
            Self::Unknown => "What the other version changes, compared with the listed one:",
        }
    }

    /// What the buttons say: take the version that is not listed, and keep the listed one.
    fn verbs(self) -> [&'static str; 2] {
        match self {
            Self::Mine => ["Use my version", "Keep theirs"],
            Self::Theirs => ["Use their version", "Keep mine"],
            Self::Unknown => ["Use the other version", "Keep the listed version"],
        }
    }

    fn listed(self) -> &'static str {
        match self {
            Self::Mine => "theirs",
            Self::Theirs => "mine",
            Self::Unknown => "one of them",
        }
    }
}

/// The version that lost, compared with the listed one.
#[component]
pub(crate) fn ConflictNotice(
    conflict: Conflict,
    /// The issuers for which the person has put the other version into the list.
    swapped: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let store = use_store();
    let id = conflict.issuer.id.clone();
    let current = Memo::new(move |_| {
        let issuers = store.issuers.read();
        issuers.iter().find(|issuer| issuer.id == id).cloned()
    });
    let title = match store.remote.is_some() {
        true => "Changed by two people",
        false => "Changed in two tabs",
    };
    let side = swapped.with_untracked(|swapped| Other::of(store, &conflict, swapped));
    let other = StoredValue::new(conflict);
    let swap = move |_| {
        let conflict = other.get_value();
        swapped.update(|swapped| {
            if !swapped.remove(&conflict.issuer.id) {
                swapped.insert(conflict.issuer.id.clone());
            }
        });
        store.swap(&conflict);
    };
    let discard = move |_| {
        let conflict = other.get_value();
        swapped.update(|swapped| {
            swapped.remove(&conflict.issuer.id);
        });
        store.discard(&conflict);
    };
    let is_there = Memo::new(move |_| current.read().is_some());
    let is_open = RwSignal::new(false);
    let differ = move || {
        let parts = current
            .get()
            .map(|current| other.with_value(|other| differences(&current, &other.issuer)));
        parts.unwrap_or_default().join(", ")
    };
    let [take, keep] = side.verbs();
    view! {
        <section class="notice notice--note container" aria-label=title>
            <h2>{title} " at once: " {other.with_value(|other| untrusted_text(&other.issuer.name))}</h2>
            {move || if is_there.get() {
                view! {
                    <p>
                        "Both versions are kept. They differ in: " {differ} ". The list shows " {side.listed()}
                        "; choose which one to keep."
                    </p>
                }.into_any()
            } else {
                view! { <p>"It was deleted while you were changing it. Your version exists only here."</p> }
                    .into_any()
            }}
            <div class="actions">
                <button type="button" class="button" on:click=swap>
                    {move || if is_there.get() { take } else { "Restore my version" }}
                </button>
                <button type="button" class="button" on:click=discard>
                    {move || if is_there.get() { keep } else { "Keep it deleted" }}
                </button>
            </div>
            <details on:toggle:target=move |event| is_open.set(event.target().open())>
                <summary>"Compare"</summary>
                {move || is_open.get().then(|| {
                    let versions = versions(side, other.with_value(|other| other.issuer.clone()), current.get());
                    view! { <Suspense>{Suspend::new(versions_view(Box::new((versions, side.compared()))))}</Suspense> }
                })}
            </details>
        </section>
    }
}

/// Both versions with their labels, one's own first.
fn versions(
    side: Other,
    other: StoredIssuer,
    listed: Option<StoredIssuer>,
) -> (
    (&'static str, StoredIssuer),
    (&'static str, Option<StoredIssuer>),
) {
    let [other_label, listed_label] = side.labels();
    match (side, listed) {
        (Other::Theirs, Some(listed)) => ((listed_label, listed), (other_label, Some(other))),
        (_, listed) => ((other_label, other), (listed_label, listed)),
    }
}
