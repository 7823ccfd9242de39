//! The two documents by which others verify ID tokens.

use serde_json::{Value, json};

use super::provider::Version;
use super::schedule::PERIOD;
use crate::db::error::StoreError;
use crate::db::store::Store;

/// A document, with its path below the issuer's URL.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The path, such as `.well-known/jwks`.
    pub path: String,
    /// The document.
    pub content: Value,
}

/// The documents of an issuer.
#[derive(Clone, Debug, PartialEq)]
pub struct Documents {
    /// The documents, two for each version of tokens.
    pub files: Vec<Document>,
    /// Until when they have all keys that sign, in seconds since 1970.
    pub complete_until: i64,
}

/// Why there are no documents.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The server has made no keys yet.
    #[error(
        "the database has no keys that sign ID tokens: start `claimgate serve` once, with --oidc-issuer and --environment-key-file"
    )]
    NoKeys,
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The documents to publish elsewhere, where the issuer's URL does not lead to this server.
///
/// # Errors
/// [`ExportError`]
pub async fn export(store: &Store, issuer: &str) -> Result<Documents, ExportError> {
    let issuer = issuer.trim_end_matches('/');
    let mut files = Vec::new();
    let mut complete_until = i64::MAX;
    for version in Version::ALL {
        let keys = store.signing_keys(version.purpose()).await?;
        let last = keys.last().ok_or(ExportError::NoKeys)?;
        complete_until = complete_until.min(last.active + PERIOD);
        let issuer = format!("{issuer}{}", version.path());
        let path = |name: &str| {
            let path = format!("{}/.well-known/{name}", version.path());
            path.trim_start_matches('/').to_owned()
        };
        files.push(Document {
            path: path("openid-configuration"),
            content: discovery(&issuer),
        });
        files.push(Document {
            path: path("jwks"),
            content: store.published_keys(version).await?,
        });
    }
    Ok(Documents {
        files,
        complete_until,
    })
}

/// The discovery document of an issuer.
pub(super) fn discovery(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks"),
        "response_types_supported": ["id_token"],
        "response_modes_supported": [],
        "grant_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
        "claims_supported": ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "org", "current_env", "root_env", "trigger_user"],
    })
}
