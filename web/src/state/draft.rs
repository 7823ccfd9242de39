//! Policies while they are edited: every field is a signal of its own, with a plain snapshot of its
//! values.

use leptos::prelude::*;

pub(crate) use claimgate_workbench::policies::fields::{
    PolicyFields, RuleFields, target_label, unique,
};

/// One rule.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct RuleDraft {
    /// Its key in the list.
    pub(crate) key: usize,
    /// The claim path.
    pub(crate) claim: RwSignal<String>,
    /// The pattern.
    pub(crate) pattern: RwSignal<String>,
}

/// One policy.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct PolicyDraft {
    /// Its key in the list.
    pub(crate) key: usize,
    /// `decision`.
    pub(crate) decision: RwSignal<String>,
    /// `tokenType`.
    pub(crate) token_type: RwSignal<String>,
    /// `teamName`, `userLogin` or `runnerID`, after the token type.
    pub(crate) target: RwSignal<String>,
    /// Whether `admin` is listed.
    pub(crate) admin: RwSignal<bool>,
    /// `roleID`.
    pub(crate) role: RwSignal<String>,
    /// Whether it is report-only; a server honours this for a deny.
    pub(crate) report_only: RwSignal<bool>,
    /// `name`.
    pub(crate) name: RwSignal<String>,
    /// `note`.
    pub(crate) note: RwSignal<String>,
    /// Whether a deny without rules is meant to deny every token.
    pub(crate) every_token: RwSignal<bool>,
    /// The rules.
    pub(crate) rules: RwSignal<Vec<RuleDraft>>,
}

impl From<&RuleFields> for RuleDraft {
    fn from(fields: &RuleFields) -> Self {
        Self {
            key: fields.key,
            claim: RwSignal::new(fields.claim.clone()),
            pattern: RwSignal::new(fields.pattern.clone()),
        }
    }
}

impl From<&PolicyFields> for PolicyDraft {
    fn from(fields: &PolicyFields) -> Self {
        Self {
            key: fields.key,
            decision: RwSignal::new(fields.decision.clone()),
            token_type: RwSignal::new(fields.token_type.clone()),
            target: RwSignal::new(fields.target.clone()),
            admin: RwSignal::new(fields.admin),
            role: RwSignal::new(fields.role.clone()),
            report_only: RwSignal::new(fields.report_only),
            name: RwSignal::new(fields.name.clone()),
            note: RwSignal::new(fields.note.clone()),
            every_token: RwSignal::new(fields.every_token),
            rules: RwSignal::new(fields.rules.iter().map(RuleDraft::from).collect()),
        }
    }
}

impl PolicyDraft {
    /// The current values.
    pub(crate) fn fields(&self) -> PolicyFields {
        let rule = |rule: &RuleDraft| RuleFields {
            key: rule.key,
            claim: rule.claim.get(),
            pattern: rule.pattern.get(),
        };
        PolicyFields {
            key: self.key,
            decision: self.decision.get(),
            token_type: self.token_type.get(),
            target: self.target.get(),
            admin: self.admin.get(),
            role: self.role.get(),
            report_only: self.report_only.get(),
            name: self.name.get(),
            note: self.note.get(),
            every_token: self.every_token.get(),
            rules: self.rules.read().iter().map(rule).collect(),
        }
    }

    /// Sets the fields, and touches only those that change.
    fn set(&self, fields: &PolicyFields) {
        set_if_changed(self.decision, &fields.decision);
        set_if_changed(self.token_type, &fields.token_type);
        set_if_changed(self.target, &fields.target);
        set_if_changed(self.admin, &fields.admin);
        set_if_changed(self.role, &fields.role);
        set_if_changed(self.report_only, &fields.report_only);
        set_if_changed(self.name, &fields.name);
        set_if_changed(self.note, &fields.note);
        set_if_changed(self.every_token, &fields.every_token);
        let old = self.rules.get_untracked();
        let rule = |fields: &RuleFields| match old.iter().find(|draft| draft.key == fields.key) {
            Some(draft) => {
                set_if_changed(draft.claim, &fields.claim);
                set_if_changed(draft.pattern, &fields.pattern);
                *draft
            }
            None => fields.into(),
        };
        set_if_changed(self.rules, &fields.rules.iter().map(rule).collect());
    }
}

/// The current values of all drafts.
pub(crate) fn fields_of(drafts: RwSignal<Vec<PolicyDraft>>) -> Vec<PolicyFields> {
    drafts.read().iter().map(PolicyDraft::fields).collect()
}

/// Sets the values of the drafts. Drafts that remain keep their keys, and so the focus.
pub(crate) fn restore(drafts: RwSignal<Vec<PolicyDraft>>, fields: &[PolicyFields]) {
    let old = drafts.get_untracked();
    let draft = |fields: &PolicyFields| match old.iter().find(|draft| draft.key == fields.key) {
        Some(draft) => {
            draft.set(fields);
            *draft
        }
        None => fields.into(),
    };
    set_if_changed(drafts, &fields.iter().map(draft).collect());
}

fn set_if_changed<T: Clone + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: &T) {
    if signal.with_untracked(|old| old != value) {
        signal.set(value.clone());
    }
}
