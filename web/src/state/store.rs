//! The issuers in memory, and their copy in local storage, which other tabs read and write too.
//!
//! Every change reads, merges and writes the stored text in one step; the browser reports what
//! other tabs write.

mod remote;
mod undo;
mod undo_step;

use leptos::ev;
use leptos::prelude::*;

use self::undo_step::Undo;
use super::clock::now;
use super::remote::{Remote, is_connected};
use claimgate_workbench::issuers::edit::put;
use claimgate_workbench::issuers::merge::{conflict, merge, rebase};
use claimgate_workbench::issuers::storage::{self, Conflict, StoredIssuer, StoredState, Tombstone};

/// How often the time of use is stored, in seconds.
const USED_EVERY: i64 = 60;

/// Stored text that cannot be read. It stays unchanged until the person decides.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unreadable {
    /// The text.
    pub(crate) raw: String,
    /// Why it cannot be read.
    pub(crate) problem: String,
}

/// The app's issuers.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    /// All issuers, oldest first.
    pub(crate) issuers: RwSignal<Vec<StoredIssuer>>,
    /// Versions of issuers that lost to another tab's.
    pub(crate) conflicts: RwSignal<Vec<Conflict>>,
    /// The content of local storage if it cannot be read.
    pub(crate) unreadable: RwSignal<Option<Unreadable>>,
    /// Why the last change could not be stored.
    pub(crate) problem: RwSignal<Option<String>>,
    /// The operation that can be undone.
    pub(crate) undo: RwSignal<Option<Undo>>,
    /// The server that stores the issuers in place of this browser, if there is one.
    pub(crate) remote: Option<Remote>,
    tombstones: StoredValue<Vec<Tombstone>>,
    /// The last state that this tab and the storage had in common.
    base: StoredValue<StoredState>,
    /// That state as stored text.
    raw: StoredValue<Option<String>>,
    /// The issuers as they were last saved on this page.
    saved: StoredValue<Vec<StoredIssuer>>,
}

impl Store {
    /// Reads local storage, and listens to what other tabs write.
    pub(crate) fn load() -> Self {
        let store = Self {
            issuers: RwSignal::default(),
            conflicts: RwSignal::default(),
            unreadable: RwSignal::default(),
            problem: RwSignal::default(),
            undo: RwSignal::default(),
            remote: is_connected().then(Remote::new),
            tombstones: StoredValue::default(),
            base: StoredValue::default(),
            raw: StoredValue::default(),
            saved: StoredValue::default(),
        };
        if store.remote.is_some() {
            return store;
        }
        if area().is_none() {
            store
                .problem
                .set(Some("this browser blocks access to its storage".to_owned()));
        }
        store.pull();
        let _ = window_event_listener(ev::storage, move |event| {
            if event.key().is_none_or(|key| key == storage::KEY) {
                store.pull();
            }
        });
        store
    }

    /// The issuer with that identifier, without tracking.
    pub(crate) fn find(&self, id: &str) -> Option<StoredIssuer> {
        self.issuers
            .with_untracked(|issuers| issuers.iter().find(|issuer| issuer.id == id).cloned())
    }

    /// Adds an issuer.
    pub(crate) fn add(&self, issuer: StoredIssuer) {
        self.update(|state| put(state, issuer, usize::MAX));
    }

