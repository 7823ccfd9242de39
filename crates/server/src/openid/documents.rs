//! The two documents by which others verify ID tokens.

use serde_json::{Value, json};

use super::provider::Version;
use crate::db::error::StoreError;
use crate::db::store::Store;

/// A document, with its path below the issuer's URL.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The path, `.well-known/jwks`.
    pub path: String,
    /// The document.
    pub content: Value,
}

/// The documents of an issuer.
pub type Documents = Vec<Document>;

/// The documents to publish elsewhere, where the issuer's URL does not lead to this server.
///
/// # Errors
/// [`StoreError`] of the database.
pub async fn export(store: &Store, issuer: &str) -> Result<Documents, StoreError> {
    let issuer = issuer.trim_end_matches('/');
    let mut documents = Vec::new();
    for version in Version::ALL {
        let below = version.path().trim_start_matches('/');
        let path = |name: &str| {
            let folder = if below.is_empty() { "" } else { "/" };
            format!("{below}{folder}.well-known/{name}")
        };
        documents.push(Document {
            path: path("openid-configuration"),
            content: discovery(&format!("{issuer}{}", version.path())),
        });
        documents.push(Document {
            path: path("jwks"),
            content: store.published_keys(version).await?,
        });
    }
    Ok(documents)
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
