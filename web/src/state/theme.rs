//! The colour scheme: light, dark, or the system's. `static/early.js` applies the choice before the
//! first paint.

use leptos::prelude::*;

use super::store::area;

const KEY: &str = "claimgate.theme";

/// The choices: value and label.
pub(crate) const CHOICES: [(&str, &str); 3] =
    [("system", "System"), ("light", "Light"), ("dark", "Dark")];

/// The stored choice.
pub(crate) fn stored() -> String {
    let stored = area()
        .and_then(|area| area.get_item(KEY).ok().flatten())
        .unwrap_or_default();
    if CHOICES.iter().any(|(value, _)| *value == stored) {
        stored
    } else {
        "system".to_owned()
    }
}

/// Applies and stores a choice. Without storage it lasts as long as the page.
pub(crate) fn choose(choice: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", choice);
    }
    if let Some(area) = area() {
        let _ = area.set_item(KEY, choice);
    }
}
