//! Issuers.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use super::policies::AuthPolicyBody;
use crate::findings::FindingBody;

/// A registered issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct IssuerBody {
    /// Its id
    pub id: String,
    /// A label
    pub name: String,
    /// The URL
    pub url: String,
    /// The issuer identifier: its URL
    pub issuer: String,
    /// SHA-256 thumbprints, 64 lowercase hexadecimal digits each
    #[serde(default)]
    pub thumbprints: Vec<String>,
    /// Static keys (RFC 7517)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub jwks: Option<serde_json::Value>,
    /// Longest lifetime of a token, in seconds
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_expiration: Option<i64>,
    /// Whether each ID token may be exchanged only once, by its `jti`: an extension
    #[serde(default)]
    pub single_use: bool,
    /// Whether all its deny policies are report-only: an extension
    #[serde(default)]
    pub report_only: bool,
    /// The audiences that its tokens may have, literals with `*` as a wildcard; absent if any may: an extension
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
    /// When it was registered
    pub created: String,
    /// When it was last changed
    pub modified: String,
    /// When a token was last granted
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<String>,
    /// The number of its revision, in a list that was requested with policies
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Its policies, in a list that was requested with policies
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_policy: Option<AuthPolicyBody>,
    /// After a change: what the guard of shared issuers has found on it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingBody>,
}

/// All issuers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct IssuersBody {
    /// The issuers.
    pub oidc_issuers: Vec<IssuerBody>,
}

/// An issuer to register, or a change of one. An absent member stays as it is, `null` removes the
/// value. Members that only the server sets (`id`, `created`, `modified`, `lastUsed`, `version`,
/// `findings`) are ignored, so that a response can be sent back; `issuer` has to be the URL, and
/// `authPolicy` or `policies` the policies that are stored: there are none before the issuer is
/// registered. `preset` and `samples`, which files have, are checked and not kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssuerInput {
    /// A label
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URL, which cannot be changed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 thumbprints
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub thumbprints: Option<Option<Vec<String>>>,
    /// Longest lifetime of a token, in seconds
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub max_expiration: Option<Option<i64>>,
    /// Static keys (RFC 7517)
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub jwks: Option<Option<serde_json::Value>>,
    /// Whether each ID token may be exchanged only once, by its `jti`: an extension
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub single_use: Option<Option<bool>>,
    /// Whether all its deny policies are report-only: an extension
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub report_only: Option<Option<bool>>,
    /// The audiences that its tokens may have, 1 to 100 literals with `*` as a wildcard: an extension
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub audiences: Option<Option<Vec<String>>>,
    #[serde(default, rename = "id", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _id: Option<IgnoredAny>,
    #[serde(default, rename = "issuer", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _issuer: Option<IgnoredAny>,
    #[serde(default, rename = "created", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _created: Option<IgnoredAny>,
    #[serde(default, rename = "modified", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _modified: Option<IgnoredAny>,
    #[serde(default, rename = "lastUsed", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _last_used: Option<IgnoredAny>,
    #[serde(default, rename = "version", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _version: Option<IgnoredAny>,
    #[serde(default, rename = "authPolicy", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _auth_policy: Option<IgnoredAny>,
    #[serde(default, rename = "findings", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _findings: Option<IgnoredAny>,
    #[serde(default, rename = "policies", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _policies: Option<IgnoredAny>,
    #[serde(default, rename = "preset", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _preset: Option<IgnoredAny>,
    #[serde(default, rename = "samples", skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    _samples: Option<IgnoredAny>,
}

impl IssuerInput {
    /// A name, and nothing else. Other members can be assigned.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::default()
        }
    }
}

/// Distinguishes `null` from an absent member.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// How many tokens were revoked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedBody {
    /// The number of tokens.
    pub revoked: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{IssuerBody, IssuerInput};

    #[test]
    fn an_input_distinguishes_null_from_an_absent_member_both_ways() {
        for (text, max_expiration) in [
            (r#"{"name":"a"}"#, None),
            (r#"{"name":"a","maxExpiration":null}"#, Some(None)),
            (r#"{"name":"a","maxExpiration":60}"#, Some(Some(60))),
        ] {
            let input: IssuerInput = serde_json::from_str(text).unwrap();
            assert_eq!(input.max_expiration, max_expiration, "{text}");
            assert_eq!(serde_json::to_string(&input).unwrap(), text);
        }
    }

    #[test]
    fn a_response_can_be_sent_back_and_misspelled_members_cannot() {
        let body = IssuerBody {
            id: "1".to_owned(),
            name: "CI".to_owned(),
            jwks: Some(json!({"keys": []})),
            last_used: Some("2026-11-25T12:00:00Z".to_owned()),
            version: Some(3),
            auth_policy: Some(Default::default()),
            ..IssuerBody::default()
        };
        let json = serde_json::to_value(&body).unwrap();
        assert_eq!(
            serde_json::from_value::<IssuerBody>(json.clone()).unwrap(),
            body
        );
        let input: IssuerInput = serde_json::from_value(json).unwrap();
        let sent = serde_json::to_value(&input).unwrap();
        assert_eq!(sent.get("id"), None, "what the server sets is not sent");
        assert_eq!(sent["jwks"], json!({"keys": []}));
        assert!(serde_json::from_str::<IssuerInput>(r#"{"maxExpiraton": 60}"#).is_err());
    }
}
