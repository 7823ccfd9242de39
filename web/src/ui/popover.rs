//! A list in the top layer beside its field: nothing clips it, and no dialog covers it.

use leptos::ev;
use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

/// The gap between the field and its list, in pixels.
const GAP: f64 = 2.0;

/// Shows a list, which has `popover="manual"`, while it has `options`. `field` is the element that it
/// belongs to. While it is shown it follows the field.
pub(crate) fn keep_beside(
    list: impl Fn() -> Option<HtmlElement> + Copy + 'static,
    field: impl Fn() -> Option<HtmlElement> + Copy + 'static,
    options: Memo<usize>,
) {
    let follow = move || {
        let is_shown = options
            .try_get_untracked()
            .is_some_and(|options| options > 0);
        if let (true, Some(list), Some(field)) = (is_shown, list(), field()) {
            place(&list, &field);
        }
    };
    Effect::new(move || {
        let is_shown = options.get() > 0;
        let Some(list) = list() else { return };
        // Both fail if the list is in that state already, or the browser has no popovers.
        if is_shown {
            let _ = list.show_popover();
            follow();
            // Its options may be rendered after this, and its height decides on which side it goes.
            request_animation_frame(follow);
        } else {
            let _ = list.hide_popover();
        }
    });
    let resized = window_event_listener(ev::resize, move |_| follow());
    // Captured, because scrolling an element does not bubble.
    let scrolled = captured_scroll(follow);
    on_cleanup(move || {
        resized.remove();
        scrolled();
    });
}

/// Calls `follow` when anything on the page scrolls, until the returned function is called.
fn captured_scroll(follow: impl Fn() + 'static) -> impl FnOnce() + Send + Sync {
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    let closure = Closure::<dyn Fn()>::new(follow);
    let function: web_sys::js_sys::Function = closure
        .as_ref()
        .unchecked_ref::<web_sys::js_sys::Function>()
        .clone();
    let _ = window().add_event_listener_with_callback_and_bool("scroll", &function, true);
    let kept = StoredValue::new_local((closure, function));
    move || {
        kept.try_with_value(|(_, function)| {
            let _ = window().remove_event_listener_with_callback_and_bool("scroll", function, true);
        });
        kept.dispose();
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
