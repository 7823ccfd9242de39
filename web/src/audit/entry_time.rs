//! The time of an entry of the audit log.

use claimgate::time::format_utc;
use leptos::prelude::*;
use serde_json::Value;

/// The time of the entry.
pub(crate) fn when(entry: &Value) -> AnyView {
    let whole = format_utc(entry["at"].as_i64().unwrap_or_default());
    let text = whole.replace('T', " ").replace('Z', "");
    view! { <time datetime=whole>{text}</time> }.into_any()
}
