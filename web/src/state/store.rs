//! The issuers in memory, and their copy in local storage, which other tabs read and write too.
//!
//! Every change reads what is stored, merges it in, and writes, in one go; the browser tells of
//! what other tabs write.

mod remote;

use leptos::ev;
use leptos::prelude::*;

use super::clock::now;
use super::remote::{Remote, is_connected};
use claimgate_workbench::merge::{bury, conflict, merge, rebase};
use claimgate_workbench::storage::{self, Conflict, Kept, StoredIssuer, Tombstone};

/// How often the time of use is stored, in seconds.
const USED_EVERY: i64 = 60;

/// Stored text that cannot be read. It is kept as it is until the person decides.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unreadable {
    /// The text.
    pub(crate) raw: String,
    /// Why it cannot be read.
    pub(crate) problem: String,
}

/// What was done last, and how it is undone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Undo {
    /// What was done: `Deleted`.
    pub(crate) verb: String,
    /// To what: a name, written by the person.
    pub(crate) object: String,
    back: Vec<Back>,
}

#[derive(Clone, Debug, PartialEq)]
enum Back {
    /// Take an issuer away again.
    Remove(String),
    /// Put an issuer back as it was, into its place.
    Put(StoredIssuer, usize),
    /// Open a conflict again.
    Open(Conflict),
}

/// The app's issuers.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    /// All issuers, oldest first.
    pub(crate) issuers: RwSignal<Vec<StoredIssuer>>,
    /// Versions of issuers that lost against another tab's.
    pub(crate) conflicts: RwSignal<Vec<Conflict>>,
    /// Set while local storage holds what cannot be read.
    pub(crate) unreadable: RwSignal<Option<Unreadable>>,
    /// Why the last change could not be stored.
    pub(crate) problem: RwSignal<Option<String>>,
    /// What can be undone.
    pub(crate) undo: RwSignal<Option<Undo>>,
    /// The server that keeps the issuers in place of this browser, if there is one.
    pub(crate) remote: Option<Remote>,
    tombstones: StoredValue<Vec<Tombstone>>,
    /// What this tab and the storage last had in common.
    base: StoredValue<Kept>,
    /// The stored text of that.
    raw: StoredValue<Option<String>>,
}

