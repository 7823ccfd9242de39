//! The policies of an issuer.

use serde::{Deserialize, Serialize};

use crate::changes::ChangeAuthor;
use crate::findings::FindingBody;

/// The policies of an issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthPolicyBody {
    /// The id of the policies, not of the issuer
    pub id: String,
    /// The number of their revision; the `ETag` too
    pub version: i64,
    /// When they were created
    pub created: String,
    /// When they were last changed
    pub modified: String,
    /// The policies, an array
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub policies: serde_json::Value,
    /// After a change: what the guard of shared issuers has found on the policies that are new
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingBody>,
}

/// A revision of policies, without them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionEntry {
    /// Its number, from 1
    pub version: i64,
    /// When it was made
    pub created: String,
    /// Who made it, if that is known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ChangeAuthor>,
    /// The version that it restores
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<i64>,
    /// How many policies it has, if that was counted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
}

/// A revision of policies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionBody {
    /// What is known of it
    #[serde(flatten)]
    pub revision: RevisionEntry,
    /// The policies, an array
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub policies: serde_json::Value,
}

/// Revisions of policies, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionsBody {
    /// The revisions.
    pub revisions: Vec<RevisionEntry>,
    /// `before` of the next request, if there may be more.
    pub next: Option<i64>,
}

/// New policies of an issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoliciesInput {
    /// All policies of the issuer, an array; they replace the previous ones
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>, min_items = 1))]
    pub policies: serde_json::Value,
}
