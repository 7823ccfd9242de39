//! URLs of issuers: which are valid, and how two of them differ.

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
    /// A part that an issuer's URL cannot have: white space, `?`, `#`, `@` in the host, or the path of a discovery
    /// document.
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
    if rest.ends_with("/.well-known/openid-configuration") {
        return forbidden("path of a discovery document (it is what comes before `/.well-known`)");
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
/// or a further path segment, as the issuer of one customer of a provider may have.
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
