//! Unsaved work: asks before leaving it.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// Whether something on the page is not saved.
#[derive(Clone, Copy)]
pub(crate) struct Unsaved {
    /// The parts of the page that can be unsaved.
    parts: RwSignal<Vec<Memo<bool>>>,
    /// The address that the router shows, as last seen here.
    address: StoredValue<String>,
}

impl Unsaved {
    /// Nothing unsaved yet. While something is, closing the tab or going back asks first. Create
    /// this before the router, whose own listener would otherwise leave first.
    pub(crate) fn new() -> Self {
        let unsaved = Self {
            parts: RwSignal::default(),
            address: StoredValue::default(),
        };
        let _ = window_event_listener(ev::beforeunload, move |event| {
            if unsaved.any() {
                event.prevent_default();
            }
        });
        let _ = window_event_listener(ev::popstate, move |event| {
            if unsaved.any() && !confirmed() {
                event.stop_immediate_propagation();
                unsaved.stay();
            }
        });
        unsaved
    }

    /// Asks before leaving while `dirty` is true and the calling component exists.
    pub(crate) fn watch(self, dirty: Memo<bool>) {
        self.parts.update(|parts| parts.push(dirty));
        Effect::new(move || {
            if dirty.get() {
                self.address
                    .set_value(window().location().href().unwrap_or_default());
            }
        });
        on_cleanup(move || {
            self.parts
                .try_update(|parts| parts.retain(|part| *part != dirty));
        });
    }

    /// Asks before a click on a link leaves unsaved work. The router ignores clicks whose default
    /// is prevented.
    pub(crate) fn guard(self, event: &ev::MouseEvent) {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| {
                element
                    .closest("a[href]:not([download], [target], [href^='#'])")
                    .ok()
                    .flatten()
            });
        if link.is_some() && !event.default_prevented() && self.any() && !confirmed() {
            event.prevent_default();
        }
    }

    /// Whether the page may be left: nothing is unsaved, or the person confirms.
    pub(crate) fn may_leave(self) -> bool {
        !self.any() || confirmed()
    }

    /// Whether the page may be left while one of its parts, `kept`, is passed on: nothing else is
    /// unsaved, or the person confirms.
    pub(crate) fn may_leave_with(self, kept: Memo<bool>) -> bool {
        let is_lost = |part: &Memo<bool>| *part != kept && part.try_get_untracked() == Some(true);
        !self.parts.with_untracked(|parts| parts.iter().any(is_lost)) || confirmed()
    }

    /// Whether something on the page is unsaved, tracked like a signal.
    pub(crate) fn is_any(self) -> bool {
        self.parts
            .read()
            .iter()
            .any(|part| part.try_get() == Some(true))
    }

    fn any(self) -> bool {
        self.parts.with_untracked(|parts| {
            parts
                .iter()
                .any(|part| part.try_get_untracked() == Some(true))
        })
    }

    /// Restores the address: the history has already moved when it reports the change.
    fn stay(self) {
        let address = self.address.get_value();
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address));
        }
    }
}

fn confirmed() -> bool {
    window()
        .confirm_with_message("Leave without saving? Your changes will be lost.")
        .unwrap_or(true)
}
