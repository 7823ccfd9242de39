//! Issuers and policies as the API has them.

use claimgate::policy::{PolicyDefinition, parse_policies};
use claimgate::time::format_utc;
use claimgate_api::{AuthPolicyBody, ErrorDetail, IssuerBody, IssuerInput, RevisionEntry};
use claimgate_formats::thumbprint;

use super::record::{IssuerRecord, IssuerSettings, PolicyRecord, RevisionRecord};
use crate::http::error::ApiError;
use crate::keys::error::KeyError;

/// Adds the members that a list has only on request.
pub(super) fn add_policies(body: &mut IssuerBody, version: i64, policies: Option<&PolicyRecord>) {
    body.version = Some(version);
    body.auth_policy = policies.map(AuthPolicyBody::from);
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
            audiences: settings.audiences.clone(),
            created: format_utc(record.created),
            modified: format_utc(record.modified),
            last_used: record.last_used.map(format_utc),
            version: None,
            auth_policy: None,
            findings: Vec::new(),
        }
    }
}

/// Applies an input to an issuer's settings.
///
/// # Errors
/// 400 for an invalid name or thumbprint.
pub(super) fn apply(
    input: IssuerInput,
    mut settings: IssuerSettings,
) -> Result<IssuerSettings, ApiError> {
    if let Some(name) = input.name {
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
    if let Some(thumbprints) = input.thumbprints {
        let thumbprints = thumbprints.unwrap_or_default();
        settings.thumbprints = thumbprints
            .iter()
            .map(|text| read_thumbprint(text))
            .collect::<Result<_, _>>()?;
    }
    if let Some(max_expiration) = input.max_expiration {
        settings.max_expiration = max_expiration;
    }
    if let Some(jwks) = input.jwks {
        settings.jwks = jwks.map(|jwks| jwks.to_string());
    }
    settings.single_use = input
        .single_use
        .map_or(settings.single_use, Option::unwrap_or_default);
    settings.report_only = input
        .report_only
        .map_or(settings.report_only, Option::unwrap_or_default);
    if let Some(audiences) = input.audiences {
        settings.audiences = audiences;
    }
    Ok(settings)
}
fn read_thumbprint(text: &str) -> Result<String, ApiError> {
    thumbprint::normalise(text)
        .map_err(|problem| ApiError::bad_request(format!("`thumbprints`: {problem}")))
}

/// Why the keys of an issuer cannot be fetched.
pub(super) fn key_error_detail(error: &KeyError) -> ErrorDetail {
    ErrorDetail {
        path: "url".to_owned(),
        code: error.code().to_owned(),
        message: error.to_string(),
        help: error.help(),
        thumbprint: error.thumbprint().map(str::to_owned),
        witness: None,
    }
}

impl From<&PolicyRecord> for AuthPolicyBody {
    fn from(record: &PolicyRecord) -> Self {
        Self {
            id: record.id.clone(),
            version: record.version,
            created: format_utc(record.created),
            modified: format_utc(record.modified),
            policies: stored_policies(&record.document),
            findings: Vec::new(),
        }
    }
}

impl RevisionRecord {
    pub(super) fn body(&self) -> RevisionEntry {
        RevisionEntry {
            version: self.version,
            created: format_utc(self.at),
            by: self.author.clone(),
            restored: self.restored,
            count: self.policies,
        }
    }
}

/// Stored policies as the API has them, or as they are if they cannot be read.
pub(super) fn stored_policies(document: &str) -> serde_json::Value {
    parse_policies(document).map_or_else(
        |_| serde_json::from_str(document).unwrap_or_default(),
        policies_json,
    )
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

    use super::{IssuerInput, IssuerSettings, apply, policies_json};

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
            let input: IssuerInput = serde_json::from_str(json).unwrap();
            apply(input, before.clone()).unwrap()
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
