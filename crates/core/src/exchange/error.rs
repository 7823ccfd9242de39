//! Errors of an exchange.

use serde::Serialize;

use super::{ACCESS_TOKEN_TYPE, AUDIENCE, GRANT_TYPE, SUBJECT_TOKEN_TYPE, advice};
use crate::explain::ReasonCode;
use crate::inspect::Inspection;
use crate::jwt::redact;

/// A refused exchange.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct Refusal {
    /// The error.
    #[source]
    pub error: ExchangeError,
    /// Indices of the policies that deny it, from 0: the first ones. Empty if none does.
    pub policies: Vec<usize>,
    /// All checks and the policies' explanation, for the audit log and not for the caller; `None` if
    /// the request itself is invalid, and from [`approve`](super::approve).
    pub inspection: Option<Box<Inspection>>,
}

impl From<ExchangeError> for Refusal {
    fn from(error: ExchangeError) -> Self {
        Self {
            error,
            policies: Vec::new(),
            inspection: None,
        }
    }
}

/// The OAuth error codes that an exchange can end in (RFC 6749, section 5.2; RFC 8693, section
/// 2.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OauthError {
    /// A parameter is missing, repeated or unsupported, or the token is not accepted.
    InvalidRequest,
    /// Another grant type.
    UnsupportedGrantType,
    /// The audience.
    InvalidTarget,
    /// The scope.
    InvalidScope,
}

/// An error of an exchange. Every message says what was expected and what was found.
///
/// ```
/// use claimgate::exchange::{ExchangeError, OauthError};
///
/// let error = ExchangeError::Denied { summary: "denied by policy 2".to_owned() };
/// assert_eq!((error.oauth(), error.status()), (OauthError::InvalidRequest, 400));
/// // The caller learns nothing about policies.
/// assert_eq!(error.description(), "no policy allows this exchange");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are what the messages say")]
pub enum ExchangeError {
    #[error("expected a body of at most {max} bytes, found {found}")]
    BodyTooLarge { max: usize, found: usize },
    #[error(
        "expected content type `application/x-www-form-urlencoded` or `application/json`, found `{found}`"
    )]
    ContentType { found: String },
    #[error("the body cannot be read: {problem}")]
    Malformed { problem: String },
    #[error("parameter `{name}` is missing")]
    Missing {
        name: &'static str,
        advice: Option<String>,
    },
    #[error("parameter `{name}` is repeated")]
    Repeated { name: String },
    #[error("parameter `{name}` is not supported")]
    Unsupported { name: &'static str },
    #[error("expected `grant_type` `{GRANT_TYPE}`, found `{found}`")]
    GrantType { found: String },
    #[error("expected `subject_token_type` `{SUBJECT_TOKEN_TYPE}`, found `{found}`")]
    SubjectTokenType { found: String },
    #[error(
        "expected `requested_token_type` `{ACCESS_TOKEN_TYPE}` and `organization`, `team`, `personal` or `runner`, found `{found}`"
    )]
    RequestedTokenType { found: String },
    #[error("expected `audience` `{AUDIENCE}` and an organization's name, found `{found}`")]
    AudienceMalformed { found: String },
    #[error("`audience` is `{found}`: there is no such organization")]
    AudienceUnknown { found: String },
    #[error("expected `scope` {expected} for a token of type {token_type}, found {found}")]
    Scope {
        expected: &'static str,
        token_type: &'static str,
        found: String,
    },
    #[error("expected `expiration` in seconds, an integer from 1, found `{found}`")]
    Expiration { found: String },
    #[error("the subject token is refused: {problem}")]
    Token { code: &'static str, problem: String },
    #[error("{summary}")]
    Denied { summary: String },
    #[error("{summary}")]
    AdminNotGranted { summary: String },
    #[error("{summary}")]
    TooCostly { summary: String },
}

