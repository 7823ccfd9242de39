//! What `pulumi login` reads.

use serde::{Deserialize, Serialize};

/// The user of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserBody {
    /// The token's id
    pub id: String,
    /// The login of the user, or the name of the organization, team or runner
    pub github_login: String,
    /// The same
    pub name: String,
    /// Empty
    pub email: String,
    /// Empty
    pub avatar_url: String,
    /// The organizations that the token is valid for
    pub organizations: Vec<UserOrganization>,
    /// Empty
    pub identities: Vec<String>,
    /// Whether it is the bootstrap token
    pub site_admin: bool,
    /// The token
    pub token_info: TokenInfo,
}

/// An organization of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserOrganization {
    /// Its name
    pub name: String,
    /// The same
    pub github_login: String,
    /// Empty
    pub avatar_url: String,
}

/// The token of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenInfo {
    /// Its id
    pub name: String,
    /// Its organization; absent for the bootstrap token
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Its team
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Whether it has admin permission
    pub admin: bool,
}

/// The organization that a client uses if none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DefaultOrganization {
    /// Its name
    pub git_hub_login: String,
}

/// What the server can do beyond the first version of the API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Capabilities {
    /// Empty
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub capabilities: Vec<serde_json::Value>,
}
