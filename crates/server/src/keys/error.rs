//! Errors of fetching keys.

use std::net::IpAddr;

use claimgate::issuer::{IssuerError, nearly, related};
use claimgate::json::JsonError;
use claimgate::jwt::JwksError;

/// Why keys cannot be fetched. Every variant says what was expected and what was found.
///
/// ```
/// use claimgate_server::keys::KeyError;
///
/// let error = KeyError::Status { url: "https://ci.example/keys".to_owned(), found: 503 };
/// assert_eq!(error.code(), "keys-status");
/// assert_eq!(error.to_string(), "expected status 200 from `https://ci.example/keys`, found 503");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are what the messages say")]
pub enum KeyError {
    #[error("the file of root certificates `{path}` cannot be used: {problem}")]
    Roots { path: String, problem: String },
    #[error("the issuer's static keys are refused: {0}")]
    Static(JwksError),
    #[error(transparent)]
    Url(#[from] IssuerError),
    #[error("expected an address that starts with `https://` {place}, found `{found}`")]
    NotHttps { place: &'static str, found: String },
    #[error("the address `{found}` cannot be read: {problem}")]
    Address { found: String, problem: String },
    #[error("the host `{host}` cannot be resolved: {problem}")]
    HostUnknown { host: String, problem: String },
    #[error("`{host}` resolves to `{address}`, {problem}, to which no connection is made")]
    AddressForbidden {
        host: String,
        address: IpAddr,
        problem: &'static str,
    },
    #[error("`{host}` cannot be reached: {problem}")]
    Unreachable { host: String, problem: String },
    #[error("no TLS with `{host}`: {problem}")]
    Tls { host: String, problem: String },
    #[error("the certificate of `{host}` is not trusted: {problem}; its thumbprint is `{found}`{}", none_of(*registered))]
    CertificateUntrusted {
        host: String,
        problem: String,
        found: String,
        registered: usize,
    },
    #[error("the certificate of `{host}` is {problem}")]
    CertificateTime { host: String, problem: &'static str },
    #[error("the certificate of `{host}` is for another host: it is for {found}")]
    CertificateName { host: String, found: String },
    #[error("expected an answer within {seconds} seconds, found none from `{url}`")]
    Timeout { url: String, seconds: String },
    #[error("expected at most {max} bytes from `{url}`, found more")]
    TooLarge { url: String, max: usize },
    #[error("expected at most {max} redirects, found more from `{url}`")]
    TooManyRedirects { url: String, max: u8 },
    #[error("expected the address of a redirect from `{url}`, found {found}")]
    RedirectNowhere { url: String, found: &'static str },
    #[error("expected `{url}` to be public, found that it needs a login: {found}")]
    NeedsLogin { url: String, found: String },
    #[error("expected status 200 from `{url}`, found {found}")]
    Status { url: String, found: u16 },
    #[error("the answer of `{url}` cannot be read: {problem}")]
    Http { url: String, problem: String },
    #[error("expected JSON from `{url}`, found {content_type}: {problem}")]
    NotJson {
        url: String,
        content_type: String,
        problem: JsonError,
    },
    #[error("expected {expected} in the discovery document `{url}`, found {found}")]
    Discovery {
        url: String,
        expected: &'static str,
        found: String,
    },
    #[error(
        "the discovery document is of another issuer: expected `{expected}`, found `{found}`{}",
        differ(found, expected)
    )]
    IssuerDiffers { expected: String, found: String },
    #[error(
        "expected the discovery document of one issuer, found a template for many: in `{found}`, `{place}` stands for a value"
    )]
    IssuerTemplate { found: String, place: String },
    #[error(
        "expected an issuer with `https` in the discovery document, found one without TLS, `{found}`"
    )]
    IssuerWithoutTls { found: String },
    #[error("the keys of `{url}` are refused: {problem}")]
    Keys { url: String, problem: JwksError },
    #[error("the cached keys are too old, {hours} hours, and fetching new ones failed: {problem}")]
    Outdated { hours: u64, problem: Box<KeyError> },
    #[error("fetching the keys of `{url}` was interrupted")]
    Interrupted { url: String },
}

