//! Wire types of the issuers API: Pulumi Cloud's names, and a few of our own.

use claimgate::policy::{PolicyDefinition, parse_policies};
use claimgate::time::format_utc;
use claimgate_formats::thumbprint;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::record::{IssuerRecord, IssuerSettings, PolicyRecord};
use crate::http::error::ApiError;

/// An issuer as it is answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuerBody {
    id: String,
    name: String,
    url: String,
    /// The issuer identifier: its URL
    issuer: String,
    /// SHA-256, 64 lowercase hexadecimal digits each
    thumbprints: Vec<String>,
    /// Static keys (RFC 7517)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    jwks: Option<serde_json::Value>,
    /// Longest lifetime of a token, in seconds
    #[serde(skip_serializing_if = "Option::is_none")]
    max_expiration: Option<i64>,
    /// Whether each ID token may be exchanged once only, by its `jti`; this server's own
    single_use: bool,
    /// Whether its deny policies only report what they would deny; this server's own
    report_only: bool,
    created: String,
    modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    /// Counts changes; in a list that was asked for with policies
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// In a list that was asked for with policies
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_policy: Option<AuthPolicyBody>,
}

impl IssuerBody {
    /// Adds the members that a list has only on request.
    pub(crate) fn add_policies(&mut self, version: i64, policies: Option<&PolicyRecord>) {
        self.version = Some(version);
        self.auth_policy = policies.map(AuthPolicyBody::from);
    }
}

impl From<&IssuerRecord> for IssuerBody {
    fn from(record: &IssuerRecord) -> Self {
        let settings = &record.settings;
        Self {
            id: record.id.clone(),
            name: settings.name.clone(),
            url: record.url.clone(),
            issuer: record.url.clone(),
            thumbprints: settings.thumbprints.clone(),
            jwks: settings
                .jwks
                .as_deref()
                .and_then(|jwks| serde_json::from_str(jwks).ok()),
            max_expiration: settings.max_expiration,
            single_use: settings.single_use,
            report_only: settings.report_only,
            created: format_utc(record.created),
            modified: format_utc(record.modified),
            last_used: record.last_used.map(format_utc),
            version: None,
            auth_policy: None,
        }
    }
}

/// All issuers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuersBody {
    pub(crate) oidc_issuers: Vec<IssuerBody>,
}

/// An issuer as it is sent. What is absent stays as it is, `null` takes it away. What only the
/// server decides (`id`, `issuer`, `created`, `modified`, `lastUsed`, `version`, `authPolicy`) is
/// passed over, so that an answer can be sent back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IssuerInput {
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    pub(crate) thumbprints: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    pub(crate) max_expiration: Option<Option<i64>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>)]
    pub(crate) jwks: Option<Option<serde_json::Value>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bool>)]
    pub(crate) single_use: Option<Option<bool>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bool>)]
    pub(crate) report_only: Option<Option<bool>>,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: Option<IgnoredAny>,
    #[serde(default, rename = "issuer")]
    #[schema(ignore)]
    _issuer: Option<IgnoredAny>,
    #[serde(default, rename = "created")]
    #[schema(ignore)]
    _created: Option<IgnoredAny>,
    #[serde(default, rename = "modified")]
    #[schema(ignore)]
    _modified: Option<IgnoredAny>,
    #[serde(default, rename = "lastUsed")]
    #[schema(ignore)]
    _last_used: Option<IgnoredAny>,
    #[serde(default, rename = "version")]
    #[schema(ignore)]
    _version: Option<IgnoredAny>,
    #[serde(default, rename = "authPolicy")]
    #[schema(ignore)]
    _auth_policy: Option<IgnoredAny>,
}

