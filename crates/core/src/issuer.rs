//! Issuers: whose tokens are trusted, with their keys and policies.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::audience::{self, Audiences};
use crate::claims::{Claims, Value};
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

/// An invalid URL of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// An empty text.
    #[error("expected the issuer's URL, found nothing")]
    Empty,
    /// A scheme other than `https`.
    #[error("expected a URL that starts with `https://`, found `{found}`")]
    NotHttps {
        /// The URL.
        found: String,
    },
    /// No host after the scheme.
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
    /// A place to fill in, such as `{tenantid}`: the URL of many issuers.
    #[error(
        "expected the URL of one issuer, found a template in which `{place}` stands for a value: `{found}`"
    )]
    Template {
        /// The place.
        place: String,
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
            Self::Template { .. } => "url-template",
        }
    }
}

/// Checks an issuer's URL ([OpenID Connect Discovery 1.0, section
/// 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)): `https`, a
/// host, no query and no fragment.
///
/// # Errors
/// [`IssuerError`] says what is wrong.
///
/// ```
/// use claimgate::issuer::validate_url;
///
/// assert!(validate_url("https://gitlab.com").is_ok());
/// assert_eq!(validate_url("http://gitlab.com").unwrap_err().code(), "url-not-https");
/// ```
pub fn validate_url(url: &str) -> Result<(), IssuerError> {
    if url.is_empty() {
        return Err(IssuerError::Empty);
    }
    let forbidden = |what| {
        Err(IssuerError::Forbidden {
            what,
            found: url.to_owned(),
        })
    };
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return forbidden("white space");
    }
    if let Some(place) = template_place(url) {
        return Err(IssuerError::Template {
            place: place.to_owned(),
            found: url.to_owned(),
        });
    }
    let Some(rest) = url.strip_prefix("https://") else {
        return Err(IssuerError::NotHttps {
            found: url.to_owned(),
        });
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

/// The first place to fill in of a URL that is a template, such as `{tenantid}`. No URL has braces
/// ([RFC 3986, section 2](https://www.rfc-editor.org/rfc/rfc3986#section-2)).
///
/// ```
/// use claimgate::issuer::template_place;
///
/// let url = "https://login.microsoftonline.com/{tenantid}/v2.0";
/// assert_eq!(template_place(url), Some("{tenantid}"));
/// assert_eq!(template_place("https://gitlab.com"), None);
/// ```
#[must_use]
pub fn template_place(url: &str) -> Option<&str> {
    let (start, end) = (url.find('{')?, url.find('}')?);
    url.get(start..=end)
}

/// The URL of the issuer's discovery document.
///
/// ```
/// let url = claimgate::issuer::discovery_url("https://gitlab.com/");
/// assert_eq!(url, "https://gitlab.com/.well-known/openid-configuration");
/// ```
#[must_use]
pub fn discovery_url(url: &str) -> String {
    format!(
        "{}/.well-known/openid-configuration",
        url.strip_suffix('/').unwrap_or(url)
    )
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
    /// let issuer = Issuer::compile(&definition, Dialect::Pulumi).unwrap();
    /// let check = |json| issuer.check_audience(&Claims::from_json(json).unwrap());
    /// assert!(check(r#"{"aud": ["a", "urn:pulumi:org:acme"]}"#).is_ok());
    /// assert_eq!(check(r#"{"aud": "a"}"#).unwrap_err().code(), "audience-not-accepted");
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

/// The compiled issuers of one organization, found by their URLs. Cloning is cheap.
///
/// Issuers that share a URL are not used: it is ambiguous whose policies apply to a token.
///
/// ```
/// use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
/// use claimgate::pattern::Dialect;
///
/// let definition = IssuerDefinition { url: "https://gitlab.com".to_owned(), ..Default::default() };
/// let issuers = Issuers::from(vec![Issuer::compile(&definition, Dialect::Pulumi).unwrap()]);
/// assert_eq!(issuers.get(0).map(Issuer::url), Some("https://gitlab.com"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Issuers(Arc<Registered>);

#[derive(Debug, Default)]
struct Registered {
    issuers: Vec<Issuer>,
    by_url: HashMap<String, Place>,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    At(usize),
    Repeated,
}

impl From<Vec<Issuer>> for Issuers {
    fn from(issuers: Vec<Issuer>) -> Self {
        let mut by_url = HashMap::with_capacity(issuers.len());
        for (index, issuer) in issuers.iter().enumerate() {
            by_url
                .entry(issuer.url.clone())
                .and_modify(|place| *place = Place::Repeated)
                .or_insert(Place::At(index));
        }
        Self(Arc::new(Registered { issuers, by_url }))
    }
}

impl FromIterator<Issuer> for Issuers {
    fn from_iter<T: IntoIterator<Item = Issuer>>(issuers: T) -> Self {
        Self::from(issuers.into_iter().collect::<Vec<_>>())
    }
}

impl Issuers {
    /// The issuer at an index, in the order in which they were given.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Issuer> {
        self.0.issuers.get(index)
    }

    /// All issuers.
    #[must_use]
    pub fn as_slice(&self) -> &[Issuer] {
        &self.0.issuers
    }

    /// The number of issuers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.issuers.len()
    }

    /// Whether there are no issuers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.issuers.is_empty()
    }

    /// Index of the issuer that a token's `iss` names, exactly.
    pub(crate) fn find(&self, iss: Option<&Value>) -> Result<usize, TokenError> {
        let Some(Value::String(iss)) = iss else {
            let found = iss.map_or("none", Value::kind).to_owned();
            return Err(TokenError::IssuerMissing { found });
        };
        match self.0.by_url.get(iss) {
            Some(Place::At(index)) => Ok(*index),
            Some(Place::Repeated) => Err(TokenError::IssuerRepeated { found: iss.clone() }),
            None => Err(self.not_found(iss)),
        }
    }

    fn not_found(&self, iss: &str) -> TokenError {
        let found = iss.to_owned();
        let closest = |difference: fn(&str, &str) -> Option<&'static str>| {
            let urls = self.0.issuers.iter().map(Issuer::url);
            urls.into_iter()
                .find_map(|url| Some((url.to_owned(), difference(iss, url)?)))
        };
        if let Some((registered, difference)) = closest(nearly) {
            return TokenError::IssuerNearly {
                found,
                registered,
                difference,
            };
        }
        match closest(related) {
            None => TokenError::IssuerUnknown { found },
            Some((registered, difference)) => TokenError::IssuerRelated {
                found,
                registered,
                difference,
            },
        }
    }
}

