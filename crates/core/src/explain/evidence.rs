//! The types of an explanation. JavaScript and the app get them as JSON.

use serde::{Deserialize, Serialize};

use super::cost::Cost;
use crate::diagnostic::Diagnostic;
use crate::pattern::Trace;
use crate::policy::{Decision, RequestedToken, TokenType};

/// The largest number of policies that a reason names. Finding them all would take time for each
/// policy that matches.
pub(super) const MAX_NAMED: usize = 20;

/// A decision: whether the requested token is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is granted.
    Allowed,
    /// It is not granted.
    Denied,
}

/// A decision with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Explanation {
    /// The decision.
    pub decision: Outcome,
    /// Why.
    pub reason: Reason,
    /// The decision in one sentence.
    pub summary: String,
    /// The requested token.
    pub request: RequestedToken,
    /// The evidence of every policy, in the policies' order; none if they were not evaluated.
    pub policies: Vec<PolicyEvidence>,
    /// Whether the request is denied because no policy allows it.
    pub default_denial: DefaultDenial,
    /// After a default denial: the applicable allow that needs the fewest changes.
    pub nearest_miss: Option<NearestMiss>,
    /// If allowed: the permissions of the token.
    pub grant: Option<Permissions>,
    /// What report-only policies would have denied; `None` if another policy denies it.
    pub report: Option<Report>,
    /// Common mistakes that were detected: why a rule that looks right does not match.
    pub hints: Vec<Diagnostic>,
    /// How much work the decision takes. Zero in explanations from before it was recorded.
    #[serde(default)]
    pub cost: Cost,
}

/// Why a decision was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Reason {
    /// Stable code.
    pub code: ReasonCode,
    /// Indices of the policies that decided, from 0: the first 20. Empty for a default denial.
    pub policies: Vec<usize>,
    /// Whether more policies decided.
    #[serde(default)]
    pub others: bool,
}

impl Reason {
    /// `policies` are all that decided, ascending, or the first of them and one more.
    pub(super) fn of(code: ReasonCode, mut policies: Vec<usize>) -> Self {
        let others = policies.len() > MAX_NAMED;
        policies.truncate(MAX_NAMED);
        Self {
            code,
            policies,
            others,
        }
    }
}

/// What the decision would have been if report-only policies were enforced: a denial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// Indices of the report-only policies that match, from 0: the first 20.
    pub policies: Vec<usize>,
    /// Whether more of them match.
    #[serde(default)]
    pub others: bool,
    /// The denial in one sentence.
    pub summary: String,
}

/// The code of a [`Reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReasonCode {
    /// An allow matched and no deny did.
    AllowMatched,
    /// A deny matched.
    DenyMatched,
    /// No allow matched.
    DefaultDeny,
    /// `scope=admin` was requested, and no matching allow lists `admin`.
    AdminNotGranted,
    /// Matching allows give different roles.
    RoleAmbiguous,
    /// It takes more steps than [`MAX_STEPS`](super::MAX_STEPS) to evaluate the policies.
    DecisionTooCostly,
    /// The issuer lists audiences, and no value of `aud` is one of them.
    AudienceNotAccepted,
}

impl ReasonCode {
    /// The code as JSON has it.
    ///
    /// ```
    /// assert_eq!(claimgate::explain::ReasonCode::DefaultDeny.as_str(), "default-deny");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllowMatched => "allow-matched",
            Self::DenyMatched => "deny-matched",
            Self::DefaultDeny => "default-deny",
            Self::AdminNotGranted => "admin-not-granted",
            Self::RoleAmbiguous => "role-ambiguous",
            Self::DecisionTooCostly => "decision-too-costly",
            Self::AudienceNotAccepted => "audience-not-accepted",
        }
    }
}

/// Permissions of a granted token beyond its type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Permissions {
    /// Whether it has admin permission for the organization.
    pub admin: bool,
    /// Its custom role.
    pub role_id: Option<String>,
}

/// The evidence of one policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PolicyEvidence {
    /// Its index, from 0.
    pub index: usize,
    /// Whether it allows or denies.
    pub decision: Decision,
    /// Whether it is a deny that only reports what it would deny.
    #[serde(default)]
    pub report_only: bool,
    /// The token type that it applies to.
    pub token_type: TokenType,
    /// `policy 1: allow organization`, counted from 1.
    pub title: String,
    /// Its outcome.
    pub outcome: PolicyOutcome,
    /// Why, in one sentence.
    pub sentence: String,
    /// The evidence of its rules, in their order; empty if the policy does not apply.
    pub rules: Vec<RuleEvidence>,
}

/// The outcome of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PolicyOutcome {
    /// Its token type or target does not fit the request.
    NotApplicable,
    /// It applies, and at least one rule does not match.
    NotMatched,
    /// It applies, and all its rules match.
    Matched,
}

/// The evidence of one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RuleEvidence {
    /// The claim path.
    pub claim: String,
    /// The pattern.
    pub pattern: String,
    /// Its outcome.
    pub outcome: RuleOutcome,
    /// The values that the pattern was compared with: one, or the scalar elements of an array. At
    /// most 20, of which one matches if any does.
    pub values: Vec<ValueEvidence>,
    /// How many more values the pattern was compared with.
    #[serde(default)]
    pub values_left_out: usize,
    /// Why, in one sentence.
    pub sentence: String,
}

/// The outcome of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RuleOutcome {
    /// A value matched.
    Matched,
    /// No value matched.
    Mismatch,
    /// The token does not have the claim.
    MissingClaim,
    /// The claim is `null`, a fraction, an object, or an array without scalars.
    UnusableValue,
}

/// The evidence of one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ValueEvidence {
    /// The value's text.
    pub text: String,
    /// Its index, from 0, where the claim is an array.
    pub index: Option<usize>,
    /// How the pattern matched it, or where it stopped.
    pub trace: Trace,
}

/// Whether the default applied: a request that no policy allows is denied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DefaultDenial {
    /// Whether it applied.
    pub applied: bool,
    /// Why, in one sentence.
    pub sentence: String,
}

/// The applicable allow that needs the fewest changes to match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NearestMiss {
    /// Index of the policy, from 0.
    pub policy: usize,
    /// What would have to change, in the policy or in the token.
    pub changes: Vec<Change>,
    /// The same in one sentence.
    pub sentence: String,
}

/// One change that would make a rule match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Change {
    /// The claim of the rule.
    pub claim: String,
    /// Its current pattern.
    pub pattern: String,
    /// The nearest value, if the claim has one.
    pub seen: Option<String>,
    /// A pattern that accepts only that value.
    pub suggested_pattern: Option<String>,
    /// Whom that pattern would admit besides, if they are outsiders: `pull requests, …`.
    #[serde(default)]
    pub caution: Option<String>,
    /// What is wrong, in one sentence.
    pub sentence: String,
}
