//! Explains claims that come without a token.

use super::Options;
use crate::audience::Audiences;
use crate::claims::{Claims, TrustedClaims};
use crate::diagnostic::Diagnostic;
use crate::explain::{Explanation, ReasonCode, explain_with, not_evaluated};
use crate::jwt::TokenError;
use crate::policy::{PolicySet, RequestedToken};

/// Decides on claims that were not verified, and says why: as for a token, one of its issuer's
/// `audiences` must match `aud` before the policies are evaluated. The other checks need a token. Of
/// the options, [`Skip::audience`](super::Skip::audience) and [`Options::hints`] are used.
///
/// ```
/// use claimgate::claims::Claims;
/// use claimgate::inspect::{Options, explain_claims};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{PolicySet, RequestedToken};
///
/// let policies = PolicySet::compile(&[], Dialect::Pulumi)?;
/// let claims = Claims::from_json(r#"{"aud": "sigstore"}"#)?;
/// let audiences = ["urn:pulumi:org:*".to_owned()];
/// let request = RequestedToken::Organization { admin: false };
/// let explanation = explain_claims(claims, Some(&audiences), &policies, &request, &Options::at(0));
/// assert_eq!(explanation.reason.code.as_str(), "audience-not-accepted");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_claims(
    claims: Claims,
    audiences: Option<&[String]>,
    policies: &PolicySet,
    request: &RequestedToken,
    options: &Options,
) -> Explanation {
    let audiences = audiences.filter(|_| !options.skip.audience);
    match audiences.map_or(Ok(()), |list| Audiences::new(list).check(&claims)) {
        Ok(()) => {
            let claims = TrustedClaims::dangerous_assume_verified(claims);
            explain_with(policies, &claims, request, options.hints)
        }
        Err(error) => refused(&error, request),
    }
}

fn refused(error: &TokenError, request: &RequestedToken) -> Explanation {
    let code = ReasonCode::AudienceNotAccepted;
    let mut hint = Diagnostic::note(
        code.as_str(),
        "the issuer lists the audiences that it accepts, which are checked before the policies",
    );
    hint.path = "aud".to_owned();
    hint.help = error.help();
    Explanation {
        hints: vec![hint],
        ..not_evaluated(code, format!("denied: {error}"), request)
    }
}
