//! Merges the changes of several tabs, so that none loses what it saved.
//!
//! Every tab remembers the last state that it and the storage had in common. A change of only one
//! side since then is taken; parts of an issuer that both sides have changed are a conflict, which
//! keeps both versions. Merges of the same states in two tabs have the same result.

use sha2::{Digest, Sha256};

use super::issuer_part::{Part, differences};
use super::storage::{Conflict, StoredIssuer, StoredState, Tombstone};

/// How many deletions are remembered.
const MAX_TOMBSTONES: usize = 200;

/// Merges the states of this tab and the storage, with `base` as their common ancestor.
pub fn merge(base: &StoredState, mine: &StoredState, theirs: &StoredState) -> StoredState {
    let removed = tombstones(&mine.removed, &theirs.removed);
    let mut merged = StoredState {
        conflicts: conflicts(mine, theirs, &removed),
        ..StoredState::default()
    };
    for issuer in &theirs.issuers {
        match find(mine, &issuer.id) {
            Some(own) => {
                let (issuer, lost) = both(find(base, &issuer.id), own, issuer);
                merged.issuers.push(issuer);
                merged.conflicts.extend(lost.map(conflict));
            }
            None if is_removed(issuer, &removed) => {}
            None => merged.issuers.push(issuer.clone()),
        }
    }
    let only_mine = mine
        .issuers
        .iter()
        .filter(|issuer| find(theirs, &issuer.id).is_none());
    merged.issuers.extend(
        only_mine
            .filter(|issuer| !is_removed(issuer, &removed))
            .cloned(),
    );
    merged.removed = removed
        .into_iter()
        .filter(|tombstone| find(&merged, &tombstone.id).is_none())
        .collect();
    tidy(&mut merged.conflicts);
    merged
}

/// Merges a page's version: it opened an issuer as `opened`, changed it to `mine`, and finds
/// `theirs` stored. If both changed the same part, the page's version wins, and the stored one is
/// returned second.
pub fn rebase(
    opened: &StoredIssuer,
    mine: &StoredIssuer,
    theirs: &StoredIssuer,
) -> (StoredIssuer, Option<StoredIssuer>) {
    let (merged, is_conflict) = parts(opened, mine, theirs);
    (merged, is_conflict.then(|| theirs.clone()))
}

/// A version that lost, under an identifier that is the same in every tab.
pub fn conflict(issuer: StoredIssuer) -> Conflict {
    let digest = Sha256::digest(text_of(&issuer));
    let hex: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Conflict {
        id: format!("{}@{hex}", issuer.id),
        issuer,
    }
}

/// Adds a tombstone; beyond the limit the oldest ones are dropped.
pub fn add_tombstone(removed: &mut Vec<Tombstone>, id: &str, revision: u64) {
    removed.retain(|tombstone| tombstone.id != id);
    removed.push(Tombstone {
        id: id.to_owned(),
        revision,
    });
    let surplus = removed.len().saturating_sub(MAX_TOMBSTONES);
    removed.drain(..surplus);
}

/// Merges an issuer that both sides have.
fn both(
    base: Option<&StoredIssuer>,
    mine: &StoredIssuer,
    theirs: &StoredIssuer,
) -> (StoredIssuer, Option<StoredIssuer>) {
    let last_used = mine.last_used.max(theirs.last_used);
    let (merged, lost) = match base {
        _ if is_same(mine, theirs) => (theirs.clone(), None),
        Some(base) if is_same(base, mine) => (theirs.clone(), None),
        Some(base) if is_same(base, theirs) => (mine.clone(), None),
        _ => both_changed(base, mine, theirs),
    };
    (
        StoredIssuer {
            last_used,
            ..merged
        },
        lost,
    )
}