impl Store {
    /// Reads local storage, and listens to what other tabs write there.
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
        };
        if store.remote.is_some() {
            return store;
        }
        if area().is_none() {
            store.problem.set(Some(
                "this browser gives no access to its storage".to_owned(),
            ));
        }
        store.pull();
        let _ = window_event_listener(ev::storage, move |event| {
            if event.key().is_none_or(|key| key == storage::KEY) {
                store.pull();
            }
        });
        store
    }

    /// The issuer of that identifier, without tracking.
    pub(crate) fn find(&self, id: &str) -> Option<StoredIssuer> {
        self.issuers
            .with_untracked(|issuers| issuers.iter().find(|issuer| issuer.id == id).cloned())
    }

    /// Adds an issuer.
    pub(crate) fn add(&self, issuer: StoredIssuer) {
        self.update(|kept| put(kept, issuer, usize::MAX));
    }

    /// Changes an issuer, and its time of modification.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut StoredIssuer)) {
        self.update(|kept| {
            if let Some(issuer) = kept.issuers.iter_mut().find(|issuer| issuer.id == id) {
                change(issuer);
                saved_now(issuer);
            }
        });
    }

    /// Saves what a page has made of an issuer that it opened as `opened`. Whatever was stored of
    /// it since then stays, and if that is the same part, it is kept as a conflict. Returns what is
    /// stored now: the next `opened`.
    pub(crate) fn change_since(
        &self,
        opened: &StoredIssuer,
        change: impl FnOnce(&mut StoredIssuer),
    ) -> StoredIssuer {
        let mut mine = opened.clone();
        change(&mut mine);
        let mut stored = mine.clone();
        self.update(|kept| {
            let Some(place) = kept
                .issuers
                .iter()
                .position(|issuer| issuer.id == opened.id)
            else {
                // Deleted meanwhile: what is saved is not lost for that.
                put(kept, mine, usize::MAX);
                stored.clone_from(kept.issuers.last().unwrap_or(opened));
                return;
            };
            let Some(theirs) = kept.issuers.get_mut(place) else {
                return;
            };
            let (mut merged, lost) = rebase(opened, &mine, theirs);
            saved_now(&mut merged);
            stored.clone_from(&merged);
            *theirs = merged;
            kept.conflicts.extend(lost.map(conflict));
        });
        stored
    }

    /// Remembers that the playground decided by an issuer's policies. That is no change of the
    /// issuer.
    pub(crate) fn mark_used(&self, id: &str) {
        if self.remote.is_some() {
            // There, it is the last time that a token was granted.
            return;
        }
        let time = now();
        let is_old = |issuer: StoredIssuer| {
            issuer
                .last_used
                .is_none_or(|last| last + USED_EVERY <= time)
        };
        if self.find(id).is_some_and(is_old) {
            self.update(|kept| {
                if let Some(issuer) = kept.issuers.iter_mut().find(|issuer| issuer.id == id) {
                    issuer.last_used = Some(time);
                }
            });
        }
    }

    /// Deletes an issuer; [`Store::undo`] brings it back.
    pub(crate) fn remove(&self, id: &str) {
        self.update(|kept| {
            if let Some((issuer, place)) = take(kept, id) {
                let object = issuer.name.clone();
                self.undo.set(Some(Undo {
                    verb: "Deleted".to_owned(),
                    object,
                    back: vec![Back::Put(issuer, place)],
                }));
            }
        });
    }

    /// Adds issuers, and writes those that are there already anew; [`Store::undo`] puts it back as
    /// it was.
    pub(crate) fn import(&self, issuers: Vec<StoredIssuer>) {
        self.update(|kept| {
            let object = format!(
                "{} issuer{}",
                issuers.len(),
                if issuers.len() == 1 { "" } else { "s" }
            );
            let mut back = Vec::with_capacity(issuers.len());
            for issuer in issuers {
                let place = kept.issuers.iter().position(|known| known.id == issuer.id);
                match place
                    .and_then(|place| kept.issuers.get_mut(place).map(|known| (known, place)))
                {
                    Some((known, place)) => {
                        let revision = known.revision;
                        let old = std::mem::replace(known, StoredIssuer { revision, ..issuer });
                        saved_now(known);
                        back.push(Back::Put(old, place));
                    }
                    None => {
                        back.push(Back::Remove(issuer.id.clone()));
                        put(kept, issuer, usize::MAX);
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

    /// Undoes what was done last.
    pub(crate) fn undo(&self) {
        let Some(undo) = self.undo.get_untracked() else {
            return;
        };
        self.undo.set(None);
        self.update(|kept| {
            for back in undo.back.into_iter().rev() {
                match back {
                    Back::Remove(id) => {
                        take(kept, &id);
                    }
                    Back::Put(issuer, place) => put(kept, issuer, place),
                    // Under another name: that the old one is decided, other tabs know already.
                    Back::Open(Conflict { id, issuer }) => {
                        kept.conflicts.push(Conflict {
                            id: format!("{id}+"),
                            issuer,
                        });
                    }
                }
            }
        });
    }

    /// Ends a conflict with the version that is there; [`Store::undo`] opens it again.
    pub(crate) fn discard(&self, conflict: &Conflict) {
        self.update(|kept| end(kept, conflict));
        let object = conflict.issuer.name.clone();
        let verb = "Discarded another version of".to_owned();
        self.undo.set(Some(Undo {
            verb,
            object,
            back: vec![Back::Open(conflict.clone())],
        }));
    }

    /// Ends a conflict with the other version; the one that was there becomes the other.
    pub(crate) fn swap(&self, chosen: &Conflict) {
        self.update(|kept| {
            end(kept, chosen);
            let place = kept
                .issuers
                .iter()
                .position(|issuer| issuer.id == chosen.issuer.id);
            if let Some(current) = place.and_then(|place| kept.issuers.get(place)) {
                kept.conflicts.push(conflict(current.clone()));
            }
            put(kept, chosen.issuer.clone(), place.unwrap_or(usize::MAX));
        });
    }

    /// Gives up the text that cannot be read, on the person's word.
    pub(crate) fn start_anew(&self) {
        self.unreadable.set(None);
        self.raw.set_value(None);
        self.base.set_value(Kept::default());
        self.issuers.set(Vec::new());
        self.conflicts.set(Vec::new());
        self.tombstones.set_value(Vec::new());
        self.push();
    }

    /// Tries again to store what is in memory.
    pub(crate) fn retry(&self) {
        self.update(|_| {});
    }

    fn update(&self, change: impl FnOnce(&mut Kept)) {
        self.pull();
        let mut kept = self.kept();
        change(&mut kept);
        self.show(kept);
        self.push();
    }

    fn kept(&self) -> Kept {
        Kept {
            issuers: self.issuers.get_untracked(),
            conflicts: self.conflicts.get_untracked(),
            removed: self.tombstones.get_value(),
        }
    }

    fn show(&self, kept: Kept) {
        set_if_new(self.issuers, kept.issuers);
        set_if_new(self.conflicts, kept.conflicts);
        self.tombstones.set_value(kept.removed);
    }

    /// Takes in what another tab has stored.
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
        // A person has cleared the storage: what is in memory stays there, and is stored with the
        // next change.
        let Some(text) = raw else { return };
        match storage::from_json(&text) {
            Ok(theirs) => {
                let merged = self
                    .base
                    .with_value(|base| merge(base, &self.kept(), &theirs));
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

    /// Stores what is in memory.
    fn push(&self) {
        if let Some(remote) = self.remote {
            return remote.changed();
        }
        if self.unreadable.with_untracked(Option::is_some) {
            self.problem.set(Some(
                "nothing is stored until the unreadable data is dealt with".to_owned(),
            ));
            return;
        }
        let kept = self.kept();
        let text = storage::to_json(&kept);
        let problem = match area().map(|area| area.set_item(storage::KEY, &text)) {
            Some(Ok(())) => {
                self.base.set_value(kept);
                self.raw.set_value(Some(text));
                None
            }
            Some(Err(_)) => Some(
                "this browser refused to store the change: its storage is full or blocked"
                    .to_owned(),
            ),
            None => Some("this browser gives no access to its storage".to_owned()),
        };
        self.problem.set(problem);
    }
}

/// Local storage; nothing where the browser forbids it, as with cookies blocked.
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

/// Puts an issuer in, or back, as a later version than any before it.
fn put(kept: &mut Kept, issuer: StoredIssuer, place: usize) {
    let buried = kept
        .removed
        .iter()
        .find(|tombstone| tombstone.id == issuer.id)
        .map(|tombstone| tombstone.revision);
    kept.removed.retain(|tombstone| tombstone.id != issuer.id);
    let known = kept.issuers.iter().position(|known| known.id == issuer.id);
    let replaced = known.map(|place| kept.issuers.remove(place).revision);
    let revision = issuer
        .revision
        .max(buried.unwrap_or_default())
        .max(replaced.unwrap_or_default())
        + 1;
    let place = place.min(kept.issuers.len());
    kept.issuers
        .insert(place, StoredIssuer { revision, ..issuer });
}

fn take(kept: &mut Kept, id: &str) -> Option<(StoredIssuer, usize)> {
    let place = kept.issuers.iter().position(|issuer| issuer.id == id)?;
    let issuer = kept.issuers.remove(place);
    bury(&mut kept.removed, id, issuer.revision);
    Some((issuer, place))
}

fn end(kept: &mut Kept, conflict: &Conflict) {
    kept.conflicts.retain(|known| known.id != conflict.id);
    bury(&mut kept.removed, &conflict.id, 0);
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
