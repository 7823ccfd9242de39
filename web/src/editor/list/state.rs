//! The state of the list: what is shown, unfolded and selected.

use std::collections::{BTreeSet, HashMap};

use leptos::prelude::*;

use crate::editor::focus::{focus_in_soon, focus_soon};
use crate::editor::state::PolicyState;
use crate::state::draft::{PolicyDraft, PolicyFields, fields_of};
use claimgate_workbench::policies::list_change::{ListChange, changed};
use claimgate_workbench::policies::list_filter::{Group, is_shown};

/// Up to this many policies are unfolded at first, and need no filter.
const SHORT: usize = 3;

/// The last change of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// What it did.
    pub(super) sentence: String,
    /// Whether it is worth a button that undoes it.
    pub(super) offers_undo: bool,
    /// The policies that it was made to.
    keys: Vec<usize>,
    /// The step of the history that it made: a later change replaces the note.
    step: usize,
}

/// A policy that is dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drag {
    /// Its key.
    pub(super) key: usize,
    /// The key of the policy that it would be put before; none for the end.
    pub(super) before: Option<usize>,
    /// Whether it has left its place: before that, it is only pressed.
    pub(super) is_moving: bool,
    /// Where it was pressed.
    pub(super) start: i32,
    /// Where the pointer is.
    pub(super) at: i32,
}

/// The list's state.
#[derive(Clone, Copy)]
pub(super) struct ListState {
    /// The policies.
    pub(super) policies: PolicyState,
    /// The words to filter by.
    pub(super) query: RwSignal<String>,
    /// The label of the group to filter by.
    pub(super) group: RwSignal<String>,
    /// The policies that pass the filter. What is typed into one of them does not hide it.
    pub(super) visible: Memo<Vec<PolicyDraft>>,
    /// Whether there are so many policies that they are folded, filtered and selected.
    pub(super) is_long: Memo<bool>,
    /// The policy that is dragged to another place.
    pub(super) drag: RwSignal<Option<Drag>>,
    /// The key of that policy once it has left its place, and that of the one that it would be put before. It
    /// changes less often than the position of the pointer: every line depends on it.
    pub(super) moving: Memo<Option<(usize, Option<usize>)>>,
    /// The keys of the selected policies.
    pub(super) selected: RwSignal<BTreeSet<usize>>,
    /// The policies that were folded or unfolded.
    folds: RwSignal<HashMap<usize, bool>>,
    note: RwSignal<Option<Note>>,
}

impl ListState {
    pub(super) fn new(policies: PolicyState) -> Self {
        let query = RwSignal::new(String::new());
        let group = RwSignal::new(Group::All.label().to_owned());
        let visible = Memo::new(move |_| {
            let drafts = policies.drafts.get();
            let (group, query) = (Group::of(&group.read()), query.get());
            let facts = policies.facts.get_untracked();
            let passes = |(place, draft): (usize, &PolicyDraft)| {
                let facts = facts.get(place).copied().unwrap_or_default();
                let passes =
                    untrack(|| is_shown(&draft.fields(), place, facts, (group, query.as_str())));
                passes.then_some(*draft)
            };
            drafts
                .iter()
                .enumerate()
                .filter_map(passes)
                .collect::<Vec<_>>()
        });
        let drag = RwSignal::new(None::<Drag>);
        let list = Self {
            policies,
            query,
            group,
            visible,
            is_long: Memo::new(move |_| policies.drafts.read().len() > SHORT),
            drag,
            moving: Memo::new(move |_| {
                let drag = drag.get().filter(|drag| drag.is_moving);
                drag.map(|drag| (drag.key, drag.before))
            }),
            selected: RwSignal::default(),
            folds: RwSignal::default(),
            note: RwSignal::default(),
        };
        Effect::new(move || {
            if let Some(key) = policies.wanted.get() {
                list.reveal(key);
            }
        });
        list
    }

