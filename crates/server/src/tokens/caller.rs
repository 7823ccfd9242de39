//! Who asks, and what they may do.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::http::error::ApiError;
use crate::server::App;
use crate::tokens::access_token;
use crate::tokens::record::{TokenKind, TokenRecord};

/// Whoever has shown a valid access token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The token, without its secret.
    pub token: TokenRecord,
}

impl Caller {
    /// Whether it may do everything, in all organizations.
    #[must_use]
    pub(crate) fn is_root(&self) -> bool {
        self.token.kind == TokenKind::Bootstrap
    }

    /// Notes in the log what the caller has changed: an id in an organization, and what `name` it
    /// has, a URL or the issuer's id for policies.
    pub(crate) fn has(&self, done: &'static str, organization: &str, id: &str, name: &str) {
        let TokenRecord {
            id: by,
            issuer,
            subject,
            ..
        } = &self.token;
        tracing::info!(target: "claimgate::changes", organization, id, name, by, issuer, subject, "{done}");
    }

    /// Refuses all but the bootstrap token.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require_root(&self) -> Result<(), ApiError> {
        if self.is_root() {
            Ok(())
        } else {
            Err(ApiError::forbidden("only the bootstrap token may do this"))
        }
    }

    /// Refuses all but the bootstrap token and admins of the organization. The answer is the same
    /// whether there is such an organization or not.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require_admin(&self, organization: &str) -> Result<(), ApiError> {
        let is_own = self.token.organization.as_deref() == Some(organization);
        if self.is_root() || is_own && self.token.admin {
            return Ok(());
        }
        Err(ApiError::forbidden(match (is_own, self.token.admin) {
            (true, _) => {
                "expected a token with admin rights: exchange one with scope `admin`".to_owned()
            }
            (false, _) => format!("this token is not one of organization `{organization}`"),
        }))
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let secret = header
            .and_then(secret_of)
            .ok_or_else(ApiError::unauthorized)?;
        let token = app.find_token(secret).await?;
        let now = crate::server::now();
        let token = token
            .filter(|token| token.is_active(now))
            .ok_or_else(ApiError::unauthorized)?;
        Ok(Self { token })
    }
}

impl App {
    /// The token of a secret, valid or not.
    pub(crate) async fn find_token(&self, secret: &str) -> Result<Option<TokenRecord>, ApiError> {
        // A bootstrap token from the environment may be any text; all others are known by their
        // form.
        let is_foreign = !access_token::is_well_formed(secret) && !self.bootstrap_is_foreign;
        if is_foreign || secret.len() > 512 {
            return Ok(None);
        }
        Ok(self.store.token(&self.hash_key.hash(secret)).await?)
    }
}

/// What stands behind `token` or `Bearer`.
fn secret_of(header: &str) -> Option<&str> {
    let (scheme, secret) = header.trim().split_once(' ')?;
    let is_known = scheme.eq_ignore_ascii_case("token") || scheme.eq_ignore_ascii_case("bearer");
    is_known
        .then_some(secret.trim())
        .filter(|secret| !secret.is_empty())
}

#[cfg(test)]
mod tests {
    use super::secret_of;

    #[test]
    fn both_schemes_are_accepted_in_any_case() {
        for header in ["token abc", "Bearer abc", "bearer  abc ", "TOKEN abc"] {
            assert_eq!(secret_of(header), Some("abc"), "{header}");
        }
    }

    #[test]
    fn other_headers_have_no_secret() {
        for header in ["", "abc", "Basic abc", "token", "Bearer  "] {
            assert_eq!(secret_of(header), None, "{header}");
        }
    }
}
