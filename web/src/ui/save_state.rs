//! Whether work is saved.

use leptos::prelude::*;

use super::untrusted_text::untrusted_text;
use crate::state::store::{Store, use_store};

/// Shows that something in an issuer is unsaved, or was just saved.
#[component]
pub(crate) fn SaveState(
    id: StoredValue<String>,
    dirty: Memo<bool>,
    saved: RwSignal<bool>,
) -> impl IntoView {
    let store = use_store();
    view! {
        <span role="status">
            {move || match (dirty.get(), saved.get()) {
                (true, _) => view! { <span class="dirty">"● Not saved"</span> }.into_any(),
                (false, true) => saved_view(store, &id.read_value(), ""),
                (false, false) => ().into_any(),
            }}
        </span>
    }
}

/// The state of something saved to the issuer `id`, with its name unless `issuer` is empty.
pub(crate) fn saved_view(store: Store, id: &str, issuer: &str) -> AnyView {
    // With a server, the server has the other version until the person chooses.
    let has_versions = store
        .conflicts
        .read()
        .iter()
        .any(|conflict| conflict.issuer.id == id);
    let is_undone = store
        .remote
        .is_some_and(|remote| !remote.failed_changes.read().is_empty());
    match store.remote {
        // On a server, a change is saved once the server confirms it.
        Some(remote) if remote.is_busy.get() => {
            view! { <span class="hint">"Saving…"</span> }.into_any()
        }
        Some(_) if is_undone => {
            view! { <span class="dirty">"● Not saved, see above"</span> }.into_any()
        }
        None if store.problem.read().is_some() => {
            view! { <span class="dirty">"● In this tab only, see above"</span> }.into_any()
        }
        Some(_) if has_versions => {
            view! { <span class="dirty">"● Two versions, see above"</span> }.into_any()
        }
        _ if issuer.is_empty() => view! { <span class="good">"✓ Saved"</span> }.into_any(),
        _ => view! { <span class="good">"✓ Saved to " {untrusted_text(issuer)}</span> }.into_any(),
    }
}
