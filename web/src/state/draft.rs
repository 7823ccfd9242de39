//! Policies while they are edited: every field a signal of its own.

use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use leptos::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

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

impl RuleDraft {
    /// A rule with these texts.
    pub(crate) fn new(claim: &str, pattern: &str) -> Self {
        Self { key: unique(), claim: RwSignal::new(claim.to_owned()), pattern: RwSignal::new(pattern.to_owned()) }
    }
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
    /// The rules.
    pub(crate) rules: RwSignal<Vec<RuleDraft>>,
}

impl PolicyDraft {
    /// A policy to be filled in: allow, organization, one empty rule.
    pub(crate) fn blank() -> Self {
        Self::of(&PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("", ""))
    }

    /// The draft of a policy.
    pub(crate) fn of(policy: &PolicyDefinition) -> Self {
        let target = policy.team_name.as_ref().or(policy.user_login.as_ref()).or(policy.runner_id.as_ref());
        let rules = policy.rules.iter().map(|(claim, pattern)| RuleDraft::new(claim, pattern)).collect();
        let admin = policy.authorized_permissions.as_ref().is_some_and(|list| list.iter().any(|p| p == "admin"));
        Self {
            key: unique(),
            decision: RwSignal::new(policy.decision.as_str().to_owned()),
            token_type: RwSignal::new(policy.token_type.as_str().to_owned()),
            target: RwSignal::new(target.cloned().unwrap_or_default()),
            admin: RwSignal::new(admin),
            role: RwSignal::new(policy.role_id.clone().unwrap_or_default()),
            rules: RwSignal::new(rules),
        }
    }

    /// The policy as it stands. Rules without claim and pattern are left out.
    pub(crate) fn definition(&self) -> PolicyDefinition {
        let decision = Decision::parse(&self.decision.get()).unwrap_or(Decision::Deny);
        let token_type = TokenType::parse(&self.token_type.get()).unwrap_or(TokenType::Organization);
        let mut policy = PolicyDefinition::new(decision, token_type);
        let target = Some(self.target.get()).filter(|target| !target.is_empty());
        match token_type {
            TokenType::Organization => {
                policy.authorized_permissions = self.admin.get().then(|| vec!["admin".to_owned()]);
                policy.role_id = Some(self.role.get()).filter(|role| !role.is_empty());
            }
            TokenType::Team => policy.team_name = target,
            TokenType::Personal => policy.user_login = target,
            TokenType::Runner => policy.runner_id = target,
        }
        policy.rules = self.rules.get().iter().map(|rule| (rule.claim.get(), rule.pattern.get())).collect();
        policy.rules.retain(|(claim, pattern)| !claim.is_empty() || !pattern.is_empty());
        policy
    }
}

/// All policies of an editor as they stand.
pub(crate) fn definitions(drafts: &[PolicyDraft]) -> Vec<PolicyDefinition> {
    drafts.iter().map(PolicyDraft::definition).collect()
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
