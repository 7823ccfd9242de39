//! Decisions with their reasons.
//!
//! The evidence of every policy and rule is recorded first; the decision is folded from it. There
//! is no second evaluator that an explanation could disagree with.
//!
//! ```
//! use claimgate::claims::{Claims, TrustedClaims};
//! use claimgate::explain::{ReasonCode, RuleOutcome, explain};
//! use claimgate::pattern::Dialect;
//! use claimgate::policy::{PolicySet, RequestedToken, parse_policies};
//!
//! let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {"ref": "v1.0"}}"#;
//! let policies = PolicySet::compile(&parse_policies(policy)?, Dialect::Pulumi)?;
//! let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"ref": "v1.1"}"#)?);
//! let explanation = explain(&policies, &claims, &RequestedToken::Organization { admin: false });
//!
//! assert_eq!(explanation.reason.code, ReasonCode::DefaultDeny);
//! assert_eq!(explanation.policies[0].rules[0].outcome, RuleOutcome::Mismatch);
//! let nearest_miss = explanation.nearest_miss.ok_or("no policy is near")?;
//! let change = &nearest_miss.changes[0];
//! assert_eq!(change.sentence, "expected `0` at character 4, found `1`");
//! assert_eq!(change.suggested_pattern.as_deref(), Some(r"v1\.1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cost;
mod decide;
mod evaluate;
mod evidence;
mod fold;
mod hints;
mod nearest;
mod render;
mod sentences;
mod values;

pub use cost::{Cost, MAX_STEPS, cost};
pub(crate) use decide::verdict_on;
pub use decide::{Decided, Verdict, count_comparisons, count_steps, decide, verdict};
pub(crate) use evaluate::not_evaluated;
pub use evaluate::{explain, explain_with};
pub use evidence::{
    Change, DefaultDenial, Explanation, NearestMiss, Outcome, Permissions, PolicyEvidence,
    PolicyOutcome, Reason, ReasonCode, Report, RuleEvidence, RuleOutcome, ValueEvidence,
};
pub use hints::{Difference, HintSources, Mismatch, Normalize, ProviderHints};
pub use render::render_text;
