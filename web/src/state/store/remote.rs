//! The store when a server keeps the issuers.

use leptos::prelude::*;

use super::Store;
use super::undo_step::Back;
use claimgate_workbench::issuers::merge::conflict;
use claimgate_workbench::issuers::storage::{Conflict, StoredIssuer, StoredState};

impl Store {
    /// Shows the server's issuers, and versions that lost to them.
    pub(crate) fn show_remote(&self, issuers: Vec<StoredIssuer>, lost: Vec<StoredIssuer>) {
        let mut state = StoredState {
            issuers,
            ..self.state()
        };
        let is_new = |other: &Conflict, state: &StoredState| {
            state.conflicts.iter().all(|known| known.id != other.id)
        };
        for other in lost.into_iter().map(conflict) {
            if is_new(&other, &state) {
                state.conflicts.push(other);
            }
        }
        self.show(state);
    }

    /// Replaces an issuer's identifier by the server's.
    pub(crate) fn rename(&self, old: &str, new: &str) {
        let rename = |issuer: &mut StoredIssuer| {
            if issuer.id == old {
                new.clone_into(&mut issuer.id);
            }
        };
        let mut state = self.state();
        state.issuers.iter_mut().for_each(rename);
        state
            .conflicts
            .iter_mut()
            .for_each(|conflict| rename(&mut conflict.issuer));
        self.show(state);
        let has_back = self.undo.with_untracked(Option::is_some);
        if has_back {
            self.undo.update(|undo| {
                for back in undo.iter_mut().flat_map(|undo| &mut undo.back) {
                    match back {
                        Back::Remove(id) if *id == old => new.clone_into(id),
                        Back::Put(issuer, _) => rename(issuer),
                        Back::Open(conflict) => rename(&mut conflict.issuer),
                        Back::Remove(_) => {}
                    }
                }
            });
        }
    }

    /// Removes all issuers after signing out: the server has them.
    pub(crate) fn clear_remote(&self) {
        self.undo.set(None);
        self.show(StoredState::default());
    }
}
