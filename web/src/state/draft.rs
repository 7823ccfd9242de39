//! Policies while they are edited: every field a signal of its own, and what they say at one moment
//! as plain values.

use claimgate::policy::{Decision, PolicyDefinition, PolicyError, TokenType};
use leptos::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::reporting::is_marked;

/// A number that no other call returns: for keyed lists and element ids.
pub(crate) fn unique() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

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
    /// Whether a server has it only report, as a deny.
    pub(crate) report_only: RwSignal<bool>,
    /// The rules.
    pub(crate) rules: RwSignal<Vec<RuleDraft>>,
}

/// What a rule's draft says at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleFields {
    /// The key of the draft.
    pub(crate) key: usize,
    /// The claim path.
    pub(crate) claim: String,
    /// The pattern.
    pub(crate) pattern: String,
}

impl RuleFields {
    /// A rule with these texts.
    pub(crate) fn new(claim: &str, pattern: &str) -> Self {
        Self {
            key: unique(),
            claim: claim.to_owned(),
            pattern: pattern.to_owned(),
        }
    }

    /// A draft that says this.
    pub(crate) fn draft(&self) -> RuleDraft {
        RuleDraft {
            key: self.key,
            claim: RwSignal::new(self.claim.clone()),
            pattern: RwSignal::new(self.pattern.clone()),
        }
    }
}

/// What a policy's draft says at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PolicyFields {
    /// The key of the draft.
    pub(crate) key: usize,
    /// `decision`.
    pub(crate) decision: String,
    /// `tokenType`.
    pub(crate) token_type: String,
    /// `teamName`, `userLogin` or `runnerID`, after the token type.
    pub(crate) target: String,
    /// Whether `admin` is listed.
    pub(crate) admin: bool,
    /// `roleID`.
    pub(crate) role: String,
    /// Whether a server has it only report, as a deny.
    pub(crate) report_only: bool,
    /// The rules.
    pub(crate) rules: Vec<RuleFields>,
}

impl PolicyFields {
    /// A policy to be filled in: allow, organization, one empty rule.
    pub(crate) fn blank() -> Self {
        Self::of(&PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("", ""))
    }

    /// The fields of a policy.
    pub(crate) fn of(policy: &PolicyDefinition) -> Self {
        let target = policy
            .team_name
            .as_ref()
            .or(policy.user_login.as_ref())
            .or(policy.runner_id.as_ref());
        Self {
            key: unique(),
            decision: policy.decision.as_str().to_owned(),
            token_type: policy.token_type.as_str().to_owned(),
            target: target.cloned().unwrap_or_default(),
            admin: policy
                .authorized_permissions
                .as_ref()
                .is_some_and(|list| list.iter().any(|p| p == "admin")),
            role: policy.role_id.clone().unwrap_or_default(),
            report_only: false,
            rules: policy
                .rules
                .iter()
                .map(|(claim, pattern)| RuleFields::new(claim, pattern))
                .collect(),
        }
    }

    /// The fields of policies, with the marks of those that only report.
    pub(crate) fn of_all(policies: &[PolicyDefinition], marks: &[bool]) -> Vec<Self> {
        let fields = |(place, policy)| Self {
            report_only: is_marked(marks, place),
            ..Self::of(policy)
        };
        policies.iter().enumerate().map(fields).collect()
    }

    /// Whether the policy only reports: an allow cannot.
    pub(crate) fn is_reporting(&self) -> bool {
        self.report_only && self.decision == Decision::Deny.as_str()
    }

    /// The same, with keys of its own.
    pub(crate) fn duplicate(&self) -> Self {
        let rules = self
            .rules
            .iter()
            .map(|rule| RuleFields::new(&rule.claim, &rule.pattern))
            .collect();
        Self {
            key: unique(),
            rules,
            ..self.clone()
        }
    }

