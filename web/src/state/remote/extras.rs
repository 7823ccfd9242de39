//! What only this browser knows of a server's issuers, in its local storage.

use claimgate_workbench::remote::extras::{is_bare, updated};
use claimgate_workbench::storage::{Kept, StoredIssuer, from_json, to_json};

use crate::state::store::area;

/// The key in local storage, before the organization's name.
pub(crate) const KEY: &str = "claimgate.server.v1.";

/// What is kept of an organization's issuers. What cannot be read is no issuer's.
pub(crate) fn read(organization: &str) -> Vec<StoredIssuer> {
    let text = area().and_then(|area| area.get_item(&key(organization)).ok().flatten());
    text.and_then(|text| from_json(&text).ok())
        .map(|kept| kept.issuers)
        .unwrap_or_default()
}

/// Keeps what is new of the issuers that are shown. Says why that cannot be done.
pub(crate) fn write(organization: &str, shown: &[StoredIssuer]) -> Result<(), String> {
    let refused =
        || "this browser does not keep samples: its storage is full or blocked".to_owned();
    let Some(area) = area() else {
        return shown.iter().all(is_bare).then_some(()).ok_or_else(refused);
    };
    let before = area.get_item(&key(organization)).ok().flatten();
    let kept = before.as_deref().map(from_json).transpose();
    let mut kept =
        kept.map_err(|problem| format!("the samples in this browser cannot be read: {problem}"))?;
    let issuers = updated(kept.take().unwrap_or_default().issuers, shown);
    let text = to_json(&Kept {
        issuers,
        ..Kept::default()
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
