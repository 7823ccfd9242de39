//! The command palette's dialog with its field, and the keys that open it. The entries are loaded when
//! it opens for the first time; what is typed until then is not lost.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::lazy::palette_view;
use super::palette_field::Field;
use crate::state::store::use_store;
use crate::state::theme::Theme;
use crate::state::unsaved::Unsaved;

/// The dialog. Setting `open` opens it.
#[component]
pub(crate) fn CommandPalette(open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let field = Field::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        let is_open = open.get();
        if !is_open {
            field.reset();
        }
        match (is_open, dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let handle = window_event_listener(ev::keydown, move |event| {
        let is_alone = !event.alt_key() && !event.shift_key() && !event.is_composing();
        if (event.ctrl_key() || event.meta_key()) && is_alone && event.key() == "k" {
            event.prevent_default();
            // Another dialog stays in front.
            if !is_other_dialog_open() {
                open.update(|open| *open = !*open);
            }
        }
    });
    on_cleanup(move || handle.remove());
    // Code that is loaded later does not see the contexts.
    let parts = (
        use_store(),
        expect_context::<Unsaved>(),
        expect_context::<Theme>(),
        open,
        field,
    );
    let content = move || {
        open.get().then(|| {
            view! { <Suspense>{Suspend::new(palette_view(Box::new(parts)))}</Suspense> }
        })
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog palette"
            aria-label="Command palette"
            on:close=move |_| open.set(false)
            // A click on the backdrop is on the dialog itself.
            on:click=move |event| {
                let own = dialog.get_untracked();
                if own.is_some_and(|own| event.target().is_some_and(|target| target == *own.unchecked_ref::<web_sys::EventTarget>())) {
                    open.set(false);
                }
            }
        >
            <input
                type="text"
                class="palette__field"
                role="combobox"
                aria-label="Go to a page, an issuer or an example, or run an action"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls="palette-list"
                aria-activedescendant=move || field.active.get().map(|place| format!("palette-{place}"))
                placeholder="Page, issuer, example or action"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                bind:value=field.query
                on:keydown=move |event| field.press(event)
            />
            {content}
        </dialog>
    }
}

fn is_other_dialog_open() -> bool {
    document()
        .query_selector("dialog[open]:not(.palette)")
        .is_ok_and(|dialog| dialog.is_some())
}
