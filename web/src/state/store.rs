//! The issuers in memory, and their copy in local storage.

use gloo_storage::{LocalStorage, Storage};
use leptos::prelude::*;

use super::clock::now;
use super::storage::{self, StoredIssuer};

/// Stored text that cannot be read. It is kept as it is until the person decides.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unreadable {
    /// The text.
    pub(crate) raw: String,
    /// Why it cannot be read.
    pub(crate) problem: String,
}

/// An issuer that was deleted last, with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Removed {
    /// The issuer.
    pub(crate) issuer: StoredIssuer,
    place: usize,
}

/// The app's issuers.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    /// All issuers, oldest first.
    pub(crate) issuers: RwSignal<Vec<StoredIssuer>>,
    /// Set while local storage holds what cannot be read.
    pub(crate) unreadable: RwSignal<Option<Unreadable>>,
    /// Why the last change could not be stored.
    pub(crate) problem: RwSignal<Option<String>>,
    /// What can be brought back.
    pub(crate) removed: RwSignal<Option<Removed>>,
}

impl Store {
    /// Reads local storage.
    pub(crate) fn load() -> Self {
        let (issuers, unreadable, problem) = match LocalStorage::raw().get_item(storage::KEY) {
            Ok(None) => (Vec::new(), None, None),
            Ok(Some(raw)) => match storage::from_json(&raw) {
                Ok(issuers) => (issuers, None, None),
                Err(problem) => (Vec::new(), Some(Unreadable { raw, problem }), None),
            },
            Err(_) => (Vec::new(), None, Some("this browser gives no access to local storage".to_owned())),
        };
        Self {
            issuers: RwSignal::new(issuers),
            unreadable: RwSignal::new(unreadable),
            problem: RwSignal::new(problem),
            removed: RwSignal::new(None),
        }
    }

    /// The issuer of that identifier, without tracking.
    pub(crate) fn find(&self, id: &str) -> Option<StoredIssuer> {
        self.issuers.with_untracked(|issuers| issuers.iter().find(|issuer| issuer.id == id).cloned())
    }

    /// Adds an issuer.
    pub(crate) fn add(&self, issuer: StoredIssuer) {
        self.issuers.update(|issuers| issuers.push(issuer));
        self.save();
    }

    /// Changes an issuer, and its time of modification.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut StoredIssuer)) {
        self.issuers.update(|issuers| {
            if let Some(issuer) = issuers.iter_mut().find(|issuer| issuer.id == id) {
                change(issuer);
                issuer.modified = now();
            }
        });
        self.save();
    }

    /// Remembers that the playground decided by an issuer's policies, once a minute at most. That is no change of the issuer.
    pub(crate) fn mark_used(&self, id: &str) {
        let time = now();
        let is_due = |issuer: &StoredIssuer| issuer.id == id && issuer.last_used.is_none_or(|last| last + 60 <= time);
        if self.issuers.with_untracked(|issuers| issuers.iter().any(is_due)) {
            self.issuers.update(|issuers| {
                for issuer in issuers.iter_mut().filter(|issuer| is_due(issuer)) {
                    issuer.last_used = Some(time);
                }
            });
            self.save();
        }
    }

    /// Deletes an issuer; [`Store::undo`] brings it back.
    pub(crate) fn remove(&self, id: &str) {
        let Some(place) = self.issuers.with_untracked(|issuers| issuers.iter().position(|issuer| issuer.id == id))
        else {
            return;
        };
        let issuer = self.issuers.try_update(|issuers| issuers.remove(place));
        self.removed.set(issuer.map(|issuer| Removed { issuer, place }));
        self.save();
    }

    /// Brings the deleted issuer back to its place.
    pub(crate) fn undo(&self) {
        if let Some(Removed { issuer, place }) = self.removed.get_untracked() {
            self.issuers.update(|issuers| issuers.insert(place.min(issuers.len()), issuer));
            self.removed.set(None);
            self.save();
        }
    }

    /// Gives up the text that cannot be read, on the person's word.
    pub(crate) fn start_anew(&self) {
        self.unreadable.set(None);
        self.issuers.set(Vec::new());
        self.save();
    }

    fn save(&self) {
        if self.unreadable.with_untracked(Option::is_some) {
            self.problem.set(Some("nothing is stored until the unreadable data is dealt with".to_owned()));
            return;
        }
        let text = self.issuers.with_untracked(|issuers| storage::to_json(issuers));
        let outcome = LocalStorage::raw().set_item(storage::KEY, &text);
        self.problem.set(outcome.err().map(|_| {
            "this browser refused to store the change (its storage is full or blocked); it is lost on reload".to_owned()
        }));
    }
}

/// A new identifier: 16 hexadecimal digits.
pub(crate) fn new_id() -> String {
    let mut bytes = [0_u8; 8];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The store that the app provides.
pub(crate) fn use_store() -> Store {
    expect_context::<Store>()
}
