//! Issuers and policies as the API has them.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::Value;
use claimgate::policy::{PolicyDefinition, parse_policies};
use claimgate::time::format_utc;
use claimgate_api::{AuthPolicyBody, ErrorDetail, IssuerBody, IssuerInput, RevisionEntry};
use claimgate_formats::{IssuerDocument, read_issuer, thumbprint};

use super::limits::key_set_problem;
use super::record::{IssuerRecord, IssuerSettings, PolicyRecord, RevisionRecord};
use crate::http::error::ApiError;
use crate::keys::error::KeyError;

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
/// 400 for an invalid name or thumbprint, or too many new keys.
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
        let jwks = jwks.map(|jwks| as_object(jwks).to_string());
        let new = jwks.as_ref().filter(|_| jwks != settings.jwks);
        if let Some(problem) = new.and_then(|jwks| key_set_problem(jwks.len())) {
            return Err(ApiError::invalid_document(problem.into()));
        }
        settings.jwks = jwks;
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

/// Keys that were sent as text, as the object that they are.
fn as_object(jwks: serde_json::Value) -> serde_json::Value {
    let text = jwks
        .as_str()
        .map(|text| text.trim_start_matches('\u{feff}'));
    let object = text.and_then(|text| serde_json::from_str(text).ok());
    object.unwrap_or(jwks)
}

/// Reads the issuer of a body as every reader of issuers does. A change need not have the `url`.
///
/// # Errors
/// 400 with all errors.
pub(super) fn read_document(body: &[u8], url: &str) -> Result<IssuerDocument, ApiError> {
    let text = String::from_utf8_lossy(body);
    let mut value = Value::parse(&text).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut value {
        members.retain(|(name, value)| !(name == "url" && *value == Value::Null));
        if !members.iter().any(|(name, _)| name == "url") {
            members.push(("url".to_owned(), Value::String(url.to_owned())));
        }
    }
    read_issuer(&value).map_err(ApiError::invalid_document)
}

/// 400, because the policies in the body of an issuer are not those that are stored: they would not be saved.
pub(super) fn unsaved_policies(body: &[u8]) -> ApiError {
    let value = Value::parse(&String::from_utf8_lossy(body)).unwrap_or(Value::Null);
    let path = ["policies", "authPolicy"]
        .into_iter()
        .find(|name| value.member(name).is_some())
        .unwrap_or_default();
    let message = "expected no policies but those that are stored, found others: policies are saved by a request of their own";
    let help = "register the issuer without them, read the `id` of its policies at `auth/policies/oidcissuers/{id}`, and send them to `auth/policies/{id}`";
    let error = Diagnostic::error(path, "wrong-value", message).help(help);
    ApiError::invalid_document(error.into())
}

fn read_thumbprint(text: &str) -> Result<String, ApiError> {
    thumbprint::normalise(text).map_err(|problem| {
        let error = Diagnostic::error("thumbprints", "wrong-value", problem);
        ApiError::invalid_document(error.into())
    })
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

/// What is known of policies, without them.
pub(super) fn head(record: &PolicyRecord) -> AuthPolicyBody {
    AuthPolicyBody {
        id: record.id.clone(),
        version: record.version,
        created: format_utc(record.created),
        modified: format_utc(record.modified),
        ..AuthPolicyBody::default()
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
    use serde_json::json;

    use super::{IssuerInput, IssuerSettings, apply, policies_json};
    use crate::issuers::limits::MAX_KEY_SET_BYTES;

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
    fn only_new_keys_are_limited() {
        let keys = |length: usize| json!({"keys": [], "a": "b".repeat(length)});
        let input = |jwks| {
            let mut input = IssuerInput::named("a");
            input.jwks = Some(Some(jwks));
            input
        };
        let before = IssuerSettings {
            jwks: Some(keys(MAX_KEY_SET_BYTES).to_string()),
            ..IssuerSettings::default()
        };
        assert!(apply(input(keys(MAX_KEY_SET_BYTES)), before.clone()).is_ok());
        assert!(apply(input(keys(MAX_KEY_SET_BYTES - 100)), before.clone()).is_ok());
        let error = apply(input(keys(MAX_KEY_SET_BYTES + 1)), before).unwrap_err();
        assert_eq!(error.body().errors[0].code, "jwks-too-large");
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