impl ExchangeError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BodyTooLarge { .. } => "body-too-large",
            Self::ContentType { .. } => "content-type",
            Self::Malformed { .. } => "body-malformed",
            Self::Missing { .. } => "parameter-missing",
            Self::Repeated { .. } => "parameter-repeated",
            Self::Unsupported { .. } => "parameter-unsupported",
            Self::GrantType { .. } => "grant-type",
            Self::SubjectTokenType { .. } => "subject-token-type",
            Self::RequestedTokenType { .. } => "requested-token-type",
            Self::AudienceMalformed { .. } => "audience-malformed",
            Self::AudienceUnknown { .. } => "audience-unknown",
            Self::Scope { .. } => "scope",
            Self::Expiration { .. } => "expiration",
            Self::Token { code, .. } => code,
            Self::Denied { .. } => "denied",
            Self::AdminNotGranted { .. } => "admin-not-granted",
            Self::TooCostly { .. } => ReasonCode::DecisionTooCostly.as_str(),
        }
    }

    /// Advice on how to fix an error in the form of the request.
    ///
    /// ```
    /// use claimgate::exchange::ExchangeError;
    ///
    /// let error = ExchangeError::AudienceMalformed { found: "acme".to_owned() };
    /// assert_eq!(error.help().as_deref(), Some("write `urn:pulumi:org:acme`"));
    /// ```
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Scope {
                token_type, found, ..
            } => Some(advice::scope(found.trim_matches('`'), token_type)),
            Self::RequestedTokenType { found } => advice::requested_token_type(found),
            Self::AudienceMalformed { found } => advice::audience(found),
            Self::GrantType { found } => advice::grant_type(found),
            Self::SubjectTokenType { found } => advice::subject_token_type(found),
            Self::Expiration { found } => advice::expiration(found),
            Self::Missing { advice, .. } => advice.clone(),
            _ => None,
        }
    }

    /// The OAuth error code.
    #[must_use]
    pub fn oauth(&self) -> OauthError {
        match self {
            Self::GrantType { .. } => OauthError::UnsupportedGrantType,
            Self::AudienceMalformed { .. } | Self::AudienceUnknown { .. } => {
                OauthError::InvalidTarget
            }
            Self::Scope { .. } | Self::AdminNotGranted { .. } => OauthError::InvalidScope,
            _ => OauthError::InvalidRequest,
        }
    }

    /// The HTTP status: 413 for a body that is too large, else 400.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::BodyTooLarge { .. } => 413,
            _ => 400,
        }
    }

    /// The text for the caller: details of the request, but of the token only that it was refused,
    /// and nothing about keys and policies.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::Token { .. } => "the subject token is refused".to_owned(),
            Self::Denied { .. } => "no policy allows this exchange".to_owned(),
            Self::AdminNotGranted { .. } => "scope `admin` is not granted".to_owned(),
            Self::TooCostly { .. } => "the decision is too costly".to_owned(),
            _ => {
                let help = self.help().map(|help| format!("; {help}"));
                redact(&format!("{self}{}", help.unwrap_or_default())).into_owned()
            }
        }
    }

    /// The body of the response, in the permitted characters (RFC 6749, section 5.2). `reference`
    /// identifies this refusal in the audit log.
    ///
    /// ```
    /// use claimgate::exchange::{BodyKind, ExchangeRequest};
    ///
    /// let error = ExchangeRequest::parse("audience=a", BodyKind::Form).unwrap_err();
    /// let body = error.response("7f3a");
    /// assert_eq!(body.error_description, "parameter `grant_type` is missing (reference 7f3a)");
    /// ```
    #[must_use]
    pub fn response(&self, reference: &str) -> ErrorResponse {
        ErrorResponse {
            error: self.oauth(),
            error_description: permitted(&format!(
                "{} (reference {reference})",
                self.description()
            )),
        }
    }
}

/// A text in printable ASCII without `"` and `\`.
fn permitted(text: &str) -> String {
    let each = |c| match c {
        '"' => '\'',
        '\\' => '/',
        ' '..='~' => c,
        _ => '?',
    };
    text.chars().map(each).collect()
}

/// The body of a refusal (RFC 6749, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The code.
    pub error: OauthError,
    /// A sentence for people.
    pub error_description: String,
}
