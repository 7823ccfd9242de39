//! The access token, kept in memory, or in this tab until it is closed.

use leptos::prelude::*;
use serde_json::{Value, json};

const KEY: &str = "claimgate.session";

/// The token and organization stored in this tab.
pub(crate) fn stored() -> Option<(String, String)> {
    let text = area()?.get_item(KEY).ok().flatten()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    Some((
        value["token"].as_str()?.to_owned(),
        value["organization"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    ))
}

/// Stores them until the tab is closed.
pub(crate) fn store(token: &str, organization: &str) {
    if let Some(area) = area() {
        let _ = area.set_item(
            KEY,
            &json!({ "token": token, "organization": organization }).to_string(),
        );
    }
}

/// Removes them.
pub(crate) fn clear() {
    if let Some(area) = area() {
        let _ = area.remove_item(KEY);
    }
}

fn area() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