impl KeyError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Roots { .. } => "keys-roots",
            Self::Static(error) => error.code(),
            Self::Url(error) => error.code(),
            Self::NotHttps { .. } => "keys-not-https",
            Self::Address { .. } => "keys-address",
            Self::HostUnknown { .. } => "keys-host-unknown",
            Self::AddressForbidden { .. } => "keys-address-forbidden",
            Self::Unreachable { .. } => "keys-unreachable",
            Self::Tls { .. } => "keys-tls",
            Self::CertificateUntrusted { .. } => "keys-certificate-untrusted",
            Self::CertificateTime { .. } => "keys-certificate-time",
            Self::CertificateName { .. } => "keys-certificate-name",
            Self::Timeout { .. } => "keys-timeout",
            Self::TooLarge { .. } => "keys-too-large",
            Self::TooManyRedirects { .. } => "keys-too-many-redirects",
            Self::RedirectNowhere { .. } => "keys-redirect-nowhere",
            Self::NeedsLogin { .. } => "keys-needs-login",
            Self::Status { .. } => "keys-status",
            Self::Http { .. } => "keys-http",
            Self::NotJson { .. } => "keys-not-json",
            Self::Discovery { .. } => "keys-discovery",
            Self::IssuerDiffers { .. } => "keys-issuer-differs",
            Self::IssuerTemplate { .. } => "keys-issuer-template",
            Self::IssuerWithoutTls { .. } => "keys-issuer-without-tls",
            Self::Keys { problem, .. } => problem.code(),
            Self::Outdated { .. } => "keys-outdated",
            Self::Interrupted { .. } => "keys-interrupted",
        }
    }

    /// The thumbprint that would make the server trust the certificate that it found.
    #[must_use]
    pub fn thumbprint(&self) -> Option<&str> {
        match self {
            Self::CertificateUntrusted { found, .. } => Some(found.as_str()),
            _ => None,
        }
        .filter(|found| !found.is_empty())
    }

    /// Advice on how to fix it.
    ///
    /// ```
    /// use claimgate_server::keys::KeyError;
    ///
    /// let (expected, found) = ("https://gitlab.com/".to_owned(), "https://gitlab.com".to_owned());
    /// let error = KeyError::IssuerDiffers { expected, found };
    /// assert!(error.to_string().ends_with("they differ only in a trailing slash"));
    /// assert_eq!(
    ///     error.help().as_deref(),
    ///     Some("register the issuer with the URL in its document and its tokens: `https://gitlab.com`")
    /// );
    /// ```
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::AddressForbidden { .. } => {
                "if this issuer is in your own network, allow its addresses with `--issuer-network`"
            }
            Self::CertificateUntrusted { registered: 0, .. } => {
                "if you run its certificate authority, add the root with `--issuer-root`; otherwise compare the thumbprint, then register it"
            }
            Self::CertificateUntrusted { .. } => {
                "if the certificate was replaced on purpose, compare its thumbprint, then register it in place of the old one"
            }
            Self::IssuerDiffers { expected, found } if nearly(found, expected).is_some() => {
                return Some(format!(
                    "register the issuer with the URL in its document and its tokens: `{found}`"
                ));
            }
            Self::NeedsLogin { .. } => {
                "discovery and keys have to be public; or register the issuer with its keys, and update them yourself"
            }
            Self::IssuerTemplate { place, .. } => {
                return Some(format!(
                    "register the URL of one issuer, such as that of a tenant, with its id in place of `{place}`"
                ));
            }
            Self::IssuerWithoutTls { .. } => {
                "without TLS, anyone on the network path could replace its keys: change the issuer's URL to `https`"
            }
            Self::Status { found: 403, .. } => {
                "does the address allow requests without a login, and from this server?"
            }
            Self::NotJson { .. } => "is this the URL of an OpenID Connect issuer?",
            Self::Status { found: 404, .. } => {
                "is this the URL of an OpenID Connect issuer? Static keys need no discovery document"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}

fn none_of(registered: usize) -> String {
    match registered {
        0 => String::new(),
        1 => ", which is not the registered one".to_owned(),
        several => format!(", which is none of the {several} registered ones"),
    }
}

fn differ(found: &str, expected: &str) -> String {
    nearly(found, expected)
        .or_else(|| related(found, expected))
        .map(|difference| format!("; they differ only in {difference}"))
        .unwrap_or_default()
}
