//! The browser's clock.

use leptos::prelude::*;

pub(crate) use claimgate_workbench::playground::time_input::read_time;

/// The current time, in seconds since 1970.
pub(crate) fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

/// The current time, updated every ten seconds while the calling component exists.
pub(crate) fn ticking() -> ReadSignal<i64> {
    let (time, set_time) = signal(now());
    if let Ok(handle) = set_interval_with_handle(
        move || set_time.set(now()),
        std::time::Duration::from_secs(10),
    ) {
        on_cleanup(move || handle.clear());
    }
    time
}

/// How many minutes the browser's time zone is ahead of UTC at a time.
pub(crate) fn offset_at(at: i64) -> i32 {
    let date = js_sys::Date::new(&(at as f64 * 1000.0).into());
    -(date.get_timezone_offset() as i32)
}

/// The time that an `<input type="datetime-local">` has, in the browser's time zone.
pub(crate) fn local_field_time(text: &str) -> Option<i64> {
    let time = js_sys::Date::parse(text);
    (!time.is_nan()).then_some((time / 1000.0) as i64)
}
