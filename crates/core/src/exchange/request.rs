//! The body of a request.

use std::fmt;

use super::parameters::{BodyKind, Parameters};
use super::{ACCESS_TOKEN_TYPE, AUDIENCE, ExchangeError, GRANT_TYPE, SUBJECT_TOKEN_TYPE};
use crate::jwt::redact;
use crate::policy::{RequestedToken, TokenType, is_target_name};

/// A well-formed request for an exchange, whose subject token is not checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ExchangeRequest {
    /// The organization that `audience` names.
    pub organization: String,
    /// The requested token, from `requested_token_type` and `scope`.
    pub requested: RequestedToken,
    /// `scope` as it was sent; empty where none was.
    pub scope: String,
    /// `expiration`, in seconds.
    pub expiration: Option<u64>,
    /// `subject_token`: a credential, never to be logged.
    pub subject_token: String,
}

/// Leaves the token out.
impl fmt::Debug for ExchangeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeRequest")
            .field("organization", &self.organization)
            .field("requested", &self.requested)
            .field("scope", &self.scope)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

impl ExchangeRequest {
    /// Reads a body (RFC 8693, section 2.1). Unknown parameters are ignored. `actor_token` and
    /// `resource` are errors: the granted token could not honour them.
    ///
    /// # Errors
    /// The first [`ExchangeError`], with what was expected and found.
    ///
    /// ```
    /// use claimgate::exchange::{BodyKind, ExchangeRequest};
    ///
    /// let error = ExchangeRequest::parse("grant_type=password", BodyKind::Form).unwrap_err();
    /// assert_eq!((error.code(), error.status()), ("grant-type", 400));
    /// ```
    pub fn parse(body: &str, kind: BodyKind) -> Result<Self, ExchangeError> {
        let parameters = Parameters::parse(body, kind)?;
        let grant_type = parameters.required("grant_type")?;
        if grant_type != GRANT_TYPE {
            return Err(ExchangeError::GrantType {
                found: grant_type.to_owned(),
            });
        }
        let subject_token_type = parameters.required("subject_token_type")?;
        if subject_token_type != SUBJECT_TOKEN_TYPE {
            return Err(ExchangeError::SubjectTokenType {
                found: subject_token_type.to_owned(),
            });
        }
        if let Some(name) = parameters.unsupported() {
            return Err(ExchangeError::Unsupported { name });
        }
        let token_type = token_type(parameters.required("requested_token_type")?)?;
        let organization = organization(parameters.required("audience")?)?;
        let scope = parameters.get("scope").unwrap_or_default();
        Ok(Self {
            organization,
            requested: requested(token_type, scope)?,
            scope: scope.to_owned(),
            expiration: parameters.get("expiration").map(expiration).transpose()?,
            subject_token: parameters.take("subject_token")?,
        })
    }

    /// The organization that a body names, even if the body is otherwise invalid: the one in whose
    /// audit log a refusal belongs.
    ///
    /// ```
    /// use claimgate::exchange::{BodyKind, ExchangeRequest};
    ///
    /// let body = "grant_type=password&audience=urn:pulumi:org:acme";
    /// assert_eq!(ExchangeRequest::organization_named(body, BodyKind::Form).as_deref(), Some("acme"));
    /// assert_eq!(ExchangeRequest::organization_named("audience=acme", BodyKind::Form), None);
    /// ```
    #[must_use]
    pub fn organization_named(body: &str, kind: BodyKind) -> Option<String> {
        let parameters = Parameters::parse(body, kind).ok()?;
        organization(parameters.get("audience")?).ok()
    }

    /// `issued_token_type` of the response.
    pub(super) fn issued_token_type(&self) -> String {
        format!(
            "{ACCESS_TOKEN_TYPE}{}",
            self.requested.token_type().as_str()
        )
    }
}

fn token_type(text: &str) -> Result<TokenType, ExchangeError> {
    let known = text
        .strip_prefix(ACCESS_TOKEN_TYPE)
        .and_then(TokenType::parse);
    known.ok_or_else(|| ExchangeError::RequestedTokenType {
        found: text.to_owned(),
    })
}

fn organization(audience: &str) -> Result<String, ExchangeError> {
    let is_name = |name: &&str| {
        let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !name.is_empty() && name.chars().all(is_fit)
    };
    let name = audience.strip_prefix(AUDIENCE).filter(is_name);
    name.map(str::to_owned)
        .ok_or_else(|| ExchangeError::AudienceMalformed {
            found: audience.to_owned(),
        })
}

fn requested(token_type: TokenType, scope: &str) -> Result<RequestedToken, ExchangeError> {
    let expected = match token_type {
        TokenType::Organization => "`admin` or none",
        TokenType::Team => "`team:` and the team's name (1 to 100 of A-Z, a-z, 0-9, `-_.@+`)",
        TokenType::Personal => "`user:` and the login (1 to 100 of A-Z, a-z, 0-9, `-_.@+`)",
        TokenType::Runner => "`runner:` and the runner's name (1 to 100 of A-Z, a-z, 0-9, `-_.@+`)",
    };
    let refuse = || {
        let found = if scope.is_empty() {
            "none".to_owned()
        } else {
            format!("`{scope}`")
        };
        ExchangeError::Scope {
            expected,
            token_type: token_type.as_str(),
            found,
        }
    };
    // One scope only: a list would be narrowed or widened silently. And no token, which would be
    // stored wherever names are.
    let is_name = |name: &&str| is_target_name(name) && redact(name) == *name;
    let named = |prefix| {
        scope
            .strip_prefix(prefix)
            .filter(is_name)
            .map(str::to_owned)
            .ok_or_else(refuse)
    };
    match (token_type, scope) {
        (TokenType::Organization, "") => Ok(RequestedToken::Organization { admin: false }),
        (TokenType::Organization, "admin") => Ok(RequestedToken::Organization { admin: true }),
        (TokenType::Organization, _) => Err(refuse()),
        (TokenType::Team, _) => Ok(RequestedToken::Team {
            name: named("team:")?,
        }),
        (TokenType::Personal, _) => Ok(RequestedToken::Personal {
            login: named("user:")?,
        }),
        (TokenType::Runner, _) => Ok(RequestedToken::Runner {
            name: named("runner:")?,
        }),
    }
}

fn expiration(text: &str) -> Result<u64, ExchangeError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| is_number && *seconds > 0);
    seconds.ok_or_else(|| ExchangeError::Expiration {
        found: text.to_owned(),
    })
}
