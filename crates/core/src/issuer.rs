//! Issuers: whom tokens are trusted from, with which keys, under which policies.

use serde::Serialize;

use crate::jwt::Jwks;
use crate::pattern::Dialect;
use crate::policy::{PolicyDefinition, PolicyError, PolicySet};

/// The lifetime that no token exceeds where the issuer sets no maximum, in seconds: 25 hours.
pub const DEFAULT_MAX_EXPIRATION: u64 = 90_000;

/// A registered issuer as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuerDefinition {
    /// A label.
    pub name: String,
    /// The URL that a token's `iss` has to equal, character by character.
    pub url: String,
    /// The longest lifetime of a granted token, in seconds.
    pub max_expiration: Option<u64>,
    /// The keys, as the text of a JWKS.
    pub jwks: Option<String>,
    /// SHA-256 thumbprints of the issuer's TLS certificate.
    pub thumbprints: Vec<String>,
    /// The policies.
    pub policies: Vec<PolicyDefinition>,
}

/// A URL that cannot be an issuer's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// Nothing.
    #[error("expected the issuer's URL, found nothing")]
    Empty,
    /// Another scheme than `https`.
    #[error("expected a URL that starts with `https://`, found `{found}`")]
    NotHttps {
        /// The URL.
        found: String,
    },
    /// No host behind the scheme.
    #[error("expected a host name after `https://`, found none")]
    NoHost,
    /// A character that an issuer's URL cannot have: white space, `?`, `#`, or `@` in the host.
    #[error("an issuer's URL has no {what}, found one in `{found}`")]
    Forbidden {
        /// What was found.
        what: &'static str,
        /// The URL.
        found: String,
    },
}

impl IssuerError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "url-missing",
            Self::NotHttps { .. } => "url-not-https",
            Self::NoHost => "url-without-host",
            Self::Forbidden { .. } => "url-forbidden-part",
        }
    }
}

/// Checks an issuer's URL ([OpenID Connect Discovery 1.0, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)):
/// `https`, a host, no query and no fragment.
///
/// # Errors
/// [`IssuerError`] says what is wrong.
pub fn validate_url(url: &str) -> Result<(), IssuerError> {
    if url.is_empty() {
        return Err(IssuerError::Empty);
    }
    let forbidden = |what| Err(IssuerError::Forbidden { what, found: url.to_owned() });
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return forbidden("white space");
    }
    let Some(rest) = url.strip_prefix("https://") else {
        return Err(IssuerError::NotHttps { found: url.to_owned() });
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Err(IssuerError::NoHost);
    }
    if host.contains('@') {
        return forbidden("user name");
    }
    if rest.contains('?') {
        return forbidden("query");
    }
    if rest.contains('#') {
        return forbidden("fragment");
    }
    Ok(())
}

/// Where the issuer's discovery document is.
///
/// ```
/// let url = claimgate::issuer::discovery_url("https://gitlab.com/");
/// assert_eq!(url, "https://gitlab.com/.well-known/openid-configuration");
/// ```
#[must_use]
pub fn discovery_url(url: &str) -> String {
    format!("{}/.well-known/openid-configuration", url.strip_suffix('/').unwrap_or(url))
}

/// A compiled issuer.
#[derive(Clone, Debug)]
pub struct Issuer {
    name: String,
    url: String,
    max_expiration: u64,
    jwks: Option<Jwks>,
    policies: PolicySet,
}

impl Issuer {
    /// Compiles an issuer, or says everything that is wrong with it.
    ///
    /// # Errors
    /// [`PolicyError`]s with the paths `url`, `maxExpiration`, `jwks` and `policies[0]…`.
    pub fn compile(definition: &IssuerDefinition, dialect: Dialect) -> Result<Self, Vec<PolicyError>> {
        let mut errors = Vec::new();
        if let Err(error) = validate_url(&definition.url) {
            errors.push(PolicyError::new("url", error.code(), error.to_string()));
        }
        if definition.max_expiration == Some(0) {
            let message = "expected a number of seconds from 1, found 0";
            errors.push(PolicyError::new("maxExpiration", "max-expiration-zero", message));
        }
        let jwks = match definition.jwks.as_deref().map(Jwks::parse).transpose() {
            Ok(jwks) => jwks,
            Err(error) => {
                errors.push(PolicyError::new("jwks", error.code(), error.to_string()));
                None
            }
        };
        let policies = match PolicySet::compile(&definition.policies, dialect) {
            Ok(policies) if errors.is_empty() => policies,
            Ok(_) => return Err(errors),
            Err(others) => {
                errors.extend(others);
                return Err(errors);
            }
        };
        let max_expiration = definition.max_expiration.unwrap_or(DEFAULT_MAX_EXPIRATION);
        Ok(Self { name: definition.name.clone(), url: definition.url.clone(), max_expiration, jwks, policies })
    }

    /// The longest lifetime of a granted token, in seconds.
    #[must_use]
    pub fn max_expiration(&self) -> u64 {
        self.max_expiration
    }

    /// Its label.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its keys, if it has any.
    #[must_use]
    pub fn jwks(&self) -> Option<&Jwks> {
        self.jwks.as_ref()
    }

    /// Its policies.
    #[must_use]
    pub fn policies(&self) -> &PolicySet {
        &self.policies
    }
}
