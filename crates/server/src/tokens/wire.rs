//! Wire types of the tokens API.

use claimgate::time::format_utc;
use serde::Serialize;
use utoipa::ToSchema;

use super::record::TokenRecord;

/// An access token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenBody {
    id: String,
    token_type: String,
    /// The team, user or runner
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    admin: bool,
    #[serde(skip_serializing_if = "Option::is_none", rename = "roleID")]
    role_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

impl From<&TokenRecord> for TokenBody {
    fn from(token: &TokenRecord) -> Self {
        Self {
            id: token.id.clone(),
            token_type: token.kind.as_str().to_owned(),
            target: token.target.clone(),
            admin: token.admin,
            role_id: token.role.clone(),
            issuer: token.issuer.clone(),
            subject: token.subject.clone(),
            created: format_utc(token.created),
            expires: token.expires.map(format_utc),
        }
    }
}
