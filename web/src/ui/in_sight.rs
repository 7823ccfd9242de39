//! Keeps the element with the focus in sight while the page changes around it.

use leptos::prelude::*;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

/// How far inside the edges of an element is looked at what is drawn there, in pixels: its corners may be round.
const INSET: f64 = 3.0;

/// Changes what the page shows, and scrolls to the element with the focus if that moves it out of sight.
pub(crate) fn keep_in_sight(change: impl FnOnce()) {
    let before = focused().filter(is_in_sight);
    change();
    let Some(before) = before else { return };
    request_animation_frame(move || {
        // The nearest place may be below a bar that has grown.
        for place in [
            ScrollLogicalPosition::Nearest,
            ScrollLogicalPosition::Center,
        ] {
            if focused().as_ref() != Some(&before) || is_in_sight(&before) {
                return;
            }
            let options = ScrollIntoViewOptions::new();
            options.set_block(place);
            before.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// The element with the focus.
fn focused() -> Option<Element> {
    let element = document().active_element();
    element.filter(|element| element.tag_name() != "BODY")
}

/// Whether its top and its bottom are within the window, and nothing covers or clips it at its middle and its corners.
fn is_in_sight(element: &Element) -> bool {
    let area = element.get_bounding_client_rect();
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    if area.top() < 0.0 || height.is_some_and(|height| area.bottom() > height) {
        return false;
    }
    let (left, right) = (area.left() + INSET, area.right() - INSET);
    let (top, bottom) = (area.top() + INSET, area.bottom() - INSET);
    let middle = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    [
        middle,
        (left, top),
        (right, top),
        (left, bottom),
        (right, bottom),
    ]
    .iter()
    .all(|(x, y)| is_at(element, *x as f32, *y as f32))
}

/// Whether the topmost element at a point of the window, in pixels, is this one, within it or around it.
fn is_at(element: &Element, x: f32, y: f32) -> bool {
    document()
        .element_from_point(x, y)
        .is_none_or(|topmost| element.contains(Some(&topmost)) || topmost.contains(Some(element)))
}
