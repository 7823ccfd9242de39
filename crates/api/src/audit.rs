//! The audit log.

use serde::{Deserialize, Serialize};

/// What is written about an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The reference that the caller was told.
    pub id: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// The requested organization.
    pub organization: Option<String>,
    /// The id of that organization, if it existed. A later organization of that name has another id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<i64>,
    /// The id of the token's issuer, if that is registered.
    pub issuer: Option<String>,
    /// The issuer's name at that time.
    pub issuer_name: Option<String>,
    /// The token's `sub`; unverified if a check failed.
    pub subject: Option<String>,
    /// `organization`, `team`, `personal` or `runner`.
    pub requested: Option<String>,
    /// The requested scope.
    pub scope: Option<String>,
    /// `allowed` or `denied`.
    pub decision: String,
    /// The stable code: `granted`, or that of the refusal.
    pub code: String,
    /// The decision in one sentence.
    pub summary: String,
    /// Indices of the policies that decided, from 0.
    pub policies: Vec<usize>,
    /// The id of the access token.
    pub token: Option<String>,
    /// What report-only policies would have denied.
    pub report: Option<String>,
    /// The address of the caller.
    pub address: Option<String>,
    /// For an entry that stands for refusals which were not recorded one by one: how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted: Option<i64>,
}

/// An entry with all evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRecordBody {
    /// The entry.
    #[serde(flatten)]
    pub entry: AuditEntry,
    /// All checks and the policies' explanation. A `note` says why there is no more, or that the
    /// exchange was refused although the policies allowed it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub detail: Option<serde_json::Value>,
    /// How this version of the engine would decide differently, if it would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differs: Option<String>,
    /// The versions of the rules, if `detail` was derived from the recorded inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<AuditRules>,
}

/// Versions of the rules that the engine decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRules {
    /// The rules that the exchange was decided under.
    pub decided: u32,
    /// The rules that it is explained under.
    pub explained: u32,
}

/// Exchanges, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangesBody {
    /// The entries.
    pub exchanges: Vec<AuditEntry>,
    /// `before` of the next request, if there may be more.
    pub next: Option<String>,
}