fn both_changed(
    base: Option<&StoredIssuer>,
    mine: &StoredIssuer,
    theirs: &StoredIssuer,
) -> (StoredIssuer, Option<StoredIssuer>) {
    if has_same_content(mine, theirs) {
        return (
            if mine.revision > theirs.revision {
                mine
            } else {
                theirs
            }
            .clone(),
            None,
        );
    }
    let (merged, lost) = match base.map(|base| parts(base, mine, theirs)) {
        Some((merged, false)) => {
            let modified = mine.modified.max(theirs.modified);
            (StoredIssuer { modified, ..merged }, None)
        }
        _ => {
            let rank = |issuer: &StoredIssuer| (issuer.modified, issuer.revision, text_of(issuer));
            let (won, lost) = if rank(mine) > rank(theirs) {
                (mine, theirs)
            } else {
                (theirs, mine)
            };
            let differ = !differences(won, lost).is_empty();
            (won.clone(), differ.then(|| lost.clone()))
        }
    };
    // A version that one side already has, as a later revision, is not a conflict.
    let is_there = |one: &StoredIssuer, other: &StoredIssuer| {
        one.revision > other.revision && has_same_content(one, &merged)
    };
    let latest = mine.revision.max(theirs.revision);
    let revision = if is_there(mine, theirs) || is_there(theirs, mine) {
        latest
    } else {
        latest + 1
    };
    (StoredIssuer { revision, ..merged }, lost)
}

/// Whether two versions are equal except for their times and revisions.
fn has_same_content(one: &StoredIssuer, other: &StoredIssuer) -> bool {
    let StoredIssuer {
        last_used,
        revision,
        modified,
        ..
    } = *other;
    StoredIssuer {
        last_used,
        revision,
        modified,
        ..one.clone()
    } == *other
}

/// Every part as one side has changed it, and whether both have changed the same part, which is
/// then `mine`.
fn parts(base: &StoredIssuer, mine: &StoredIssuer, theirs: &StoredIssuer) -> (StoredIssuer, bool) {
    let mut merged = theirs.clone();
    let mut is_conflict = false;
    let changed = Part::ALL.iter().filter(|part| part.is_changed(mine, base));
    for part in changed {
        is_conflict |= part.is_changed(theirs, base) && part.is_changed(theirs, mine);
        part.copy(mine, &mut merged);
    }
    (merged, is_conflict)
}

/// Whether two versions are equal except for the time of use.
fn is_same(one: &StoredIssuer, other: &StoredIssuer) -> bool {
    one == other
        || StoredIssuer {
            last_used: other.last_used,
            ..one.clone()
        } == *other
}

fn text_of(issuer: &StoredIssuer) -> String {
    serde_json::to_string(issuer).unwrap_or_default()
}

fn find<'a>(state: &'a StoredState, id: &str) -> Option<&'a StoredIssuer> {
    state.issuers.iter().find(|issuer| issuer.id == id)
}

/// Whether it was deleted, and not saved again since.
fn is_removed(issuer: &StoredIssuer, removed: &[Tombstone]) -> bool {
    removed
        .iter()
        .any(|tombstone| tombstone.id == issuer.id && tombstone.revision >= issuer.revision)
}

fn tombstones(mine: &[Tombstone], theirs: &[Tombstone]) -> Vec<Tombstone> {
    let mut all = theirs.to_vec();
    for own in mine {
        match all.iter_mut().find(|tombstone| tombstone.id == own.id) {
            Some(known) => known.revision = known.revision.max(own.revision),
            None => all.push(own.clone()),
        }
    }
    let surplus = all.len().saturating_sub(MAX_TOMBSTONES);
    all.drain(..surplus);
    all
}

/// The unresolved conflicts of both sides.
fn conflicts(mine: &StoredState, theirs: &StoredState, removed: &[Tombstone]) -> Vec<Conflict> {
    let is_open =
        |conflict: &&Conflict| !removed.iter().any(|tombstone| tombstone.id == conflict.id);
    theirs
        .conflicts
        .iter()
        .chain(&mine.conflicts)
        .filter(is_open)
        .cloned()
        .collect()
}

fn tidy(conflicts: &mut Vec<Conflict>) {
    let mut seen = std::collections::BTreeSet::new();
    conflicts.retain(|conflict| seen.insert(conflict.id.clone()));
}

#[cfg(test)]
mod tests;
