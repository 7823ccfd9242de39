//! Where policies are evaluated: in place, or if that takes long, on threads that organizations take turns
//! on, so that the policies of one do not delay the exchanges of others.

use claimgate::claims::TrustedClaims;
use claimgate::exchange::{Approval, ExchangeRequest, Refusal, approve};
use claimgate::explain::cost;
use claimgate::inspect::Checked;

use crate::turns::{Crowded, Turns};

/// The most steps that a decision takes in place: about two milliseconds.
const MAX_STEPS_IN_PLACE: u64 = 2_000_000;

/// The most policies that are explained in place, and evaluated in place with a long token. Without
/// steps, the index finds the few that matter among any number of policies.
const MANY_POLICIES: usize = 1_000;

/// A token longer than this is long, in bytes. It may have a list of thousands of values.
const LONG_TOKEN: usize = 16 * 1024;

/// The largest weight of policies that are explained in place.
const LARGE_WEIGHT: u64 = 32;

/// The most characters that a request has besides its token.
const LONGEST_TARGET: usize = 100;

/// Decides a request of an organization.
///
/// # Errors
/// [`Crowded`] if too many costly decisions of the organization are waiting.
pub(super) async fn decide(
    turns: &Turns,
    organization: i64,
    request: &ExchangeRequest,
    checked: Checked,
) -> Result<(Result<Approval, Refusal>, Checked), Crowded> {
    if !is_costly(request, &checked) {
        return Ok((approve(request, &checked), checked));
    }
    let request = request.clone();
    let work = move || (approve(&request, &checked), checked);
    turns.try_run(Some(organization), work).await
}

/// Whether a decision takes long. The number of policies alone says nothing about that.
fn is_costly(request: &ExchangeRequest, checked: &Checked) -> bool {
    let (None, Some(issuer), Some(token)) = (checked.failure(), checked.issuer(), checked.token())
    else {
        // No policy is evaluated.
        return false;
    };
    let (policies, length) = (issuer.policies(), token.signing_input().len());
    if policies.len() > MANY_POLICIES && length > LONG_TOKEN {
        return true;
    }
    // Claims have fewer characters than their token.
    let characters = length.max(LONGEST_TARGET) as u64;
    if policies.weight().saturating_mul(characters) <= MAX_STEPS_IN_PLACE {
        return false;
    }
    let claims = TrustedClaims::dangerous_assume_verified(token.claims.clone());
    let cost = cost(policies, &claims, &request.requested);
    // Beyond the limit, nothing is evaluated.
    cost.is_within() && cost.steps > MAX_STEPS_IN_PLACE
}

/// Whether explaining a decision takes long: that looks at each policy.
pub(super) fn is_long_to_explain(checked: &Checked) -> bool {
    checked.issuer().is_some_and(|issuer| {
        let policies = issuer.policies();
        policies.len() > MANY_POLICIES || policies.weight() > LARGE_WEIGHT
    })
}
