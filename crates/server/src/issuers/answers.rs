//! Answers with stored policies. They are sent as the text that they are stored as: parsing thousands of
//! policies, to write them again, takes seconds.

use std::collections::HashMap;
use std::future::Future;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use claimgate_api::{AuthPolicyBody, IssuerBody, IssuersBody, RevisionBody};
use serde::de::IgnoredAny;
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::record::{IssuerRecord, PolicyRecord, RevisionRecord};
use super::wire::{head, stored_policies};
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::long_answers::Place;

/// A body, and a member that replaces the one of that name in it.
#[derive(Debug)]
pub(super) struct WithMember<T, V> {
    body: T,
    name: &'static str,
    value: Option<V>,
}

/// The policies of an issuer.
pub(super) type Policies = WithMember<AuthPolicyBody, Box<RawValue>>;

/// All issuers with their policies.
pub(super) type Issuers = WithMember<IssuersBody, Vec<WithMember<IssuerBody, Policies>>>;

impl<T: Serialize, V: Serialize> Serialize for WithMember<T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body = serde_json::to_value(&self.body).map_err(S::Error::custom)?;
        let members = body.as_object().into_iter().flatten();
        let mut map = serializer.serialize_map(None)?;
        for (name, member) in members.filter(|(name, _)| *name != self.name) {
            map.serialize_entry(name, member)?;
        }
        if let Some(value) = &self.value {
            map.serialize_entry(self.name, value)?;
        }
        map.end()
    }
}

impl Policies {
    /// Policies with what is known of them; they are a JSON array.
    pub(super) fn new(body: AuthPolicyBody, policies: Box<RawValue>) -> Self {
        Self {
            body,
            name: "policies",
            value: Some(policies),
        }
    }

    pub(super) fn stored(record: PolicyRecord) -> Self {
        Self::new(head(&record), as_sent(record.document))
    }
}

/// A revision with its policies.
pub(super) fn revision(
    record: &RevisionRecord,
    document: String,
) -> WithMember<RevisionBody, Box<RawValue>> {
    let body = RevisionBody {
        revision: record.body(),
        policies: Value::Null,
    };
    WithMember {
        body,
        name: "policies",
        value: Some(as_sent(document)),
    }
}

/// Issuers; if there are policies, in any order, with them and the issuers' versions.
pub(super) fn issuers(records: &[IssuerRecord], policies: Option<Vec<PolicyRecord>>) -> Issuers {
    let has_policies = policies.is_some();
    let policies = policies.into_iter().flatten();
    let mut of_issuer: HashMap<_, _> = policies
        .map(|policies| (policies.issuer.clone(), policies))
        .collect();
    let with_policies = |record: &IssuerRecord| {
        let mut body = IssuerBody::from(record);
        body.version = has_policies.then_some(record.version);
        WithMember {
            body,
            name: "authPolicy",
            value: of_issuer.remove(&record.id).map(Policies::stored),
        }
    };
    WithMember {
        body: IssuersBody::default(),
        name: "oidcIssuers",
        value: Some(records.iter().map(with_policies).collect()),
    }
}

/// Loads something of an organization that has about so many bytes, and writes it as an answer: if it is
/// long, when there is a place for it and it is the organization's turn.
///
/// # Errors
/// 429 if there are too many long answers of the organization, and the errors of `load`.
pub(super) async fn respond<L: Send + 'static, A: Serialize, E: Into<ApiError>>(
    app: &App,
    (organization, length): (i64, usize),
    load: impl Future<Output = Result<L, E>>,
    answer: impl FnOnce(L) -> A + Send + 'static,
) -> Result<Response, ApiError> {
    let place = app.long_answers.admit(organization, length)?;
    let loaded = load.await.map_err(Into::<ApiError>::into)?;
    let write = move || serde_json::to_vec(&answer(loaded)).unwrap_or_default();
    let written = app.documents.run_if_long(organization, length, write).await;
    Ok(json(place, written?))
}

/// An answer of JSON text.
pub(super) fn json(place: Option<Place>, text: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, Place::body(place, text)).into_response()
}

/// Stored policies as the API has them. Those that an earlier version wrote in another form are parsed.
fn as_sent(document: String) -> Box<RawValue> {
    if !is_as_sent(&document) {
        return to_raw_value(&stored_policies(&document)).unwrap_or_default();
    }
    RawValue::from_string(document).unwrap_or_default()
}