    /// Whether a policy is unfolded. Called once for each line.
    pub(super) fn is_open(self, draft: PolicyDraft) -> Memo<bool> {
        let is_first = !self.is_long.get_untracked() || untrack(|| is_blank(&draft.fields()));
        Memo::new(move |_| {
            self.folds
                .read()
                .get(&draft.key)
                .copied()
                .unwrap_or(is_first)
        })
    }

    /// Folds or unfolds a policy.
    pub(super) fn fold(self, key: usize, is_open: bool) {
        self.folds.update(|folds| {
            folds.insert(key, is_open);
        });
    }

    /// Folds or unfolds all that are shown.
    pub(super) fn fold_all(self, is_open: bool) {
        let shown = self.visible.get_untracked();
        self.folds
            .update(|folds| folds.extend(shown.iter().map(|draft| (draft.key, is_open))));
    }

    /// Unfolds a policy, and drops a filter that hides it.
    fn reveal(self, key: usize) {
        let is_shown = |shown: &Vec<PolicyDraft>| shown.iter().any(|draft| draft.key == key);
        if !self.visible.with_untracked(is_shown) {
            self.show_all();
        }
        self.fold(key, true);
    }

    /// Drops the filter.
    pub(super) fn show_all(self) {
        self.query.set(String::new());
        self.group.set(Group::All.label().to_owned());
    }

    /// Adds an empty policy.
    pub(super) fn add(self) {
        let blank = PolicyFields::blank();
        let draft = self.policies.own(|| (&blank).into());
        self.show_all();
        self.policies.drafts.update(|drafts| drafts.push(draft));
        focus_fields(blank.key);
    }

    /// The keys of the selected policies that are shown.
    pub(super) fn chosen(self) -> Vec<usize> {
        let selected = self.selected.read();
        let shown = self.visible.read();
        let keys = shown.iter().map(|draft| draft.key);
        keys.filter(|key| selected.contains(key)).collect()
    }

    /// Changes the policies with these keys, as one step of the history. False if nothing changes.
    pub(super) fn change(self, keys: &[usize], change: ListChange) -> bool {
        let before = untrack(|| fields_of(self.policies.drafts));
        let Some(after) = changed(&before, keys, change) else {
            return false;
        };
        let step = self.policies.begin_step();
        self.policies.restore(&after.fields);
        if change == ListChange::Duplicate {
            self.show_all();
        }
        self.note.set(Some(Note {
            sentence: after.sentence,
            offers_undo: !matches!(change, ListChange::Up | ListChange::Down),
            keys: after.keys.clone(),
            step,
        }));
        let is_selection = self
            .selected
            .with_untracked(|selected| !selected.is_empty());
        match change {
            ListChange::Delete => self.selected.update(|selected| {
                selected.retain(|key| !keys.contains(key));
            }),
            ListChange::Duplicate if is_selection => {
                self.selected.set(after.keys.into_iter().collect());
            }
            _ => {}
        }
        true
    }

    /// The last change, until the next one.
    pub(super) fn note(self) -> Option<Note> {
        let step = self.policies.history.read().position();
        self.note.get().filter(|note| note.step == step)
    }

    /// Undoes the last change, and focuses a policy that it was made to.
    pub(super) fn undo(self, note: &Note) {
        self.policies.travel(false);
        let is_there = |key: &&usize| {
            let drafts = self.policies.drafts.read_untracked();
            drafts.iter().any(|draft| draft.key == **key)
        };
        if let Some(key) = note.keys.iter().find(is_there) {
            focus_line(*key);
        }
    }
}

fn is_blank(fields: &PolicyFields) -> bool {
    fields.rules.iter().all(|rule| rule.claim.is_empty()) && !fields.every_token
}

/// Focuses the first field of an unfolded policy, once it exists.
pub(super) fn focus_fields(key: usize) {
    focus_in_soon(format!("policy-{key}-fields"));
}

/// Focuses the line of a policy, once it exists.
pub(super) fn focus_line(key: usize) {
    focus_soon(format!("policy-{key}-line"));
}
