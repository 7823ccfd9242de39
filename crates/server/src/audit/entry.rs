//! Entries of the audit log.

use serde::Serialize;
use utoipa::ToSchema;

/// What is written about an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The reference that the caller was told.
    pub id: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// The organization that was asked for.
    pub organization: Option<String>,
    /// The id of the issuer, where the token's is registered.
    pub issuer: Option<String>,
    /// The issuer's name at that time.
    pub issuer_name: Option<String>,
    /// The token's `sub`; not to be believed where a check failed.
    pub subject: Option<String>,
    /// `organization`, `team`, `personal` or `runner`.
    pub requested: Option<String>,
    /// The scope that was asked for.
    pub scope: Option<String>,
    /// `allowed` or `denied`.
    pub decision: String,
    /// The stable code: `granted`, or why not.
    pub code: String,
    /// That in one sentence.
    pub summary: String,
    /// Indices of the policies that decided.
    pub policies: Vec<usize>,
    /// The id of the access token.
    pub token: Option<String>,
    /// What policies that only report would have denied.
    pub report: Option<String>,
    /// The address that it came from.
    pub address: Option<String>,
}

/// An entry with all evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditRecord {
    /// The entry.
    #[serde(flatten)]
    pub entry: AuditEntry,
    /// Every check and the policies' explanation, as JSON. A `note` says why there is no more, or
    /// that it was refused all the same.
    #[serde(serialize_with = "as_json")]
    #[schema(value_type = Option<Object>)]
    pub detail: Option<String>,
    /// That this version of the engine would decide otherwise, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differs: Option<String>,
}

fn as_json<S: serde::Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let value: Option<serde_json::Value> = text
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    value.serialize(serializer)
}
