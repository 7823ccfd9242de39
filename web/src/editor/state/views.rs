//! Which contents the editor shows, and in which view: switching, undo, and changes from elsewhere.

use std::time::Duration;

use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use super::{PolicyState, PolicyView};
use crate::editor::elements::{card_of, field_of};
use crate::editor::focus::focus_in_soon;
use crate::state::draft::fields_of;
use crate::state::remote::sync::Sync;
use claimgate_workbench::policies::history::Content;
use claimgate_workbench::policies::json_places::Places;
use claimgate_workbench::remote::plan::Step;

impl PolicyState {
    /// Shows a text that was replaced from outside the form.
    pub(crate) fn follow_text(self) {
        if self.shown.get_untracked() == PolicyView::Json {
            return;
        }
        let form = untrack(|| fields_of(self.drafts));
        let text = Content::Json(self.json.get_untracked());
        if text.policies() == Content::Form(form.clone()).policies() || text.policies().is_err() {
            return;
        }
        match text.to_form(&form) {
            Ok(fields) => self.later(move || self.restore(&fields)),
            Err(_) => self.shown.set(PolicyView::Json),
        }
    }

    /// Shows what another tab has saved, unless there are edits here. Edits that the server's guard
    /// has refused stay.
    pub(super) fn follow(self) {
        Effect::new(move |before: Option<Vec<PolicyDefinition>>| {
            let saved = self.saved.get();
            if let Some((policies, reason)) = self.take_refusal() {
                self.keep_refused(policies, reason, &saved);
                return saved;
            }
            let is_untouched = |before: &Vec<PolicyDefinition>| {
                *before != saved
                    && self
                        .written
                        .with_untracked(|written| written.as_ref() == Ok(before))
            };
            if before.as_ref().is_some_and(is_untouched) {
                let policies = saved.clone();
                self.later(move || self.take(&policies));
            }
            saved
        });
        // Once the edits are saved or discarded, the reason is about nothing.
        Effect::new(move || {
            if !self.dirty.get() {
                self.refused.set(String::new());
            }
        });
    }

    /// The policies of this issuer that the server's guard has refused, and why. The editor shows
    /// them from now on, and no longer the list of failed changes.
    fn take_refusal(self) -> Option<(Vec<PolicyDefinition>, String)> {
        let sync = Sync::of(self.store)?;
        let failed = self.store.remote?.failed_changes.get();
        failed.into_iter().find_map(|failed| match &failed.step {
            Step::Policies(issuer) if failed.is_guarded && issuer.id == *self.id.read_value() => {
                sync.discard_failed(&failed);
                Some((issuer.policies.clone(), failed.reason))
            }
            _ => None,
        })
    }

    /// Keeps refused policies as edits of the saved ones.
    fn keep_refused(
        self,
        policies: Vec<PolicyDefinition>,
        reason: String,
        saved: &[PolicyDefinition],
    ) {
        self.opened
            .update_value(|opened| opened.policies = saved.to_vec());
        if self.dirty.get_untracked() {
            self.refused.set(reason);
            return;
        }
        // The editor was closed when the answer came.
        self.later(move || {
            self.set_policies(&policies);
            self.refused.set(reason);
        });
    }

    /// Shows what another tab has saved.
    fn take(self, policies: &[PolicyDefinition]) {
        self.opened
            .update_value(|opened| opened.policies = policies.to_vec());
        self.set_policies(policies);
    }

    /// Does something outside the calling effect, whose next run would dispose of the fields that it
    /// creates; nothing if the editor is gone by then.
    fn later(self, act: impl FnOnce() + 'static) {
        let act = move || {
            if self.opened.try_get_value().is_some() {
                act();
            }
        };
        set_timeout(act, Duration::ZERO);
    }

    /// Switches the view. If both views mean the same, the target view keeps its own text.
    pub(crate) fn show(self, shown: PolicyView) {
        let form = Content::Form(untrack(|| fields_of(self.drafts)));
        let text = Content::Json(self.json.get_untracked());
        let is_same = form.policies() == text.policies();
        self.view_error.set(String::new());
        match shown {
            PolicyView::Json if !is_same => self.json.set(form.to_json()),
            PolicyView::Form if !is_same => match text.to_form(&untrack(|| fields_of(self.drafts)))
            {
                Ok(fields) => self.restore(&fields),
                Err(view_error) => return self.view_error.set(view_error),
            },
            _ => {}
        }
        self.at.set(None);
        self.shown.set(shown);
    }

    /// Undoes or redoes a step.
    pub(crate) fn travel(self, is_redo: bool) {
        // The last keystrokes may not be in the history yet.
        let content = self.content();
        let step = self.history.try_update(|history| {
            history.record(content, js_sys::Date::now());
            if is_redo {
                history.redo()
            } else {
                history.undo()
            }
        });
        if let Some(content) = step.flatten() {
            self.show_content(&content);
        }
    }

    /// Ends what is being typed, and returns the position that the next change gets in the history.
    pub(crate) fn begin_step(self) -> usize {
        let content = self.content();
        let position = self.history.try_update(|history| {
            history.record(content, js_sys::Date::now());
            history.position() + 1
        });
        position.unwrap_or_default()
    }

    fn content(self) -> Content {
        match self.shown.get_untracked() {
            PolicyView::Form => Content::Form(untrack(|| fields_of(self.drafts))),
            PolicyView::Json => Content::Json(self.json.get_untracked()),
        }
    }

    /// Shows a content in the current view, or as text if the form cannot show it.
    pub(super) fn show_content(self, content: &Content) {
        self.view_error.set(String::new());
        if self.shown.get_untracked() == PolicyView::Form {
            match content.to_form(&untrack(|| fields_of(self.drafts))) {
                Ok(fields) => return self.restore(&fields),
                Err(_) => self.shown.set(PolicyView::Json),
            }
        }
        self.json.set(content.to_json());
    }

    /// Goes to the place of a diagnostic.
    pub(crate) fn go_to(self, path: &str) {
        match self.shown.get_untracked() {
            PolicyView::Json => {
                let range = self
                    .json
                    .with_untracked(|json| Places::read(json).underlined(path));
                // Reset first, so that going to the same place twice works.
                self.goal.set(None);
                self.goal.set(Some((range.start, range.end)));
            }
            PolicyView::Form => {
                let Some(id) = untrack(|| field_of(&self.drafts.read(), path)) else {
                    return;
                };
                self.wanted
                    .set(untrack(|| card_of(&self.drafts.read(), path)));
                // A folded card is unfolded first.
                focus_in_soon(id);
            }
        }
    }
}
