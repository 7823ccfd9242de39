//! Two versions of an issuer, saved in two tabs or by two people: both are kept until the person
//! decides.

use leptos::prelude::*;

use super::lazy::versions_view;
use crate::state::store::use_store;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::issuer_part::differences;
use claimgate_workbench::issuers::storage::Conflict;

/// The version that lost, compared with the listed one.
#[component]
pub(crate) fn ConflictNotice(conflict: Conflict) -> impl IntoView {
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
                        "Both versions are kept. They differ in: " {differ}
                        ". The list shows one of them; the other is here."
                    </p>
                }.into_any()
            } else {
                view! { <p>"It was deleted while it was changed here. What was changed is kept here, and only here."</p> }
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
                <button type="button" class="button" on:click=move |_| store.swap(&other.get_value())>
                    "Put the other into the list"
                </button>
                <button type="button" class="button" on:click=move |_| store.discard(&other.get_value())>
                    "Discard the other"
                </button>
            </div>
        </section>
    }
}
