//! The claims that a provider is known to send.

use claimgate::policy::PolicyDefinition;
use claimgate::sorted::distinct;
use claimgate_providers::grammar::{Claim, Grammar};

use crate::pin::is_same_claim;

/// The claims of a provider's tokens, of all shapes.
pub(crate) fn claims_of(grammar: &'static Grammar) -> impl Iterator<Item = &'static Claim> {
    let of_shapes = grammar.shapes.iter().flat_map(|shape| shape.claims);
    of_shapes.chain(grammar.claims)
}

/// The paths of the claims that a provider sends, with those of every token.
pub(crate) fn known_claims(grammar: &'static Grammar) -> Vec<&'static str> {
    let mut known: Vec<_> = claims_of(grammar).map(|claim| claim.path).collect();
    known.extend(["iss", "aud", "sub", "exp", "iat", "nbf", "jti"]);
    distinct(known)
}

/// Whether a path is one of these, however it is written.
pub(crate) fn is_sent_claim(known: &[&str], claim: &str) -> bool {
    known.iter().any(|own| is_same_claim(own, claim))
}

/// The claims that a policy requires and the provider is not known to send. Whether a token has them is not
/// known either.
pub(crate) fn unknown_claims<'a>(
    grammar: &'static Grammar,
    policy: &'a PolicyDefinition,
) -> Vec<&'a str> {
    let known = known_claims(grammar);
    let claims = policy.rules.iter().map(|(claim, _)| claim.as_str());
    claims
        .filter(|claim| !is_sent_claim(&known, claim))
        .collect()
}
