//! Access tokens.

use serde::{Deserialize, Serialize};

/// An access token, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokenBody {
    /// Its id
    pub id: String,
    /// `organization`, `team`, `personal` or `runner`
    pub token_type: String,
    /// The team, user or runner
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whether it has admin permission
    pub admin: bool,
    /// The custom role
    #[serde(skip_serializing_if = "Option::is_none", rename = "roleID")]
    pub role_id: Option<String>,
    /// The id of the issuer whose ID token it was exchanged for
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The issuer's name at that time, while the audit log has the exchange
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_name: Option<String>,
    /// The `sub` of the ID token
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The requested scope
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The reference of the exchange, while the audit log has it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// Indices of the policies that allowed the exchange, from 0, while the audit log has it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<usize>,
    /// When it was granted
    pub created: String,
    /// When it expires
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// Active tokens, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokensBody {
    /// The tokens.
    pub tokens: Vec<TokenBody>,
    /// `before` of the next request, if there may be more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