    /// Changes an issuer and its modification time.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut StoredIssuer)) {
        self.update(|state| {
            if let Some(issuer) = state.issuers.iter_mut().find(|issuer| issuer.id == id) {
                change(issuer);
                saved_now(issuer);
                self.remember(issuer);
            }
        });
    }

    /// An issuer as it was last saved on this page: the person's own version in a conflict.
    pub(crate) fn saved_here(&self, id: &str) -> Option<StoredIssuer> {
        self.saved
            .with_value(|saved| saved.iter().find(|issuer| issuer.id == id).cloned())
    }

    fn remember(&self, issuer: &StoredIssuer) {
        self.saved.update_value(|saved| {
            saved.retain(|other| other.id != issuer.id);
            saved.push(issuer.clone());
        });
    }

    /// Saves a page's changes to an issuer that it opened as `opened`. Changes stored since then
    /// are kept; if they are to the same part, they become a conflict. Returns the stored version:
    /// the next `opened`.
    pub(crate) fn change_since(
        &self,
        opened: &StoredIssuer,
        change: impl FnOnce(&mut StoredIssuer),
    ) -> StoredIssuer {
        let mut mine = opened.clone();
        change(&mut mine);
        let mut stored = mine.clone();
        self.update(|state| {
            let Some(place) = state
                .issuers
                .iter()
                .position(|issuer| issuer.id == opened.id)
            else {
                // Deleted meanwhile: the saved version must not be lost.
                put(state, mine, usize::MAX);
                stored.clone_from(state.issuers.last().unwrap_or(opened));
                return;
            };
            let Some(theirs) = state.issuers.get_mut(place) else {
                return;
            };
            let (mut merged, lost) = rebase(opened, &mine, theirs);
            saved_now(&mut merged);
            stored.clone_from(&merged);
            *theirs = merged;
            state.conflicts.extend(lost.map(conflict));
        });
        self.remember(&stored);
        stored
    }

    /// Records that the playground used an issuer's policies. That is no change to the issuer.
    pub(crate) fn mark_used(&self, id: &str) {
        if self.remote.is_some() {
            // A server records the last time that a token was granted instead.
            return;
        }
        let time = now();
        let is_old = |issuer: StoredIssuer| {
            issuer
                .last_used
                .is_none_or(|last| last + USED_EVERY <= time)
        };
        if self.find(id).is_some_and(is_old) {
            self.update(|state| {
                if let Some(issuer) = state.issuers.iter_mut().find(|issuer| issuer.id == id) {
                    issuer.last_used = Some(time);
                }
            });
        }
    }

    /// Discards the unreadable text, after the person has confirmed.
    pub(crate) fn discard_unreadable(&self) {
        self.unreadable.set(None);
        self.raw.set_value(None);
        self.base.set_value(StoredState::default());
        self.issuers.set(Vec::new());
        self.conflicts.set(Vec::new());
        self.tombstones.set_value(Vec::new());
        self.push();
    }

    /// Retries to store the issuers in memory.
    pub(crate) fn retry(&self) {
        self.update(|_| {});
    }

    fn update(&self, change: impl FnOnce(&mut StoredState)) {
        self.pull();
        let mut state = self.state();
        change(&mut state);
        self.show(state);
        self.push();
    }

    fn state(&self) -> StoredState {
        StoredState {
            issuers: self.issuers.get_untracked(),
            conflicts: self.conflicts.get_untracked(),
            removed: self.tombstones.get_value(),
        }
    }

    fn show(&self, state: StoredState) {
        set_if_new(self.issuers, state.issuers);
        set_if_new(self.conflicts, state.conflicts);
        self.tombstones.set_value(state.removed);
    }

    /// Takes over what another tab has stored.
    fn pull(&self) {
        if self.remote.is_some() {
            return;
        }
        let Some(Ok(raw)) = area().map(|area| area.get_item(storage::KEY)) else {
            return;
        };
        if self.raw.with_value(|known| *known == raw) {
            return;
        }
        // A person has cleared the storage: the issuers stay in memory, and are stored with the
        // next change.
        let Some(text) = raw else { return };
        match storage::from_json(&text) {
            Ok(theirs) => {
                let merged = self
                    .base
                    .with_value(|base| merge(base, &self.state(), &theirs));
                let is_stored = merged == theirs;
                self.base.set_value(theirs);
                self.raw.set_value(Some(text));
                self.unreadable.set(None);
                self.show(merged);
                if !is_stored {
                    self.push();
                }
            }
            Err(problem) => set_if_new(self.unreadable, Some(Unreadable { raw: text, problem })),
        }
    }

    /// Stores the issuers in memory.
    fn push(&self) {
        if let Some(remote) = self.remote {
            return remote.changed();
        }
        if self.unreadable.with_untracked(Option::is_some) {
            self.problem.set(Some(
                "nothing is stored until you decide what to do with the unreadable data".to_owned(),
            ));
            return;
        }
        let state = self.state();
        let text = storage::to_json(&state);
        let problem = match area().map(|area| area.set_item(storage::KEY, &text)) {
            Some(Ok(())) => {
                self.base.set_value(state);
                self.raw.set_value(Some(text));
                None
            }
            Some(Err(_)) => Some(
                "this browser refused to store the change: its storage is full or blocked"
                    .to_owned(),
            ),
            None => Some("this browser blocks access to its storage".to_owned()),
        };
        self.problem.set(problem);
    }
}

/// Local storage; none if the browser forbids it, as with cookies blocked.
pub(crate) fn area() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}

fn saved_now(issuer: &mut StoredIssuer) {
    issuer.modified = now();
    issuer.revision += 1;
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
