//! Two versions of an issuer, saved in two tabs or by two people: both are kept until the person has decided.

use leptos::prelude::*;

use super::shown::{shown, shown_lines};
use crate::state::merge::differences;
use crate::state::storage::{Conflict, StoredIssuer};
use crate::state::store::use_store;

/// The version that lost, against the one that is there.
#[component]
pub(crate) fn ConflictNotice(conflict: Conflict) -> impl IntoView {
    let store = use_store();
    let id = conflict.issuer.id.clone();
    let current = Memo::new(move |_| store.issuers.read().iter().find(|issuer| issuer.id == id).cloned());
    let other = StoredValue::new(conflict);
    let title = if store.remote.is_some() { "Changed by two people" } else { "Changed in two tabs" };
    let is_there = Memo::new(move |_| current.read().is_some());
    let differ = move || {
        let parts = current.get().map(|current| other.with_value(|other| differences(&current, &other.issuer)));
        parts.unwrap_or_default().join(", ")
    };
    view! {
        <section class="notice notice--note container" aria-label=title>
            <h2>{title} " at once: " {other.with_value(|other| shown(&other.issuer.name))}</h2>
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
            <details>
                <summary>"Compare"</summary>
                <div class="versions">
                    <div>
                        <h3>"In the list"</h3>
                        <pre tabindex="0">{move || current.get().map(|current| shown_lines(&text_of(&current)))}</pre>
                    </div>
                    <div>
                        <h3>"The other version"</h3>
                        <pre tabindex="0">{other.with_value(|other| shown_lines(&text_of(&other.issuer)))}</pre>
                    </div>
                </div>
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

/// A version as a person can compare it: what was saved, without times and identifiers.
fn text_of(issuer: &StoredIssuer) -> String {
    let policies = serde_json::to_string_pretty(&issuer.policies).unwrap_or_default();
    let expiration = issuer.max_expiration.map_or_else(|| "default".to_owned(), |seconds| format!("{seconds} s"));
    let lines = [
        format!("name: {}", issuer.name),
        format!("max expiration: {expiration}"),
        format!("thumbprints: {}", issuer.thumbprints.join(", ")),
        format!("samples: {}", issuer.samples.len()),
        format!("policies: {policies}"),
        format!("keys: {}", issuer.jwks.as_deref().unwrap_or("none")),
    ];
    lines.join("\n")
}
