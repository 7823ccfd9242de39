//! The shapes of an explanation. Their JSON is what JavaScript and the app get.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::pattern::Trace;
use crate::policy::{Decision, RequestedToken, TokenType};

/// Whether the token gets what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It does.
    Allowed,
    /// It does not.
    Denied,
}

/// A decision and everything that led to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The decision.
    pub decision: Outcome,
    /// What decided.
    pub reason: Reason,
    /// The decision in one sentence.
    pub summary: String,
    /// What was asked for.
    pub request: RequestedToken,
    /// The evidence of every policy, in the policies' order.
    pub policies: Vec<PolicyEvidence>,
    /// The rule that nothing is allowed unless a policy allows it.
    pub default_denial: DefaultDenial,
    /// On a denial: the allow that needed the fewest changes.
    pub nearest_miss: Option<NearestMiss>,
    /// When allowed: what the token may do.
    pub grant: Option<Grant>,
    /// What report-only policies would have denied, where no other policy denies it.
    pub report: Option<Report>,
    /// What people trip on, as far as it is seen here: why a rule that looks right does not match.
    pub hints: Vec<Diagnostic>,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// Stable code.
    pub code: ReasonCode,
    /// Indices of the policies that decided, from 0; none for a default denial.
    pub policies: Vec<usize>,
}

/// What the decision would have been if report-only policies were enforced: a denial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Indices of the report-only policies that match, from 0.
    pub policies: Vec<usize>,
    /// The denial in one sentence.
    pub summary: String,
}

/// The ways in which a decision comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    /// An allow matched and no deny did.
    AllowMatched,
    /// A deny matched.
    DenyMatched,
    /// No allow matched.
    DefaultDeny,
    /// `scope=admin` was asked for, and no matching allow lists `admin`.
    AdminNotGranted,
    /// Matching allows give different roles.
    RoleAmbiguous,
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
        }
    }
}

/// What the granted token may do beyond its type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Whether it has organization admin permission.
    pub admin: bool,
    /// The custom role that it gets.
    pub role_id: Option<String>,
}

/// The evidence of one policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PolicyEvidence {
    /// Its index, from 0.
    pub index: usize,
    /// What it does when it matches.
    pub decision: Decision,
    /// Whether it is a deny that only reports what it would deny.
    #[serde(default)]
    pub report_only: bool,
    /// Which tokens it is about.
    pub token_type: TokenType,
    /// `policy 1: allow organization`, counted from 1.
    pub title: String,
    /// What became of it.
    pub outcome: PolicyOutcome,
    /// Why, in one sentence.
    pub sentence: String,
    /// The evidence of its rules, in their order. None where the policy does not apply.
    pub rules: Vec<RuleEvidence>,
}

/// What became of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PolicyOutcome {
    /// It is about another token type or target.
    NotApplicable,
    /// It applies, and a rule does not match.
    NotMatched,
    /// It applies, and all its rules match.
    Matched,
}

/// The evidence of one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RuleEvidence {
    /// The claim path.
    pub claim: String,
    /// The pattern.
    pub pattern: String,
    /// What became of it.
    pub outcome: RuleOutcome,
    /// The values that the pattern was held against: one, or an array's scalar elements.
    pub values: Vec<ValueEvidence>,
    /// Why, in one sentence.
    pub sentence: String,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RuleOutcome {
    /// A value matched.
    Matched,
    /// No value did.
    Mismatch,
    /// The token does not have the claim.
    MissingClaim,
    /// The claim is `null`, a fraction, an object, or an array without scalars.
    UnusableValue,
}

/// One value against one pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ValueEvidence {
    /// The value's text.
    pub text: String,
    /// Its index, from 0, where the claim is an array.
    pub index: Option<usize>,
    /// How the two went together.
    pub trace: Trace,
}

/// The default denial: an entry of its own, applied or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DefaultDenial {
    /// Whether it decided.
    pub applied: bool,
    /// Why, in one sentence.
    pub sentence: String,
}

/// The allow that came nearest, and what was missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NearestMiss {
    /// Index of the policy, from 0.
    pub policy: usize,
    /// What would have to be otherwise, in the policy or in the token.
    pub changes: Vec<Change>,
    /// The same in one sentence.
    pub sentence: String,
}

/// One thing that would have to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The claim of the rule.
    pub claim: String,
    /// Its pattern now.
    pub pattern: String,
    /// The value that came nearest, if the claim has one.
    pub seen: Option<String>,
    /// A pattern that accepts just that value.
    pub suggested_pattern: Option<String>,
    /// What is wrong, in one sentence.
    pub sentence: String,
}