    /// The policy that they say. Rules without claim and pattern are left out.
    pub(crate) fn definition(&self) -> PolicyDefinition {
        let decision = Decision::parse(&self.decision).unwrap_or(Decision::Deny);
        let token_type = TokenType::parse(&self.token_type).unwrap_or(TokenType::Organization);
        let mut policy = PolicyDefinition::new(decision, token_type);
        let target = Some(self.target.clone()).filter(|target| !target.is_empty());
        match token_type {
            TokenType::Organization => {
                policy.authorized_permissions = self.admin.then(|| vec!["admin".to_owned()]);
                policy.role_id = Some(self.role.clone()).filter(|role| !role.is_empty());
            }
            TokenType::Team => policy.team_name = target,
            TokenType::Personal => policy.user_login = target,
            TokenType::Runner => policy.runner_id = target,
        }
        policy.rules = self
            .rules
            .iter()
            .map(|rule| (rule.claim.clone(), rule.pattern.clone()))
            .collect();
        policy
            .rules
            .retain(|(claim, pattern)| !claim.is_empty() || !pattern.is_empty());
        policy
    }

    /// What is wrong with the rows that nothing is written in, as rules of the policy at `place`.
    /// An allow that has no other says so already.
    pub(crate) fn blanks(&self, place: usize) -> Vec<PolicyError> {
        let is_blank = |rule: &RuleFields| rule.claim.is_empty() && rule.pattern.is_empty();
        if self.decision == Decision::Allow.as_str() && self.rules.iter().all(is_blank) {
            return Vec::new();
        }
        let blank = |(row, _): (usize, &RuleFields)| PolicyError {
            path: format!("policies[{place}].rules."),
            code: "rule-blank",
            message: format!("rule {} is blank: expected a claim and a pattern", row + 1),
            help: Some("fill it in, or remove it".to_owned()),
        };
        self.rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| is_blank(rule))
            .map(blank)
            .collect()
    }

    /// A draft that says this.
    pub(crate) fn draft(&self) -> PolicyDraft {
        PolicyDraft {
            key: self.key,
            decision: RwSignal::new(self.decision.clone()),
            token_type: RwSignal::new(self.token_type.clone()),
            target: RwSignal::new(self.target.clone()),
            admin: RwSignal::new(self.admin),
            role: RwSignal::new(self.role.clone()),
            report_only: RwSignal::new(self.report_only),
            rules: RwSignal::new(self.rules.iter().map(RuleFields::draft).collect()),
        }
    }
}

impl PolicyDraft {
    /// What it says now.
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
            rules: self.rules.read().iter().map(rule).collect(),
        }
    }

    /// Makes it say something else; what does not change is not touched.
    fn say(&self, fields: &PolicyFields) {
        say(self.decision, &fields.decision);
        say(self.token_type, &fields.token_type);
        say(self.target, &fields.target);
        say(self.admin, &fields.admin);
        say(self.role, &fields.role);
        say(self.report_only, &fields.report_only);
        let old = self.rules.get_untracked();
        let rule = |fields: &RuleFields| match old.iter().find(|draft| draft.key == fields.key) {
            Some(draft) => {
                say(draft.claim, &fields.claim);
                say(draft.pattern, &fields.pattern);
                *draft
            }
            None => fields.draft(),
        };
        say(self.rules, &fields.rules.iter().map(rule).collect());
    }
}

/// What all drafts say now.
pub(crate) fn fields_of(drafts: RwSignal<Vec<PolicyDraft>>) -> Vec<PolicyFields> {
    drafts.read().iter().map(PolicyDraft::fields).collect()
}

/// Makes drafts say something else. Those that stay keep their keys, and with them the focus.
pub(crate) fn restore(drafts: RwSignal<Vec<PolicyDraft>>, fields: &[PolicyFields]) {
    let old = drafts.get_untracked();
    let draft = |fields: &PolicyFields| match old.iter().find(|draft| draft.key == fields.key) {
        Some(draft) => {
            draft.say(fields);
            *draft
        }
        None => fields.draft(),
    };
    say(drafts, &fields.iter().map(draft).collect());
}

fn say<T: Clone + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: &T) {
    if signal.with_untracked(|old| old != value) {
        signal.set(value.clone());
    }
}

/// What the target of a token type is called: the field's label.
pub(crate) fn target_label(token_type: &str) -> Option<&'static str> {
    match TokenType::parse(token_type)? {
        TokenType::Organization => None,
        TokenType::Team => Some("Team name"),
        TokenType::Personal => Some("User login"),
        TokenType::Runner => Some("Runner"),
    }
}
