//! An issuer, as it is configured and compiled.

use std::sync::Arc;

use serde::Serialize;

use super::url::validate_url;
use crate::audience::{self, Audiences};
use crate::claims::Claims;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::jwt::{Jwks, TokenError};
use crate::pattern::Dialect;
use crate::policy::{CompileOptions, PolicyDefinition, PolicySet};

/// The longest lifetime of a token if the issuer sets no maximum, in seconds: 25 hours.
pub const DEFAULT_MAX_EXPIRATION: u64 = 90_000;

/// The definition of a registered issuer, not validated yet.
///
/// ```
/// use claimgate::issuer::{Issuer, IssuerDefinition};
/// use claimgate::pattern::Dialect;
///
/// let definition = IssuerDefinition {
///     name: "GitLab".to_owned(),
///     url: "https://gitlab.com".to_owned(),
///     max_expiration: Some(3600),
///     ..IssuerDefinition::default()
/// };
/// let issuer = Issuer::compile(&definition, Dialect::Pulumi)?;
/// assert_eq!((issuer.name(), issuer.max_expiration()), ("GitLab", 3600));
/// // Without a policy, everything is denied.
/// assert!(issuer.policies().is_empty());
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuerDefinition {
    /// A label.
    pub name: String,
    /// The URL: a token's `iss` must be equal to it.
    pub url: String,
    /// The longest lifetime of a granted token, in seconds.
    pub max_expiration: Option<u64>,
    /// The keys, as the text of a JWKS.
    pub jwks: Option<String>,
    /// SHA-256 thumbprints of the issuer's TLS certificate.
    pub thumbprints: Vec<String>,
    /// The audiences that its tokens may have: literals in which only `*` is a wildcard. `None` if any
    /// may, so that only policies restrict `aud`.
    pub audiences: Option<Vec<String>>,
    /// The policies.
    pub policies: Vec<PolicyDefinition>,
    /// Whether all its deny policies are report-only.
    pub report_only: bool,
}

/// A compiled issuer.
#[derive(Clone, Debug)]
pub struct Issuer {
    name: String,
    url: String,
    max_expiration: u64,
    jwks: Option<Jwks>,
    audiences: Option<Audiences>,
    policies: Arc<PolicySet>,
}

impl Issuer {
    /// Compiles an issuer, or returns all errors in it. The standard limits of policies apply
    /// ([`Limits::STANDARD`](crate::policy::Limits::STANDARD)).
    ///
    /// # Errors
    /// Errors at the paths `url`, `maxExpiration`, `jwks`, `audiences` and `policies[0]…`.
    ///
    /// ```
    /// use claimgate::issuer::{Issuer, IssuerDefinition};
    /// use claimgate::pattern::Dialect;
    ///
    /// let definition = IssuerDefinition { url: "gitlab.com".to_owned(), ..Default::default() };
    /// let errors = Issuer::compile(&definition, Dialect::Pulumi).unwrap_err();
    /// assert_eq!((errors[0].path.as_str(), errors[0].code.as_ref()), ("url", "url-not-https"));
    /// ```
    pub fn compile(definition: &IssuerDefinition, dialect: Dialect) -> Result<Self, Diagnostics> {
        Self::compile_with(definition, &CompileOptions::new(dialect))
    }

    /// Compiles an issuer with other options for its policies, which are report-only if the
    /// definition or the options say so.
    ///
    /// # Errors
    /// As [`Issuer::compile`].
    pub fn compile_with(
        definition: &IssuerDefinition,
        options: &CompileOptions,
    ) -> Result<Self, Diagnostics> {
        let mut errors = Diagnostics::default();
        if let Err(error) = validate_url(&definition.url) {
            errors.push(Diagnostic::error("url", error.code(), error.to_string()));
        }
        if definition.max_expiration == Some(0) {
            let message = "expected a number of seconds from 1, found 0";
            errors.push(Diagnostic::error(
                "maxExpiration",
                "max-expiration-zero",
                message,
            ));
        }
        let jwks = match definition.jwks.as_deref().map(Jwks::parse).transpose() {
            Ok(jwks) => jwks,
            Err(error) => {
                errors.push(Diagnostic::error("jwks", error.code(), error.to_string()));
                None
            }
        };
        let audiences = definition.audiences.as_deref();
        errors.extend(audiences.map(audience::problems).unwrap_or_default());
        let options = options.report_only(options.report_only || definition.report_only);
        let policies = match PolicySet::compile_with(&definition.policies, &options) {
            Ok(policies) if errors.is_empty() => policies,
            Ok(_) => return Err(errors),
            Err(others) => {
                errors.extend(others);
                return Err(errors);
            }
        };
        let max_expiration = definition.max_expiration.unwrap_or(DEFAULT_MAX_EXPIRATION);
        Ok(Self {
            name: definition.name.clone(),
            url: definition.url.clone(),
            max_expiration,
            jwks,
            audiences: audiences.map(Audiences::new),
            policies: Arc::new(policies),
        })
    }

    /// The same issuer with other keys. Its policies are not compiled again.
    ///
    /// ```
    /// use claimgate::issuer::{Issuer, IssuerDefinition};
    /// use claimgate::jwt::Jwks;
    /// use claimgate::pattern::Dialect;
    ///
    /// let definition = IssuerDefinition { url: "https://gitlab.com".to_owned(), ..Default::default() };
    /// let issuer = Issuer::compile(&definition, Dialect::Pulumi)?;
    /// let rotated = issuer.with_jwks(Jwks::parse(r#"{"keys": []}"#).ok());
    /// assert!(issuer.jwks().is_none() && rotated.jwks().is_some());
    /// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn with_jwks(&self, jwks: Option<Jwks>) -> Self {
        Self {
            jwks,
            ..self.clone()
        }
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

    /// The audiences that its tokens may have, if it lists any.
    #[must_use]
    pub fn audiences(&self) -> Option<&[String]> {
        self.audiences.as_ref().map(Audiences::as_slice)
    }

    /// Checks that a token with these claims is for one of the audiences that the issuer lists, if it
    /// lists any.
    ///
    /// # Errors
    /// [`TokenError::AudienceNotAccepted`].
    ///
    /// ```
    /// use claimgate::claims::Claims;
    /// use claimgate::issuer::{Issuer, IssuerDefinition};
    /// use claimgate::pattern::Dialect;
    ///
    /// let definition = IssuerDefinition {
    ///     url: "https://gitlab.com".to_owned(),
    ///     audiences: Some(vec!["urn:pulumi:org:*".to_owned()]),
    ///     ..Default::default()
    /// };
    /// let issuer = Issuer::compile(&definition, Dialect::Pulumi)?;
    /// let accepted = Claims::from_json(r#"{"aud": ["a", "urn:pulumi:org:acme"]}"#)?;
    /// assert!(issuer.check_audience(&accepted).is_ok());
    /// let other = Claims::from_json(r#"{"aud": "a"}"#)?;
    /// assert_eq!(issuer.check_audience(&other).unwrap_err().code(), "audience-not-accepted");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_audience(&self, claims: &Claims) -> Result<(), TokenError> {
        self.audiences
            .as_ref()
            .map_or(Ok(()), |audiences| audiences.check(claims))
    }

    /// Its policies.
    #[must_use]
    pub fn policies(&self) -> &PolicySet {
        &self.policies
    }
}
