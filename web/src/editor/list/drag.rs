//! Dragging policies to another place by pointer, beside the buttons and keys that move them by one.

use std::time::Duration;

use leptos::ev;
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::state::{Drag, ListState, focus_line};
use claimgate_workbench::policies::list_change::ListChange;

/// How far the pointer moves before a press becomes a drag, in pixels.
const SLACK: i32 = 4;

/// How close to an edge of what scrolls the pointer makes it scroll, in pixels; and how far at a time.
const EDGE: f64 = 56.0;
const STEP: f64 = 12.0;

/// The handle at the beginning of a policy's line. It has no name and no stop of the Tab key: the policy's form has
/// buttons that do the same.
#[component]
pub(super) fn Grip(list: ListState, key: usize) -> impl IntoView {
    let scrolling = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(handle) = scrolling.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let grab = move |event: ev::PointerEvent| {
        let Some(grip) = target(&event).filter(|_| event.button() == 0) else {
            return;
        };
        event.prevent_default();
        let _ = grip.set_pointer_capture(event.pointer_id());
        list.drag.set(Some(Drag {
            key,
            before: None,
            is_moving: false,
            start: event.client_y(),
            at: event.client_y(),
        }));
        let scroll = move || scroll_at_edges(list, &grip);
        let every = set_interval_with_handle(scroll, Duration::from_millis(16));
        scrolling.set_value(every.ok());
    };
    let drag = move |event: ev::PointerEvent| {
        let Some(mut drag) = list.drag.get_untracked().filter(|drag| drag.key == key) else {
            return;
        };
        drag.at = event.client_y();
        drag.is_moving |= (drag.at - drag.start).abs() > SLACK;
        list.drag.set(Some(aimed(drag)));
    };
    let drop = move |_| {
        stop();
        if let Some(drag) = list.drag.get_untracked().filter(|drag| drag.is_moving) {
            put(list, drag);
        }
        list.drag.set(None);
    };
    let cancel = move |_| {
        stop();
        list.drag.set(None);
    };
    view! {
        <span
            class="policy__grip"
            aria-hidden="true"
            title="Drag to move"
            on:pointerdown=grab
            on:pointermove=drag
            on:pointerup=drop
            on:pointercancel=cancel
        ></span>
    }
}

/// Escape ends a drag without moving anything.
pub(super) fn cancel_on_escape(list: ListState) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && list.drag.get_untracked().is_some() {
            event.prevent_default();
            list.drag.set(None);
        }
    });
    on_cleanup(move || handle.remove());
}

fn target(event: &ev::PointerEvent) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

/// The drag with the place that the pointer is at.
fn aimed(drag: Drag) -> Drag {
    let rows = document().query_selector_all(".policies > .policy").ok();
    let rows = rows
        .iter()
        .flat_map(|rows| (0..rows.length()).filter_map(move |place| rows.get(place)));
    let is_below = |row: &Element| {
        let area = row.get_bounding_client_rect();
        f64::from(drag.at) < area.top() + area.height() / 2.0
    };
    let next = rows
        .filter_map(|row| row.dyn_into::<Element>().ok())
        .find(is_below);
    let key = next.and_then(|row| row.id().strip_prefix("policy-")?.parse().ok());
    Drag {
        before: key,
        ..drag
    }
}

/// Moves the policy, with the others that are selected if it is.
fn put(list: ListState, drag: Drag) {
    let chosen = untrack(|| list.chosen());
    let keys = match chosen.contains(&drag.key) {
        true => chosen,
        false => vec![drag.key],
    };
    if list.change(&keys, ListChange::Before(drag.before)) {
        focus_line(drag.key);
    }
}

/// Scrolls while a dragged policy is near the upper or lower edge of what scrolls around the list.
fn scroll_at_edges(list: ListState, grip: &Element) {
    let Some(drag) = list.drag.get_untracked().filter(|drag| drag.is_moving) else {
        return;
    };
    let scroller = scroller_of(grip);
    let area = scroller.as_ref().map(Element::get_bounding_client_rect);
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    let height = height.unwrap_or_default();
    let top = area.as_ref().map_or(0.0, |area| area.top().max(0.0));
    let bottom = area.map_or(height, |area| area.bottom().min(height));
    let at = f64::from(drag.at);
    let step = match at {
        at if at < top + EDGE => -STEP,
        at if at > bottom - EDGE => STEP,
        _ => return,
    };
    match scroller {
        Some(scroller) => scroller.set_scroll_top(scroller.scroll_top() + step as i32),
        None => window().scroll_by_with_x_and_y(0.0, step),
    }
    list.drag.set(Some(aimed(drag)));
}

/// The pane of the playground that the list scrolls in, if it does.
fn scroller_of(grip: &Element) -> Option<Element> {
    let pane = grip.closest(".pane").ok().flatten()?;
    (pane.scroll_height() > pane.client_height()).then_some(pane)
}
