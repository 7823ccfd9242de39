//! Changes that were made, and environments that were opened.

use serde::{Deserialize, Serialize};

use crate::findings::FindingBody;

/// A change of an organization, an issuer, its policies, tokens or environments, or an open of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeEntry {
    /// The reference of the change.
    pub id: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// The organization; absent for the bootstrap token, which belongs to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The id of that organization. A later organization of that name has another id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<i64>,
    /// The stable code of what was done, such as `policies-replaced`.
    pub code: String,
    /// What was done, as in `replaced policies`.
    pub summary: String,
    /// The id of the issuer that was changed, or whose policies or tokens were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The URL of the issuer, the id of the token, or the environment, as `project/name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who did it.
    pub by: ChangeAuthor,
    /// How many findings the guard of shared issuers has on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub warnings: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Who made a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeAuthor {
    /// The type of the access token: `bootstrap`, `organization`, `team`, `personal` or `runner`.
    /// `server` is the server itself, which has no token.
    pub kind: String,
    /// The id of the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The id of the issuer whose ID token it was exchanged for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The `sub` of that ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The address of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A change with what it changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeBody {
    /// The change.
    #[serde(flatten)]
    pub entry: ChangeEntry,
    /// What was different before: the members of the issuer that were changed, or the policies that
    /// are no longer there, with their places. A `note` says that it was too long to be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<serde_json::Value>,
    /// What is different since, in the same form; for environments, what was done, such as the `revision` that was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<serde_json::Value>,
    /// What the guard of shared issuers found on policies that were saved anyway.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingBody>,
}

/// Changes, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesBody {
    /// The changes.
    pub changes: Vec<ChangeEntry>,
    /// `before` of the next request, if there may be more.
    pub next: Option<String>,
    /// How far the search came, in seconds since 1970, if it ended before all changes were looked at: a
    /// search looks at 200,000. `next` continues it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<i64>,
}
