//! What only this browser knows about a server's issuers, in local storage.

use claimgate_workbench::issuers::storage::{StoredIssuer, StoredState, from_json, to_json};
use claimgate_workbench::remote::extras::{is_bare, updated};

use crate::state::store::{Unreadable, area};

/// The prefix of the key in local storage, before the organization's name.
pub(crate) const KEY: &str = "claimgate.server.v1.";

/// What is stored about an organization's issuers, or the text if it cannot be read.
pub(crate) fn read(organization: &str) -> Result<Vec<StoredIssuer>, Unreadable> {
    let text = area().and_then(|area| area.get_item(&key(organization)).ok().flatten());
    let Some(raw) = text else {
        return Ok(Vec::new());
    };
    match from_json(&raw) {
        Ok(state) => Ok(state.issuers),
        Err(problem) => Err(Unreadable { raw, problem }),
    }
}

/// Removes it, after the person has confirmed.
pub(crate) fn discard(organization: &str) {
    if let Some(area) = area() {
        let _ = area.remove_item(&key(organization));
    }
}

/// Stores what only this browser knows about the displayed issuers, or returns why it cannot.
pub(crate) fn write(organization: &str, shown: &[StoredIssuer]) -> Result<(), String> {
    let refused = || "this browser does not keep tests: its storage is full or blocked".to_owned();
    let Some(area) = area() else {
        return shown.iter().all(is_bare).then_some(()).ok_or_else(refused);
    };
    let before = area.get_item(&key(organization)).ok().flatten();
    let state = before.as_deref().map(from_json).transpose();
    let mut state =
        state.map_err(|problem| format!("the tests in this browser cannot be read: {problem}"))?;
    let issuers = updated(state.take().unwrap_or_default().issuers, shown);
    let text = to_json(&StoredState {
        issuers,
        ..StoredState::default()
    });
    if before.as_ref() == Some(&text) || (before.is_none() && shown.iter().all(is_bare)) {
        return Ok(());
    }
    area.set_item(&key(organization), &text)
        .map_err(|_| refused())
}

fn key(organization: &str) -> String {
    format!("{KEY}{organization}")
}
