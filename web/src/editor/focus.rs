//! Moving the focus within the editor.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Focuses an element.
pub(crate) fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Focuses the first field of an element.
pub(crate) fn focus_in(element: Option<Element>) {
    let field = element.and_then(|element| {
        let field = element.query_selector("input, select, button");
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

/// Changes what the page shows, and scrolls to the element with the focus if that moves it out of sight.
pub(crate) fn keep_in_sight(change: impl FnOnce()) {
    let before = focused().filter(is_in_sight);
    change();
    let Some(before) = before else { return };
    request_animation_frame(move || {
        if focused().as_ref() == Some(&before) && !is_in_sight(&before) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            before.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// The element with the focus.
fn focused() -> Option<Element> {
    let element = document().active_element();
    element.filter(|element| element.tag_name() != "BODY")
}

/// Whether its top and its bottom are within the window.
fn is_in_sight(element: &Element) -> bool {
    let area = element.get_bounding_client_rect();
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    area.top() >= 0.0 && height.is_none_or(|height| area.bottom() <= height)
}
