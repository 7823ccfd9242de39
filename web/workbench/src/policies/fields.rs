//! Policies as the fields of a form, at one moment.

use claimgate::diagnostic::Diagnostic;
use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number that no other call returns: for keyed lists and element ids.
pub fn unique() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A snapshot of a rule's draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFields {
    /// The key of the draft.
    pub key: usize,
    /// The claim path.
    pub claim: String,
    /// The pattern.
    pub pattern: String,
}

impl RuleFields {
    /// A rule with these texts.
    pub fn new(claim: &str, pattern: &str) -> Self {
        Self {
            key: unique(),
            claim: claim.to_owned(),
            pattern: pattern.to_owned(),
        }
    }

    /// Whether nothing of it is written yet.
    pub fn is_blank(&self) -> bool {
        self.claim.is_empty() && self.pattern.is_empty()
    }
}

/// A snapshot of a policy's draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFields {
    /// The key of the draft.
    pub key: usize,
    /// `decision`.
    pub decision: String,
    /// `tokenType`.
    pub token_type: String,
    /// `teamName`, `userLogin` or `runnerID`, after the token type.
    pub target: String,
    /// Whether `admin` is listed.
    pub admin: bool,
    /// `roleID`.
    pub role: String,
    /// Whether it is report-only; a server honours this for a deny.
    pub report_only: bool,
    /// `name`.
    pub name: String,
    /// `note`.
    pub note: String,
    /// Whether a deny without rules is meant to deny every token.
    pub every_token: bool,
    /// The rules.
    pub rules: Vec<RuleFields>,
}

impl PolicyFields {
    /// An empty policy: allow, organization, one empty rule.
    pub fn blank() -> Self {
        Self::of(&PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("", ""))
    }

    /// The fields of a policy.
    pub fn of(policy: &PolicyDefinition) -> Self {
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
            report_only: policy.report_only,
            name: policy.name.clone().unwrap_or_default(),
            note: policy.note.clone().unwrap_or_default(),
            every_token: policy.decision == Decision::Deny && policy.rules.is_empty(),
            rules: policy
                .rules
                .iter()
                .map(|(claim, pattern)| RuleFields::new(claim, pattern))
                .collect(),
        }
    }

    /// The fields of policies.
    pub fn of_all(policies: &[PolicyDefinition]) -> Vec<Self> {
        policies.iter().map(Self::of).collect()
    }

    /// Whether the policy is report-only: an allow cannot be.
    fn is_report_only(&self) -> bool {
        self.report_only && self.decision == Decision::Deny.as_str()
    }

    /// A copy with keys of its own.
    pub fn duplicate(&self) -> Self {
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

    /// The policy. Rules without claim and pattern are left out.
    pub fn definition(&self) -> PolicyDefinition {
        let decision = Decision::parse(&self.decision).unwrap_or(Decision::Deny);
        let token_type = TokenType::parse(&self.token_type).unwrap_or(TokenType::Organization);
        let mut policy = PolicyDefinition::new(decision, token_type);
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        (policy.name, policy.note) = (filled(&self.name), filled(&self.note));
        let target = filled(&self.target);
        match token_type {
            TokenType::Organization => {
                policy.authorized_permissions = self.admin.then(|| vec!["admin".to_owned()]);
                policy.role_id = filled(&self.role);
            }
            TokenType::Team => policy.team_name = target,
            TokenType::Personal => policy.user_login = target,
            TokenType::Runner => policy.runner_id = target,
        }
        policy.report_only = self.is_report_only();
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

    /// The problems of blank rows, as rules of the policy at `place`, and of a deny without rules that
    /// is not meant to deny every token. An allow without any other rule is already reported.
    pub fn blanks(&self, place: usize) -> Vec<Diagnostic> {
        if self.decision == Decision::Allow.as_str() && self.rules.iter().all(RuleFields::is_blank)
        {
            return Vec::new();
        }
        if self.rules.is_empty() && self.gap().is_some() {
            let path = format!("policies[{place}].rules");
            let message = "a deny without rules would deny every token";
            let error = Diagnostic::error(path, "rule-blank", message);
            return vec![error.help("add a rule, or choose `Deny every token`")];
        }
        let blank = |(row, _): (usize, &RuleFields)| {
            let message = format!("rule {} is blank: expected a claim and a pattern", row + 1);
            Diagnostic::error(format!("policies[{place}].rules."), "rule-blank", message)
                .help("fill it in, or remove it")
        };
        self.rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.is_blank())
            .map(blank)
            .collect()
    }
}

/// The label of the target field of a token type.
pub fn target_label(token_type: &str) -> Option<&'static str> {
    match TokenType::parse(token_type)? {
        TokenType::Organization => None,
        TokenType::Team => Some("Team name"),
        TokenType::Personal => Some("User login"),
        TokenType::Runner => Some("Runner"),
    }
}
