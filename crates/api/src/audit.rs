//! The audit log.

use serde::{Deserialize, Serialize};

/// What is written about an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The reference in the caller's error response.
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
    /// Of a refusal by the policies: `policy` if a policy denies, `default` if none allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<String>,
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

impl AuditEntry {
    /// The entry with `denial` as its code and its policies say.
    #[must_use]
    pub fn with_denial(self) -> Self {
        let denial = match (self.code.as_str(), self.policies.is_empty()) {
            ("denied", false) => Some("policy"),
            ("denied", true) => Some("default"),
            _ => None,
        };
        Self {
            denial: denial.map(str::to_owned),
            ..self
        }
    }
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

/// How many exchanges there were in an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HourCount {
    /// The beginning of the hour, in seconds since 1970.
    pub at: i64,
    /// How many were allowed.
    pub allowed: i64,
    /// How many were denied.
    pub denied: i64,
}

/// How many exchanges there were on an issuer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuerCount {
    /// The id of the issuer, unless the tokens were of none that is registered.
    pub issuer: Option<String>,
    /// How many were allowed.
    pub allowed: i64,
    /// How many were denied.
    pub denied: i64,
}

/// How many exchanges a policy decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyCount {
    /// The id of the issuer.
    pub issuer: String,
    /// The index of the policy at present, from 0; absent if it was changed or removed since.
    pub policy: Option<usize>,
    /// How many it allowed.
    pub allowed: i64,
    /// How many it denied.
    pub denied: i64,
}

/// Numbers of exchanges in a range of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatisticsBody {
    /// The beginning of the first hour, in seconds since 1970.
    pub since: i64,
    /// The end of the last hour.
    pub until: i64,
    /// By the hour, oldest first; hours without exchanges are left out.
    pub hours: Vec<HourCount>,
    /// By issuer.
    pub issuers: Vec<IssuerCount>,
    /// By policy: an exchange counts for each policy that decided.
    pub policies: Vec<PolicyCount>,
}

/// Exchanges, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangesBody {
    /// The entries.
    pub exchanges: Vec<AuditEntry>,
    /// `before` of the next request, if there may be more.
    pub next: Option<String>,
    /// How far the search came, in seconds since 1970, if it ended before all entries were looked at: a
    /// search looks at 200,000. `next` continues it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<i64>,
}
