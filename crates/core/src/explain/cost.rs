//! How much work a decision may take.

use serde::{Deserialize, Serialize};

use crate::claims::{Claims, TrustedClaims};
use crate::policy::{PolicySet, RequestedToken};

/// The most steps that a decision may take. A request that takes more is denied.
///
/// Matching one step takes about a nanosecond in native code, and two in Wasm.
pub const MAX_STEPS: u64 = 32_000_000;

/// The steps that a decision takes at most.
///
/// It depends on nothing but the policies, the claims and the request: for each claim that rules of
/// policies for the requested token type use, the sum of their patterns'
/// [weights](crate::pattern::Pattern::weight) times the characters of the claim's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Cost {
    /// The number of steps.
    pub steps: u64,
    /// The limit, [`MAX_STEPS`].
    pub limit: u64,
    /// The claim that most of them are for.
    pub claim: Option<String>,
}

impl Cost {
    /// The cost of evaluating no policy.
    pub(super) fn none() -> Self {
        Self {
            steps: 0,
            limit: MAX_STEPS,
            claim: None,
        }
    }

    /// Whether it is within the limit.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.steps <= self.limit
    }

    /// The denial in one sentence.
    pub(super) fn denial(&self) -> String {
        let claim = match &self.claim {
            Some(claim) => format!("claim `{claim}`"),
            None => "the target of the request".to_owned(),
        };
        let Self { steps, limit, .. } = self;
        format!(
            "denied: matching the policies takes {steps} steps, more than the limit of {limit}, most of them on {claim}"
        )
    }
}

/// The cost of a decision, without making it.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::cost;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
///
/// let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", "*a*b*");
/// let policies = PolicySet::compile(&[deny.clone(), deny], Dialect::Pulumi)?;
/// let claims = Claims::from_json(r#"{"sub": "abcdefgh"}"#)?;
/// let claims = TrustedClaims::dangerous_assume_verified(claims);
/// assert_eq!(cost(&policies, &claims, &RequestedToken::Organization { admin: false }).steps, 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn cost(policies: &PolicySet, claims: &TrustedClaims, request: &RequestedToken) -> Cost {
    cost_on(policies, claims.claims(), request)
}

/// The same, on claims that the caller trusts.
pub(super) fn cost_on(policies: &PolicySet, claims: &Claims, request: &RequestedToken) -> Cost {
    let (steps, claim) = policies.index().cost(claims, request);
    Cost {
        steps,
        limit: MAX_STEPS,
        claim: claim.map(|path| path.source().to_owned()),
    }
}
