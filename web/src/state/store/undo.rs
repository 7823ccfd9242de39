//! Operations that can be undone, and undoing the last one.

use leptos::prelude::*;

use super::undo_step::{Back, Undo};
use super::{Store, saved_now};
use claimgate_workbench::issuers::edit::{end, put, take};
use claimgate_workbench::issuers::merge::conflict;
use claimgate_workbench::issuers::storage::{Conflict, StoredIssuer};

impl Store {
    /// Deletes an issuer; [`Store::undo`] brings it back.
    pub(crate) fn remove(&self, id: &str) {
        self.update(|state| {
            if let Some((issuer, place)) = take(state, id) {
                let object = issuer.name.clone();
                self.undo.set(Some(Undo {
                    verb: "Deleted".to_owned(),
                    object,
                    back: vec![Back::Put(issuer, place)],
                }));
            }
        });
    }

    /// Adds issuers, and overwrites those that exist; [`Store::undo`] restores them.
    pub(crate) fn import(&self, issuers: Vec<StoredIssuer>) {
        self.update(|state| {
            let object = format!(
                "{} issuer{}",
                issuers.len(),
                if issuers.len() == 1 { "" } else { "s" }
            );
            let mut back = Vec::with_capacity(issuers.len());
            for issuer in issuers {
                let place = state.issuers.iter().position(|known| known.id == issuer.id);
                match place
                    .and_then(|place| state.issuers.get_mut(place).map(|known| (known, place)))
                {
                    Some((known, place)) => {
                        let revision = known.revision;
                        let old = std::mem::replace(known, StoredIssuer { revision, ..issuer });
                        saved_now(known);
                        back.push(Back::Put(old, place));
                    }
                    None => {
                        back.push(Back::Remove(issuer.id.clone()));
                        put(state, issuer, usize::MAX);
                    }
                }
            }
            self.undo.set(Some(Undo {
                verb: "Imported".to_owned(),
                object,
                back,
            }));
        });
    }

    /// Undoes the last operation.
    pub(crate) fn undo(&self) {
        let Some(undo) = self.undo.get_untracked() else {
            return;
        };
        self.undo.set(None);
        self.update(|state| {
            for back in undo.back.into_iter().rev() {
                match back {
                    Back::Remove(id) => {
                        take(state, &id);
                    }
                    Back::Put(issuer, place) => put(state, issuer, place),
                    // Under a new name: other tabs have already seen that the old one is resolved.
                    Back::Open(Conflict { id, issuer }) => {
                        state.conflicts.push(Conflict {
                            id: format!("{id}+"),
                            issuer,
                        });
                    }
                }
            }
        });
    }

    /// Resolves a conflict with the listed version; [`Store::undo`] reopens it.
    pub(crate) fn discard(&self, conflict: &Conflict) {
        self.update(|state| end(state, conflict));
        let object = conflict.issuer.name.clone();
        let verb = "Discarded another version of".to_owned();
        self.undo.set(Some(Undo {
            verb,
            object,
            back: vec![Back::Open(conflict.clone())],
        }));
    }

    /// Resolves a conflict with the other version; the listed one becomes the other.
    pub(crate) fn swap(&self, chosen: &Conflict) {
        self.update(|state| {
            end(state, chosen);
            let place = state
                .issuers
                .iter()
                .position(|issuer| issuer.id == chosen.issuer.id);
            if let Some(current) = place.and_then(|place| state.issuers.get(place)) {
                state.conflicts.push(conflict(current.clone()));
            }
            put(state, chosen.issuer.clone(), place.unwrap_or(usize::MAX));
        });
    }
}
