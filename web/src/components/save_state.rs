//! Whether work is saved.

use leptos::prelude::*;

use crate::state::store::use_store;

/// Says that something is not saved, or that it just was.
#[component]
pub(crate) fn SaveState(dirty: Memo<bool>, saved: RwSignal<bool>) -> impl IntoView {
    let remote = use_store().remote;
    // Of the server's, nothing is saved before it says so.
    let is_busy = move || remote.is_some_and(|remote| remote.is_busy.get());
    let is_undone = move || remote.is_some_and(|remote| !remote.undone.read().is_empty());
    view! {
        <span role="status">
            {move || match (dirty.get(), saved.get()) {
                (false, true) if is_busy() => view! { <span class="hint">"Saving…"</span> }.into_any(),
                (false, true) if is_undone() => view! { <span class="dirty">"● Not saved, see above"</span> }.into_any(),
                (true, _) => view! { <span class="dirty">"● Not saved"</span> }.into_any(),
                (false, true) => view! { <span class="good">"✓ Saved"</span> }.into_any(),
                (false, false) => ().into_any(),
            }}
        </span>
    }
}
