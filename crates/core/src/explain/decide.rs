//! The decision without the reasons.

use serde::Serialize;

use super::evidence::{Grant, Outcome, ReasonCode};
use super::fold::Tally;
use crate::claims::TrustedClaims;
use crate::policy::{CompiledPolicy, PolicySet, RequestedToken, Visitor};

/// A decision, as short as it can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// The decision.
    pub decision: Outcome,
    /// Why.
    pub reason: ReasonCode,
    /// Index of the first policy that decided; none where nothing matched.
    pub policy: Option<usize>,
    /// If allowed: what is granted beyond the token itself.
    pub grant: Option<Grant>,
}

/// Decides as [`explain`](super::explain) does, and says no more than the first policy that decided.
///
/// It looks the policies up in an index, so that its time hardly grows with their number, and allocates only where a
/// claim is a number or a boolean, or a role is granted.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::{Outcome, decide};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
///
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:octo-org/*");
/// let policies = PolicySet::compile(&[allow], Dialect::Pulumi).unwrap();
/// let claims = Claims::from_json(r#"{"sub": "repo:octo-org/octo-repo:pull_request"}"#)?;
/// let claims = TrustedClaims::dangerous_assume_verified(claims);
/// let decided = decide(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert_eq!((decided.decision, decided.policy), (Outcome::Allowed, Some(0)));
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
#[must_use]
pub fn decide(policies: &PolicySet, claims: &TrustedClaims, request: &RequestedToken) -> Decided {
    let mut count = Count { policies: policies.policies(), tally: Tally::default() };
    policies.index().matching(claims.claims(), request, &mut count);
    let tally = count.tally;
    let (reason, grant) = tally.verdict(request);
    let decision = if grant.is_some() { Outcome::Allowed } else { Outcome::Denied };
    Decided { decision, reason, policy: tally.first(reason), grant }
}

struct Count<'a> {
    policies: &'a [CompiledPolicy],
    tally: Tally<'a>,
}

impl Visitor for Count<'_> {
    fn is_wanted(&self, policy: usize) -> bool {
        let changes = |compiled| self.tally.is_changed_by(policy, compiled);
        self.tally.is_empty() || self.policies.get(policy).is_some_and(changes)
    }

    fn matched(&mut self, policy: usize) {
        if let Some(compiled) = self.policies.get(policy) {
            self.tally.add(policy, compiled);
        }
    }
}
