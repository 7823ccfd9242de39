//! Undo, below the page.

use leptos::prelude::*;

use crate::state::store::use_store;
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;

/// The last deletion, with a button that takes it back.
#[component]
pub(crate) fn UndoToast() -> impl IntoView {
    let store = use_store();
    view! {
        <div class="toasts" role="status">
            {move || store.undo.get().map(|undo| view! {
                <div class="toast">
                    <span>{undo.verb} " " <strong>{untrusted_text(&undo.object)}</strong></span>
                    <button type="button" class="button" on:click=move |_| store.undo()>{icon(Icon::Undo)} "Undo"</button>
                    <button
                        type="button"
                        class="button button--quiet"
                        aria-label="Dismiss"
                        on:click=move |_| store.undo.set(None)
                    >{icon(Icon::Close)}</button>
                </div>
            })}
        </div>
    }
}
