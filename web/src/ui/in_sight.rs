//! Keeps the element with the focus in sight while the page changes around it.

use leptos::prelude::*;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

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
