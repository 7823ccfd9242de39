//! Two panes with a handle between them, and the buttons that choose one on a narrow screen.

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;

use super::bench::{Bench, Pane};

/// The smallest and the largest width of the first pane, in percent.
const WIDTHS: (f64, f64) = (25.0, 75.0);

/// The panes. The handle between them is moved by pointer or by arrow keys.
#[component]
pub(crate) fn SplitPanes(children: Children) -> impl IntoView {
    let width = RwSignal::new(50.0_f64);
    let frame = NodeRef::<Div>::new();
    let set = move |percent: f64| width.set(percent.clamp(WIDTHS.0, WIDTHS.1));
    let drag = move |event: ev::PointerEvent| {
        let Some(frame) = frame.get_untracked().filter(|_| event.buttons() == 1) else {
            return;
        };
        let area = frame.get_bounding_client_rect();
        set((f64::from(event.client_x()) - area.left()) / area.width().max(1.0) * 100.0);
    };
    let grab = move |event: ev::PointerEvent| {
        let handle = event.target();
        if let Some(handle) = handle
            .and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target).ok())
        {
            let _ = handle.set_pointer_capture(event.pointer_id());
        }
    };
    let press = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => -5.0,
            "ArrowRight" => 5.0,
            _ => return,
        };
        event.prevent_default();
        set(width.get_untracked() + step);
    };
    view! {
        <div class="split" node_ref=frame style=("--split", move || format!("{}%", width.get()))>
            {children()}
            <div
                class="split__handle"
                role="separator"
                tabindex="0"
                aria-orientation="vertical"
                aria-label="Width of the panes"
                aria-valuemin=WIDTHS.0
                aria-valuemax=WIDTHS.1
                aria-valuenow=move || width.get().round().to_string()
                on:pointerdown=grab
                on:pointermove=drag
                on:keydown=press
                on:dblclick=move |_| width.set(50.0)
            ></div>
        </div>
    }
}

/// Buttons for the visible pane on a narrow screen.
#[component]
pub(crate) fn PaneButtons(bench: Bench) -> impl IntoView {
    let button = move |label: &'static str, pane: Pane| {
        view! {
            <button
                type="button"
                aria-pressed=move || (bench.pane.get() == pane).to_string()
                on:click=move |_| bench.pane.set(pane)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments panes" role="group" aria-label="Pane">
            {button("Policies", Pane::Policies)} {button("Token", Pane::Token)} {button("Decision", Pane::Decision)}
        </div>
    }
}
