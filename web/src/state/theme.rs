//! The colour scheme: light, dark, or the system's. `static/early.js` applies the choice before the
//! first paint.

use leptos::prelude::*;

use super::store::area;

const KEY: &str = "claimgate.theme";

/// The choices: value and label.
pub(crate) const CHOICES: [(&str, &str); 3] =
    [("system", "System"), ("light", "Light"), ("dark", "Dark")];

/// The theme of the page.
#[derive(Clone, Copy)]
pub(crate) struct Theme {
    /// The choice; setting it applies and stores it.
    pub(crate) chosen: RwSignal<String>,
}

impl Theme {
    /// The stored choice, followed from now on.
    pub(crate) fn load() -> Self {
        let chosen = RwSignal::new(stored());
        Effect::new(move || choose(&chosen.read()));
        Self { chosen }
    }
}

/// The stored choice.
fn stored() -> String {
    let stored = area()
        .and_then(|area| area.get_item(KEY).ok().flatten())
        .unwrap_or_default();
    if CHOICES.iter().any(|(value, _)| *value == stored) {
        stored
    } else {
        "system".to_owned()
    }
}

/// The label of a choice.
pub(crate) fn label(choice: &str) -> &'static str {
    let found = CHOICES.iter().find(|(value, _)| *value == choice);
    found.map_or("System", |(_, label)| label)
}

/// The choice after this one; after the last one, the first.
pub(crate) fn after(choice: &str) -> &'static str {
    let place = CHOICES.iter().position(|(value, _)| *value == choice);
    let next = place.map_or(0, |place| (place + 1) % CHOICES.len());
    CHOICES.get(next).map_or("system", |(value, _)| value)
}

/// Applies and stores a choice. Without storage it lasts as long as the page.
fn choose(choice: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", choice);
    }
    if let Some(area) = area() {
        let _ = area.set_item(KEY, choice);
    }
}
