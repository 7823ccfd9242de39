//! The caller of a request, and what it may do.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::access_token;
use super::record::{TokenKind, TokenRecord};
use crate::app::App;
use crate::changes::record::Author;
use crate::clock::now;
use crate::db::store::Store;
use crate::http::client_address::ClientAddress;
use crate::http::error::ApiError;
use crate::organizations::record::Organization;

/// The longest token that is looked up, in bytes.
const MAX_LENGTH: usize = 512;

/// The holder of a valid access token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The token, without its secret.
    pub(crate) token: TokenRecord,
    /// The hash that it is stored under.
    pub(crate) hash: String,
    /// Where the request comes from.
    pub(crate) address: Option<IpAddr>,
}

impl Caller {
    /// Whether it may do everything in all organizations.
    #[must_use]
    pub(crate) fn is_root(&self) -> bool {
        self.token.kind == TokenKind::Bootstrap
    }

    /// Notes that the bootstrap token is used: its file is not needed any more.
    pub(super) async fn note_use(&self, app: &App) {
        if self.is_root() {
            app.bootstrap_file.note_use(&app.store).await;
        }
    }

    /// The store, for changes by the caller.
    pub(crate) fn store(&self, app: &App) -> Store {
        let address = self.address.map(|address| address.to_string());
        app.store.by(Author::new(&self.token, address))
    }

    /// Requires the bootstrap token.
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

    /// Requires the bootstrap token or an admin of the organization with a name. Returns the
    /// organization: whatever follows goes by its id, because another one may get its name. The
    /// answer does not reveal to others whether there is such an organization.
    ///
    /// # Errors
    /// 403; for the bootstrap token 404.
    pub(crate) async fn require_admin(
        &self,
        store: &Store,
        name: &str,
    ) -> Result<Organization, ApiError> {
        let organization = store.organization(name).await?;
        if self.is_root() {
            return organization
                .ok_or_else(|| ApiError::not_found(format!("there is no organization `{name}`")));
        }
        let own = organization.filter(|found| Some(found.id) == self.token.organization_id);
        let is_own = own.is_some();
        if let Some(organization) = own.filter(|_| self.token.admin) {
            return Ok(organization);
        }
        Err(ApiError::forbidden(match (is_own, self.token.admin) {
            (true, _) => {
                "expected a token with admin rights: request one with scope `admin`".to_owned()
            }
            (false, _) => format!("this token does not belong to organization `{name}`"),
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
        let found = find_token(app, secret).await?;
        let (hash, token) = found
            .filter(|(_, token)| token.is_active(now()))
            .ok_or_else(ApiError::unauthorized)?;
        let address = parts.extensions.get::<ClientAddress>();
        let address = address.map(|ClientAddress(address)| *address);
        let caller = Self {
            token,
            hash,
            address,
        };
        caller.note_use(app).await;
        Ok(caller)
    }
}

/// The token with a secret, active or not, and its hash.
///
/// # Errors
/// 500 if the store fails.
pub(crate) async fn find_token(
    app: &App,
    secret: &str,
) -> Result<Option<(String, TokenRecord)>, ApiError> {
    // A configured bootstrap token may be any text; all others have a known form.
    let may_exist = access_token::is_well_formed(secret) || app.has_custom_bootstrap;
    if !may_exist || secret.len() > MAX_LENGTH {
        return Ok(None);
    }
    let hash = app.hash_key.hash(secret);
    let token = app.store.token(&hash).await?;
    Ok(token.map(|token| (hash, token)))
}

/// The credentials of the schemes `token` and `Bearer`.
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