/// Distinguishes `null` from an absent member.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl IssuerInput {
    /// Applies the input to an issuer's settings.
    ///
    /// # Errors
    /// 400 for an invalid name or thumbprint.
    pub(crate) fn apply(self, mut settings: IssuerSettings) -> Result<IssuerSettings, ApiError> {
        if let Some(name) = self.name {
            name.trim().clone_into(&mut settings.name);
        }
        if settings.name.is_empty() {
            return Err(ApiError::bad_request("the issuer name is required"));
        }
        if settings.name.chars().any(char::is_control) {
            return Err(ApiError::bad_request(
                "expected a name without control characters",
            ));
        }
        if let Some(thumbprints) = self.thumbprints {
            let thumbprints = thumbprints.unwrap_or_default();
            settings.thumbprints = thumbprints
                .iter()
                .map(|text| read_thumbprint(text))
                .collect::<Result<_, _>>()?;
        }
        if let Some(max_expiration) = self.max_expiration {
            settings.max_expiration = max_expiration;
        }
        if let Some(jwks) = self.jwks {
            settings.jwks = jwks.map(|jwks| jwks.to_string());
        }
        settings.single_use = self
            .single_use
            .map_or(settings.single_use, Option::unwrap_or_default);
        settings.report_only = self
            .report_only
            .map_or(settings.report_only, Option::unwrap_or_default);
        Ok(settings)
    }
}

fn read_thumbprint(text: &str) -> Result<String, ApiError> {
    thumbprint::normalise(text)
        .map_err(|problem| ApiError::bad_request(format!("`thumbprints`: {problem}")))
}

/// The policies of an issuer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthPolicyBody {
    /// Not the issuer's id
    id: String,
    /// Counts changes; the `ETag` too
    version: i64,
    created: String,
    modified: String,
    #[schema(value_type = Vec<Object>)]
    policies: serde_json::Value,
}

impl From<&PolicyRecord> for AuthPolicyBody {
    fn from(record: &PolicyRecord) -> Self {
        let policies = parse_policies(&record.document).map_or_else(
            |_| serde_json::from_str(&record.document).unwrap_or_default(),
            policies_json,
        );
        Self {
            id: record.id.clone(),
            version: record.version,
            created: format_utc(record.created),
            modified: format_utc(record.modified),
            policies,
        }
    }
}

/// The policies as a JSON array, as the API has it: `authorizedPermissions` is always there.
pub(super) fn policies_json(mut policies: Vec<PolicyDefinition>) -> serde_json::Value {
    for policy in &mut policies {
        policy.authorized_permissions.get_or_insert_default();
    }
    serde_json::to_value(policies).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use claimgate::policy::parse_policies;

    use super::{IssuerInput, IssuerSettings, policies_json};

    #[test]
    fn policies_have_permissions_always_and_report_only_where_it_is_true() {
        let team = |members: &str| {
            let text = format!(
                r#"{{"decision": "deny", "tokenType": "team", "teamName": "a", "rules": {{}}{members}}}"#
            );
            let json = policies_json(parse_policies(&text).unwrap());
            assert_eq!(
                parse_policies(&json.to_string()).unwrap()[0]
                    .team_name
                    .as_deref(),
                Some("a")
            );
            json
        };
        for (members, report_only) in [
            ("", None),
            (r#", "reportOnly": false"#, None),
            (r#", "reportOnly": null"#, None),
            (r#", "reportOnly": true"#, Some(true.into())),
        ] {
            let json = team(members);
            assert_eq!(json[0].get("reportOnly"), report_only.as_ref(), "{members}");
            assert_eq!(json[0]["authorizedPermissions"], serde_json::json!([]));
        }
    }

    #[test]
    fn absent_members_stay_and_null_resets() {
        let before = IssuerSettings {
            name: "a".to_owned(),
            max_expiration: Some(60),
            ..IssuerSettings::default()
        };
        let change = |json| {
            serde_json::from_str::<IssuerInput>(json)
                .unwrap()
                .apply(before.clone())
                .unwrap()
        };
        assert_eq!(change(r#"{"name": "b"}"#).max_expiration, Some(60));
        assert_eq!(change(r#"{"maxExpiration": null}"#).max_expiration, None);
        assert!(change(r#"{"singleUse": true, "id": "x", "lastUsed": null}"#).single_use);
        assert!(
            serde_json::from_str::<IssuerInput>(r#"{"maxExpiraton": 60}"#).is_err(),
            "unknown members are refused"
        );
    }
}
