//! Moving the focus within the editor.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Focuses an element.
pub(crate) fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Focuses the first field of an element.
pub(crate) fn focus_in(element: Option<Element>) {
    let field = element.and_then(|element| {
        let field = element.query_selector("input, select, textarea, button");
        field.ok().flatten()
    });
    focus(field);
}

/// Focuses the element with that identifier, once it exists.
pub(crate) fn focus_soon(id: String) {
    request_animation_frame(move || focus(document().get_element_by_id(&id)));
}

/// Focuses the first field of the element with that identifier, once it exists.
pub(crate) fn focus_in_soon(id: String) {
    request_animation_frame(move || focus_in(document().get_element_by_id(&id)));
}
