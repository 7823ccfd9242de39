//! Files that are dropped on a page: a token, keys, policies or a playground file open in the
//! playground, whatever the page.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsValue;

use crate::state::download::file_of;

/// The text of the last dropped file, until the playground takes it.
#[derive(Clone, Copy, Default)]
pub(crate) struct DroppedFile(RwSignal<Option<String>>);

impl DroppedFile {
    /// The text, which is taken.
    pub(crate) fn take(self) -> Option<String> {
        self.0.get()?;
        self.0.try_update_untracked(Option::take).flatten()
    }
}

/// Listens to files that no part of the page takes itself.
#[component]
pub(crate) fn DropTarget() -> impl IntoView {
    let dropped = expect_context::<DroppedFile>();
    let navigate = use_navigate();
    let over = window_event_listener(ev::dragover, |event| event.prevent_default());
    let drop = window_event_listener(ev::drop, move |event| {
        if event.default_prevented() {
            return;
        }
        let Ok(holder) = js_sys::Reflect::get(&event, &JsValue::from_str("dataTransfer")) else {
            return;
        };
        event.prevent_default();
        let navigate = navigate.clone();
        spawn_local(async move {
            if let Some((_, text)) = file_of(holder).await {
                dropped.0.set(Some(text));
                navigate("/playground", NavigateOptions::default());
            }
        });
    });
    on_cleanup(move || {
        over.remove();
        drop.remove();
    });
}
