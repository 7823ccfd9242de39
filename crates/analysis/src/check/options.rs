//! How policies are checked.

use claimgate::claims::Claims;
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::RequestedToken;

/// How policies are checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckOptions {
    /// The dialect of patterns.
    pub dialect: Dialect,
    /// Whether nothing is assumed about the provider's tokens but `iss` and `exp`.
    pub without_facts: bool,
    /// The issuer before a change: what the policies admit more than its own is an error.
    pub baseline: Option<Box<IssuerDefinition>>,
    /// Claims of tokens, each with a request, that a fix must not refuse if they are admitted.
    pub samples: Vec<(Claims, RequestedToken)>,
}

impl CheckOptions {
    /// The options for patterns of a dialect.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            without_facts: false,
            baseline: None,
            samples: Vec::new(),
        }
    }

    /// The same with an issuer before a change.
    #[must_use]
    pub fn baseline(mut self, issuer: IssuerDefinition) -> Self {
        self.baseline = Some(Box::new(issuer));
        self
    }
}
