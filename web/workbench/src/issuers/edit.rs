//! Changes of the stored issuers, with the tombstones and revisions that other tabs merge by.

use super::merge::add_tombstone;
use super::storage::{Conflict, StoredIssuer, StoredState};

/// Inserts or restores an issuer, with a later revision than any before.
pub fn put(state: &mut StoredState, issuer: StoredIssuer, place: usize) {
    let buried = state
        .removed
        .iter()
        .find(|tombstone| tombstone.id == issuer.id)
        .map(|tombstone| tombstone.revision);
    state.removed.retain(|tombstone| tombstone.id != issuer.id);
    let known = state.issuers.iter().position(|known| known.id == issuer.id);
    let replaced = known.map(|place| state.issuers.remove(place).revision);
    let revision = issuer
        .revision
        .max(buried.unwrap_or_default())
        .max(replaced.unwrap_or_default())
        + 1;
    let place = place.min(state.issuers.len());
    state
        .issuers
        .insert(place, StoredIssuer { revision, ..issuer });
}

/// Removes an issuer, for other tabs too. Returns it with its place.
pub fn take(state: &mut StoredState, id: &str) -> Option<(StoredIssuer, usize)> {
    let place = state.issuers.iter().position(|issuer| issuer.id == id)?;
    let issuer = state.issuers.remove(place);
    add_tombstone(&mut state.removed, id, issuer.revision);
    Some((issuer, place))
}

/// Ends a conflict, for other tabs too.
pub fn end(state: &mut StoredState, conflict: &Conflict) {
    state.conflicts.retain(|known| known.id != conflict.id);
    add_tombstone(&mut state.removed, &conflict.id, 0);
}

#[cfg(test)]
mod tests {
    use super::{put, take};
    use crate::issuers::storage::{StoredIssuer, StoredState};

    fn issuer(id: &str, revision: u64) -> StoredIssuer {
        StoredIssuer {
            revision,
            ..StoredIssuer::blank(id.to_owned(), 1)
        }
    }

    #[test]
    fn a_restored_issuer_is_newer_than_its_tombstone() {
        let mut state = StoredState {
            issuers: vec![issuer("a", 1), issuer("b", 4)],
            ..StoredState::default()
        };
        let (removed, place) = take(&mut state, "b").unwrap();
        assert_eq!((removed.revision, place), (4, 1));
        assert_eq!(state.issuers.len(), 1);
        let buried = state.removed[0].revision;
        assert_eq!(take(&mut state, "b"), None);
        put(&mut state, removed, place);
        assert!(state.issuers[1].revision > buried);
        assert!(state.removed.is_empty());
        // One that is there is replaced.
        put(&mut state, issuer("a", 0), 9);
        let ids: Vec<_> = state
            .issuers
            .iter()
            .map(|issuer| issuer.id.as_str())
            .collect();
        assert_eq!(ids, ["b", "a"]);
        assert_eq!(state.issuers[1].revision, 2);
    }
}
