//! Keyboard shortcuts, and a list of them behind `?`.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use crate::state::unsaved::Unsaved;

/// Keys and their effects.
const KEYS: [(&[&str], &str); 12] = [
    (
        &["Ctrl", "K"],
        "Go to a page, an issuer or an example, or run an action",
    ),
    (&["Ctrl", "Enter"], "Evaluate now, in the playground"),
    (&["Ctrl", "S"], "Save the policies, in the policy editor"),
    (
        &["Ctrl", "Z"],
        "Undo in the policy editor; with Shift, redo",
    ),
    (&["Alt", "Shift", "↑ ↓"], "Move a policy, in its form"),
    (
        &["Ctrl", "Space"],
        "Complete a name or a value, in the JSON editor",
    ),
    (
        &["Esc", "Tab"],
        "Leave the JSON editor: press one after the other",
    ),
    (&["/"], "Search, on pages with a list"),
    (&["g", "i"], "Go to the issuers"),
    (&["g", "p"], "Go to the playground"),
    (&["g", "e"], "Go to the examples"),
    (&["?"], "Show this list"),
];

/// The list in its dialog, the button that opens it, and the keys that work on every page.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move || {
        if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    };
    listen(open);
    let row = |(keys, what): (&'static [&'static str], &'static str)| {
        let keys = keys
            .iter()
            .map(|key| view! { <kbd>{*key}</kbd> " " })
            .collect_view();
        view! { <div><dt>{keys}</dt><dd>{what}</dd></div> }
    };
    view! {
        <button type="button" class="button button--quiet button--small" on:click=move |_| open()>"Keyboard shortcuts"</button>
        <dialog node_ref=dialog class="dialog" aria-labelledby="shortcuts-heading">
            <h2 id="shortcuts-heading">"Keyboard shortcuts"</h2>
            <dl class="keys-list">{KEYS.into_iter().map(row).collect_view()}</dl>
            <p class="hint">"On a Mac, use Cmd instead of Ctrl."</p>
            <form method="dialog" class="actions">
                <button class="button">"Close"</button>
            </form>
        </dialog>
    }
}

/// Single keys work only outside text fields.
fn listen(open: impl Fn() + 'static) {
    let navigate = use_navigate();
    let unsaved = expect_context::<Unsaved>();
    let is_going = StoredValue::new(false);
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typed_into(&event) {
            return;
        }
        let was_going = is_going.get_value();
        is_going.set_value(event.key() == "g" && !was_going);
        match (was_going, event.key().as_str()) {
            (true, key) => {
                let page = match key {
                    "i" => "/",
                    "p" => "/playground",
                    "e" => "/examples",
                    _ => return,
                };
                if unsaved.may_leave() {
                    navigate(page, NavigateOptions::default());
                }
            }
            (false, "?") => open(),
            (false, "/") => {
                if let Some(field) = search_field() {
                    event.prevent_default();
                    let _ = field.focus();
                    field.select();
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}

fn search_field() -> Option<web_sys::HtmlInputElement> {
    document()
        .query_selector("main input[type=search]")
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

fn is_typed_into(event: &ev::KeyboardEvent) -> bool {
    let element = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| {
        let fields =
            "input:not([type=checkbox], [type=range], [type=file]), textarea, select, [contenteditable], dialog";
        element.closest(fields).ok().flatten().is_some()
    })
}