/// Whether stored policies are as [`super::wire::policies_json`] writes them.
fn is_as_sent(document: &str) -> bool {
    /// A policy, as far as it was written in several ways.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Policy {
        #[serde(rename = "authorizedPermissions")]
        _permissions: Vec<IgnoredAny>,
        #[serde(default = "absent")]
        report_only: bool,
    }
    fn absent() -> bool {
        true
    }
    let policies = serde_json::from_str::<Vec<Policy>>(document);
    policies.is_ok_and(|policies| policies.iter().all(|policy| policy.report_only))
}

#[cfg(test)]
mod tests {
    use claimgate::policy::parse_policies;
    use claimgate_api::{AuthPolicyBody, IssuerBody, IssuersBody, RevisionBody};
    use serde_json::{Value, json};

    use super::{Policies, as_sent, is_as_sent, issuers, revision};
    use crate::issuers::record::{IssuerRecord, IssuerSettings, PolicyRecord, RevisionRecord};
    use crate::issuers::wire::policies_json;

    fn stored(document: &Value) -> PolicyRecord {
        PolicyRecord {
            id: "p".to_owned(),
            issuer: "i".to_owned(),
            version: 2,
            created: 0,
            modified: 60,
            document: document.to_string(),
        }
    }

    #[test]
    fn what_is_written_today_is_sent_as_it_is() {
        let deny = |members: Value| {
            let mut policy = json!({"decision": "deny", "tokenType": "team", "teamName": "a", "rules": {"sub": "b"}});
            policy
                .as_object_mut()
                .unwrap()
                .append(&mut members.as_object().unwrap().clone());
            policy
        };
        let policies = json!([
            deny(json!({})),
            deny(json!({"reportOnly": true, "note": "c"}))
        ]);
        let written = policies_json(parse_policies(&policies.to_string()).unwrap());
        assert!(is_as_sent(&written.to_string()) && is_as_sent("[]"));
        assert_eq!(as_sent(written.to_string()).get(), written.to_string());
        for earlier in [
            policies.clone(),
            json!([deny(
                json!({"authorizedPermissions": [], "reportOnly": false})
            )]),
            json!([deny(
                json!({"authorizedPermissions": [], "reportOnly": null})
            )]),
            json!([deny(json!({"authorizedPermissions": null}))]),
        ] {
            assert!(!is_as_sent(&earlier.to_string()), "{earlier}");
            let sent: Value = serde_json::from_str(as_sent(earlier.to_string()).get()).unwrap();
            assert_eq!(sent[0]["authorizedPermissions"], json!([]), "{earlier}");
            assert_eq!(sent[0].get("reportOnly"), None, "{earlier}");
        }
    }

    #[test]
    fn clients_read_the_bodies_of_the_api() {
        let policies = json!([{"authorizedPermissions": [], "decision": "allow"}]);
        let record = stored(&policies);
        let text = serde_json::to_string(&Policies::stored(record.clone())).unwrap();
        let body: AuthPolicyBody = serde_json::from_str(&text).unwrap();
        assert_eq!((&*body.id, body.version), ("p", 2));
        assert_eq!(body.modified, "1970-01-01T00:01:00Z");
        assert_eq!(body.policies, policies);
        let issuer = |id: &str| IssuerRecord {
            id: id.to_owned(),
            organization: "acme".to_owned(),
            settings: IssuerSettings::default(),
            url: format!("https://{id}.example"),
            version: 3,
            created: 0,
            modified: 0,
            last_used: None,
        };
        let list = issuers(&[issuer("h"), issuer("i")], Some(vec![record]));
        let list: IssuersBody = serde_json::from_value(json!(list)).unwrap();
        let [other, own] = list.oidc_issuers.as_slice() else {
            panic!("{list:?}");
        };
        assert_eq!((&own.auth_policy, own.version), (&Some(body), Some(3)));
        assert_eq!((&other.auth_policy, other.version), (&None, Some(3)));
        let list = json!(issuers(&[issuer("i")], None));
        assert_eq!(
            list["oidcIssuers"][0],
            json!(IssuerBody::from(&issuer("i")))
        );
        let entry = RevisionRecord {
            version: 7,
            at: 0,
            author: None,
            restored: Some(2),
            policies: Some(1),
        };
        let text = serde_json::to_string(&revision(&entry, policies.to_string())).unwrap();
        let body: RevisionBody = serde_json::from_str(&text).unwrap();
        assert_eq!((body.revision, body.policies), (entry.body(), policies));
    }
}
