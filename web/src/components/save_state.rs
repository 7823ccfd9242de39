//! Whether work is saved.

use leptos::prelude::*;

/// Says that something is not saved, or that it just was.
#[component]
pub(crate) fn SaveState(dirty: Memo<bool>, saved: RwSignal<bool>) -> impl IntoView {
    view! {
        <span role="status">
            {move || match (dirty.get(), saved.get()) {
                (true, _) => view! { <span class="dirty">"● Not saved"</span> }.into_any(),
                (false, true) => view! { <span class="good">"✓ Saved"</span> }.into_any(),
                (false, false) => ().into_any(),
            }}
        </span>
    }
}
