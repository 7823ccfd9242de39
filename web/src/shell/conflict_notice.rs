//! Two versions of an issuer, saved in two tabs or by two people: both are kept until the person
//! decides.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::lazy::versions_view;
use crate::state::store::use_store;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::issuer_part::differences;
use claimgate_workbench::issuers::storage::Conflict;

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
        store
            .issuers
            .read()
            .iter()
            .find(|issuer| issuer.id == id)
            .cloned()
    });
    let other = StoredValue::new(conflict);
    let title = if store.remote.is_some() {
        "Changed by two people"
    } else {
        "Changed in two tabs"
    };
    // A server has the other person's version at first. Between two tabs, either may be listed.
    let is_swapped =
        swapped.with_untracked(|swapped| swapped.contains(&other.read_value().issuer.id));
    let (listed, take, keep) = match (store.remote.is_some(), is_swapped) {
        (true, false) => ("theirs", "Use my version", "Keep theirs"),
        (true, true) => ("yours", "Use their version", "Keep mine"),
        (false, _) => (
            "one of them",
            "Use the other version",
            "Keep the listed version",
        ),
    };
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
    view! {
        <section class="notice notice--note container" aria-label=title>
            <h2>{title} " at once: " {other.with_value(|other| untrusted_text(&other.issuer.name))}</h2>
            {move || if is_there.get() {
                view! {
                    <p>
                        "Both versions are kept. They differ in: " {differ} ". The list shows " {listed}
                        "; choose which one to keep."
                    </p>
                }.into_any()
            } else {
                view! { <p>"It was deleted while you were changing it. Your version exists only here."</p> }
                    .into_any()
            }}
            <details on:toggle:target=move |event| is_open.set(event.target().open())>
                <summary>"Compare"</summary>
                {move || is_open.get().then(|| {
                    let versions = (current.get(), other.with_value(|other| other.issuer.clone()));
                    view! { <Suspense>{Suspend::new(versions_view(Box::new(versions)))}</Suspense> }
                })}
            </details>
            <div class="actions">
                <button type="button" class="button" on:click=swap>
                    {move || if is_there.get() { take } else { "Restore my version" }}
                </button>
                <button type="button" class="button" on:click=discard>
                    {move || if is_there.get() { keep } else { "Keep it deleted" }}
                </button>
            </div>
        </section>
    }
}
