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