/// The difference between two URLs, if it is one that is easily overlooked.
///
/// ```
/// use claimgate::issuer::nearly;
///
/// assert_eq!(nearly("https://gitlab.com/", "https://gitlab.com"), Some("a trailing slash"));
/// assert_eq!(nearly("https://gitlab.example", "https://gitlab.com"), None);
/// ```
#[must_use]
pub fn nearly(found: &str, registered: &str) -> Option<&'static str> {
    let same = |normal: &dyn Fn(&str) -> String| normal(found) == normal(registered);
    if same(&without_slash) {
        Some("a trailing slash")
    } else if same(&str::to_ascii_lowercase) {
        Some("upper and lower case")
    } else if same(&without_scheme) {
        Some("the scheme")
    } else if same(&|url| without_slash(&without_scheme(&url.to_ascii_lowercase()))) {
        Some("case, scheme or a trailing slash")
    } else {
        None
    }
}

/// The difference between the URLs of two issuers that may be meant for each other: the default port,
/// or a further path segment, as GitHub's issuers of enterprises have it.
///
/// ```
/// use claimgate::issuer::related;
///
/// assert_eq!(related("https://a.example:443/b", "https://a.example/b"), Some("the default port"));
/// assert_eq!(related("https://a.example/b", "https://a.example"), Some("a further path segment"));
/// assert_eq!(related("https://a.example/b", "https://a.example/c"), None);
/// ```
#[must_use]
pub fn related(found: &str, registered: &str) -> Option<&'static str> {
    let normal = |url: &str| {
        let url = without_slash(&without_scheme(&url.to_ascii_lowercase()));
        let (host, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        format!("{}{path}", host.strip_suffix(":443").unwrap_or(host))
    };
    let (found, registered) = (normal(found), normal(registered));
    let is_within = |inner: &str, outer: &str| {
        let segment = inner
            .strip_prefix(outer)
            .and_then(|rest| rest.strip_prefix('/'));
        segment.is_some_and(|segment| !segment.is_empty() && !segment.contains('/'))
    };
    if found == registered {
        Some("the default port")
    } else if is_within(&found, &registered) || is_within(&registered, &found) {
        Some("a further path segment")
    } else {
        None
    }
}

fn without_slash(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

fn without_scheme(url: &str) -> String {
    url.split_once("://")
        .map_or(url, |(_, rest)| rest)
        .to_owned()
}
