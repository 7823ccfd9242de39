//! Unsaved work: leaving it asks.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Whether something on the page is not saved.
#[derive(Clone, Copy)]
pub(crate) struct Unsaved(RwSignal<bool>);

impl Unsaved {
    /// Nothing unsaved; closing the tab asks as long as something is.
    pub(crate) fn new() -> Self {
        let unsaved = Self(RwSignal::new(false));
        let _ = window_event_listener(ev::beforeunload, move |event| {
            if unsaved.0.get_untracked() {
                event.prevent_default();
            }
        });
        unsaved
    }

    /// Marks whether there is unsaved work.
    pub(crate) fn set(self, dirty: bool) {
        self.0.set(dirty);
    }

    /// Asks before a click on a link leaves unsaved work. The router ignores clicks whose default is prevented.
    pub(crate) fn guard(self, event: &ev::MouseEvent) {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten());
        if link.is_none() || !self.0.get_untracked() {
            return;
        }
        let leave = window().confirm_with_message("Leave without saving? The changes to the policies will be lost.");
        if leave.unwrap_or(true) {
            self.set(false);
        } else {
            event.prevent_default();
        }
    }
}
