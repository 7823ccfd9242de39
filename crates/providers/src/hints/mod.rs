//! Hints that need knowledge of a provider: the forms of its subjects, who its tenants are, and
//! which jobs outsiders can start.
//!
//! The engine knows no provider; it takes these tables as an argument:
//!
//! ```
//! use claimgate::claims::{Claims, TrustedClaims};
//! use claimgate::explain::explain_with;
//! use claimgate::pattern::Dialect;
//! use claimgate::policy::{PolicySet, RequestedToken, parse_policies};
//!
//! let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme/app:*"}}"#;
//! let policies = PolicySet::compile(&parse_policies(policy)?, Dialect::Pulumi)?;
//! let claims = Claims::from_json(r#"{"sub": "repo:acme@1/app@2:ref:refs/heads/main"}"#).unwrap();
//! let claims = TrustedClaims::dangerous_assume_verified(claims);
//! let sources = claimgate_providers::hints::sources(None, str::to_lowercase);
//! let explanation = explain_with(&policies, &claims, &RequestedToken::Organization { admin: false }, sources);
//! assert_eq!(explanation.hints[0].code, "sub-immutable");
//! # Ok::<(), claimgate::diagnostic::Diagnostics>(())
//! ```

mod correction;
mod github;
mod github_subject;
mod subjects;
mod tenants;

use claimgate::explain::{HintSources, Normalize, ProviderHints};

/// All providers that have hints.
static PROVIDERS: [ProviderHints; 3] = [github::HINTS, subjects::HINTS, tenants::HINTS];

/// The hints of all providers, with what the host knows of Unicode: its normalization (NFKC), if there is one, and a
/// text in lower case.
#[must_use]
pub const fn sources(normalize: Option<Normalize>, lowercase: fn(&str) -> String) -> HintSources {
    HintSources {
        providers: &PROVIDERS,
        normalize,
        lowercase,
    }
}

/// Whether a rule is on the claim `name` of the top level.
fn is_on(at: &claimgate::explain::Mismatch<'_>, name: &str) -> bool {
    at.claim.segments() == [name]
}
