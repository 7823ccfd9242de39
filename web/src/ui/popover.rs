//! A list in the top layer beside its field: nothing clips it, and no dialog covers it.

use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

/// The gap between the field and its list, in pixels.
const GAP: f64 = 2.0;

/// Shows a list, which has `popover="manual"`, while it has `options`. `field` is the element that it
/// belongs to. While it is shown it follows the field, which moves when the page scrolls, is resized, or shows an answer
/// above it.
pub(crate) fn keep_beside(
    list: impl Fn() -> Option<HtmlElement> + Copy + 'static,
    field: impl Fn() -> Option<HtmlElement> + Copy + 'static,
    options: Memo<usize>,
) {
    let is_following = StoredValue::new(false);
    let is_shown = move || {
        options
            .try_get_untracked()
            .is_some_and(|options| options > 0)
    };
    let follow = move || {
        if let (true, Some(list), Some(field)) = (is_shown(), list(), field()) {
            place(&list, &field);
            return true;
        }
        is_following.try_set_value(false);
        false
    };
    Effect::new(move || {
        let is_shown = options.get() > 0;
        let Some(list) = list() else { return };
        // Both fail if the list is in that state already, or the browser has no popovers.
        if !is_shown {
            let _ = list.hide_popover();
            return;
        }
        let _ = list.show_popover();
        if !is_following.get_value() {
            is_following.set_value(true);
            every_frame(follow);
        }
    });
}

/// Calls a function now and in every frame, until it returns `false`.
fn every_frame(work: impl Fn() -> bool + Copy + 'static) {
    if work() {
        request_animation_frame(move || every_frame(work));
    }
}

/// Places the list below the field; above it if there is more room.
fn place(list: &HtmlElement, field: &Element) {
    let (width, height) = viewport();
    let field = field.get_bounding_client_rect();
    let style = list.style();
    let set = |name: &str, pixels: f64| {
        let _ = style.set_property(name, &format!("{pixels}px"));
    };
    set("min-width", field.width());
    let own = list.get_bounding_client_rect();
    let (below, above) = (end(height) - field.bottom(), field.top());
    let is_above = below < own.height() + GAP && above > below;
    let top = match is_above {
        true => field.top() - GAP - own.height(),
        false => field.bottom() + GAP,
    };
    set("top", top.max(0.0));
    set("left", field.left().min(width - own.width()).max(0.0));
}

/// Where the visible part of the page ends: at the bar at its bottom, if there is one.
fn end(height: f64) -> f64 {
    let bar = document().query_selector(".save-bar").ok().flatten();
    bar.map(|bar| bar.get_bounding_client_rect())
        .filter(|bar| bar.height() > 0.0)
        .map_or(height, |bar| bar.top().min(height))
}

fn viewport() -> (f64, f64) {
    let root = document().document_element();
    root.map_or((0.0, 0.0), |root| {
        (
            f64::from(root.client_width()),
            f64::from(root.client_height()),
        )
    })
}
