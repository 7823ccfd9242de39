//! Evidence by replay: the audit log stores what an exchange was decided on, and the engine explains
//! the decision again when the entry is read. That takes far less room than the explanation.
//!
//! What many exchanges share, the issuer with its policies and the key, is a [`SharedDocument`]. An
//! entry holds the token's header and claims as they were sent, and the other inputs. It holds no
//! signature, only whether that was genuine.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate::RULES_VERSION;
use claimgate::exchange::{
    ACCESS_TOKEN_TYPE, AUDIENCE, BodyKind, ExchangeOptions, ExchangeRequest, GRANT_TYPE,
    GrantedToken, Refusal, SUBJECT_TOKEN_TYPE, exchange_with,
};
use claimgate::inspect::{Checked, Inspection};
use claimgate::issuer::{Issuer, Issuers};
use claimgate::jwt::{SignatureCheck, TokenError, VerifySignature};
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, Limits, parse_policies};
use claimgate_api::{AuditEntry, AuditRules};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::shared_document::{IssuerDocument, SharedDocument};
use crate::hints::HINT_SOURCES;
use crate::issuers::record::IssuerSettings;

/// What stored evidence starts with. That of earlier versions is the explanation itself.
const PREFIX: &str = "{\"evidence\":1,";

/// What an exchange was decided on. Entries of earlier versions have `reports` too: those decided
/// twice, with and without report-only policies, and explained one of the two.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredEvidence<'a> {
    /// Ids of the shared documents.
    issuer: &'a str,
    key: &'a str,
    /// The issuer's index among those of its organization.
    place: usize,
    /// The version of the rules that decided.
    #[serde(default = "first_rules")]
    rules: u32,
    leeway: u64,
    genuine: bool,
    /// The signature's length in bytes.
    signature: usize,
    #[serde(borrow)]
    header: &'a RawValue,
    #[serde(borrow)]
    claims: &'a RawValue,
}

/// The version of the rules of entries that do not name one.
fn first_rules() -> u32 {
    1
}

/// The evidence of an exchange, to be stored; `None` if the checks ended before there was a key, or
/// the token's text could not be reproduced. The explanation itself is stored then, which is short
/// if no policy was evaluated.
pub(crate) fn record_evidence(
    checked: &Checked,
    issuer: &SharedDocument,
    key: &SharedDocument,
    leeway: u64,
) -> Option<String> {
    let is_forged = checked
        .failure()
        .is_some_and(|error| matches!(error, TokenError::Signature { .. }));
    if !checked.is_genuine() && !is_forged {
        return None;
    }
    let (token, index) = (checked.token()?, checked.issuer_index()?);
    let (header, claims) = token.signing_input().split_once('.')?;
    let (header, claims) = (decode_part(header)?, decode_part(claims)?);
    let (issuer, key, genuine, signature) = (
        &issuer.id,
        &key.id,
        checked.is_genuine(),
        token.signature().len(),
    );
    Some(format!(
        "{PREFIX}\"issuer\":\"{issuer}\",\"key\":\"{key}\",\"place\":{index},\"rules\":{RULES_VERSION},\
         \"leeway\":{leeway},\"genuine\":{genuine},\"signature\":{signature},\"header\":{header},\"claims\":{claims}}}"
    ))
}

/// The JSON of a part of a token; `None` if it would not be read back with the same bytes.
fn decode_part(part: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    (text.trim_ascii().len() == text.len()).then_some(text)
}

/// The result of a replay.
pub(super) struct Replay {
    /// The explanation, as JSON.
    pub(super) detail: String,
    /// How the decision differs from the recorded one, if it does.
    pub(super) differs: Option<String>,
    pub(super) rules: AuditRules,
}

/// Ids of the issuer and of the key that stored evidence refers to; `None` if it is the explanation
/// itself.
pub(super) fn document_ids(detail: &str) -> Option<[String; 2]> {
    if !detail.starts_with(PREFIX) {
        return None;
    }
    let stored: StoredEvidence<'_> = serde_json::from_str(detail).ok()?;
    Some([stored.issuer.to_owned(), stored.key.to_owned()])
}

/// Has the engine decide an exchange again and explain it. `documents` are those of
/// [`document_ids`], in the same order.
///
/// # Errors
/// A message, if that is not possible.
pub(super) fn replay(
    entry: &AuditEntry,
    detail: &str,
    documents: [&str; 2],
) -> Result<Replay, String> {
    let stored: StoredEvidence<'_> =
        serde_json::from_str(detail).map_err(|error| error.to_string())?;
    let [issuer, key] = documents;
    let issuer: IssuerDocument = serde_json::from_str(issuer).map_err(|error| error.to_string())?;
    let issuers = Issuers::from(vec![compile(issuer, key)?]);
    let request = request(entry, &stored)?;
    let options = ExchangeOptions {
        leeway: stored.leeway,
        hints: HINT_SOURCES,
        ..ExchangeOptions::at(entry.at)
    };
    let signature = RecordedSignature(stored.genuine);
    let decision = exchange_with(&request, Some(&issuers), &options, &signature);
    let differs = difference(entry, &decision);
    let mut inspection = match decision {
        Ok(grant) => grant.inspection,
        Err(refusal) => refusal
            .inspection
            .ok_or_else(|| refusal.error.to_string())?,
    };
    inspection.issuer = inspection.issuer.map(|_| stored.place);
    let detail =
        serde_json::to_string::<Inspection>(&inspection).map_err(|error| error.to_string())?;
    let rules = AuditRules {
        decided: stored.rules,
        explained: RULES_VERSION,
    };
    Ok(Replay {
        detail: with_rules_note(&rules, &detail).unwrap_or(detail),
        differs,
        rules,
    })
}

/// The request as it was sent, except for the signature.
fn request(entry: &AuditEntry, stored: &StoredEvidence<'_>) -> Result<ExchangeRequest, String> {
    let [header, claims] =
        [stored.header, stored.claims].map(|part| URL_SAFE_NO_PAD.encode(part.get()));
    let signature = URL_SAFE_NO_PAD.encode(vec![0; stored.signature]);
    let body = serde_json::json!({
        "grant_type": GRANT_TYPE,
        "audience": format!("{AUDIENCE}{}", entry.organization.as_deref().unwrap_or_default()),
        "subject_token": format!("{header}.{claims}.{signature}"),
        "subject_token_type": SUBJECT_TOKEN_TYPE,
        "requested_token_type": format!("{ACCESS_TOKEN_TYPE}{}", entry.requested.as_deref().unwrap_or_default()),
        "scope": entry.scope,
    });
    ExchangeRequest::parse(&body.to_string(), BodyKind::Json).map_err(|error| error.to_string())
}

fn compile(issuer: IssuerDocument, key: &str) -> Result<Issuer, String> {
    let policies = parse_policies(&issuer.policies).map_err(|errors| format!("{errors:?}"))?;
    let settings = IssuerSettings {
        jwks: Some(key.to_owned()),
        ..issuer.settings
    };
    let definition = settings.definition(issuer.url, policies);
    let options = CompileOptions::new(Dialect::Pulumi).limits(Limits::NONE);
    Issuer::compile_with(&definition, &options).map_err(|errors| format!("{errors:?}"))
}

/// How a decision differs from the one that the entry records, if it does.
fn difference(entry: &AuditEntry, decision: &Result<GrantedToken, Refusal>) -> Option<String> {
    let (code, inspection) = match decision {
        Ok(grant) => ("granted", Some(&grant.inspection)),
        Err(refusal) => (refusal.error.code(), refusal.inspection.as_ref()),
    };
    let explanation = inspection.and_then(|inspection| inspection.explanation.as_ref());
    let reason = explanation.map(|explanation| &explanation.reason);
    let policies = reason.map_or(&[][..], |reason| &reason.policies);
    // Earlier versions recorded all policies that decided.
    let is_same = match reason {
        Some(reason) if reason.others => entry.policies.starts_with(policies),
        _ => entry.policies == policies,
    };
    let recorded = if was_refused_after_approval(entry) {
        "granted"
    } else {
        entry.code.as_str()
    };
    if recorded == code && is_same {
        return None;
    }
    Some(format!(
        "this version of the engine decides differently: `{code}` by policies {policies:?}, where it was `{}` by {:?}; \
         the evidence is from this version",
        entry.code, entry.policies
    ))
}

/// Whether an exchange was refused although the policies allowed it.
fn was_refused_after_approval(entry: &AuditEntry) -> bool {
    matches!(entry.code.as_str(), "token-replayed" | "token-without-jti")
}

/// The explanation with a note, if the exchange was refused although the policies allowed it.
pub(super) fn with_refusal_note(entry: &AuditEntry, detail: &str) -> Option<String> {
    if !was_refused_after_approval(entry) {
        return None;
    }
    let summary = entry
        .summary
        .strip_prefix("denied: ")
        .unwrap_or(&entry.summary);
    let note = format!("the policies allowed the token, but the exchange was refused: {summary}");
    with_note(detail, note)
}

/// The explanation with a note, if the exchange was decided under other rules than it is explained
/// under.
fn with_rules_note(rules: &AuditRules, detail: &str) -> Option<String> {
    let AuditRules { decided, explained } = rules;
    if decided == explained {
        return None;
    }
    let note = format!(
        "the exchange was decided under version {decided} of the rules, and is explained here under version {explained}"
    );
    with_note(detail, note)
}

/// The explanation with a note before those that it has.
fn with_note(detail: &str, mut note: String) -> Option<String> {
    let mut members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(detail).ok()?;
    if let Some(other) = members.get("note").and_then(serde_json::Value::as_str) {
        note += &format!("; {other}");
    }
    members.insert("note".to_owned(), note.into());
    Some(serde_json::Value::Object(members).to_string())
}

/// The recorded result of the check of the signature.
struct RecordedSignature(bool);

impl VerifySignature for RecordedSignature {
    fn verify(&self, _: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use claimgate_api::AuditEntry;
    use serde_json::json;

    use super::{IssuerDocument, IssuerSettings, RULES_VERSION, StoredEvidence, replay};

    const KEY: &str =
        r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    /// The evidence of a granted exchange. Versions before wrote `reports` too.
    fn stored(reports: &str) -> String {
        format!(
            r#"{{"evidence":1,"issuer":"i","key":"k","place":3,"leeway":60,{reports}"genuine":true,"signature":64,
            "header":{{"alg":"EdDSA"}},"claims":{{"iss":"https://ci.example","sub":"a","exp":1600}}}}"#
        )
    }

    fn issuer(of_issuer: bool, of_policy: bool) -> String {
        let policies = json!([
            {"decision": "deny", "tokenType": "organization", "reportOnly": of_policy, "rules": {}},
            {"decision": "allow", "tokenType": "organization", "rules": {"sub": "a"}},
        ]);
        let document = IssuerDocument {
            id: "1".to_owned(),
            url: "https://ci.example".to_owned(),
            settings: IssuerSettings {
                name: "CI".to_owned(),
                report_only: of_issuer,
                ..IssuerSettings::default()
            },
            policies: policies.to_string(),
        };
        serde_json::to_string(&document).unwrap()
    }

    #[test]
    fn evidence_of_any_version_is_explained_with_what_report_only_policies_say() {
        let entry = AuditEntry {
            at: 1_000,
            organization: Some("acme".to_owned()),
            requested: Some("organization".to_owned()),
            scope: Some(String::new()),
            code: "granted".to_owned(),
            policies: vec![1],
            ..AuditEntry::default()
        };
        for issuer in [issuer(true, false), issuer(false, true)] {
            for reports in ["", r#""reports":true,"#, r#""reports":false,"#] {
                let replay = replay(&entry, &stored(reports), [&issuer, KEY]).unwrap();
                assert_eq!(replay.differs, None, "{reports}");
                assert_eq!(
                    (replay.rules.decided, replay.rules.explained),
                    (1, RULES_VERSION)
                );
                let detail: serde_json::Value = serde_json::from_str(&replay.detail).unwrap();
                assert!(
                    detail["note"]
                        .as_str()
                        .unwrap()
                        .contains("version 1 of the rules"),
                    "{detail}"
                );
                assert_eq!(detail["decision"], "allowed");
                assert_eq!(detail["issuer"], 3);
                assert_eq!(detail["explanation"]["report"]["policies"], json!([0]));
            }
        }
        let enforced = issuer(false, false);
        let differs = replay(&entry, &stored(""), [&enforced, KEY])
            .unwrap()
            .differs;
        assert!(differs.is_some_and(|differs| differs.contains("`denied` by policies [0]")));
    }

    #[test]
    fn an_entry_under_the_present_rules_has_no_note() {
        let entry = AuditEntry {
            at: 1_000,
            organization: Some("acme".to_owned()),
            requested: Some("organization".to_owned()),
            scope: Some(String::new()),
            code: "granted".to_owned(),
            policies: vec![1],
            ..AuditEntry::default()
        };
        let rules = format!(r#""rules":{RULES_VERSION},"#);
        let replay = replay(&entry, &stored(&rules), [&issuer(true, false), KEY]).unwrap();
        assert_eq!(replay.rules.decided, replay.rules.explained);
        assert!(!replay.detail.contains("\"note\""), "{}", replay.detail);
    }

    #[test]
    fn an_issuer_of_an_earlier_version_has_fewer_settings() {
        let document = r#"{"id":"1","name":"CI","url":"https://ci.example","reportOnly":true,"policies":"[]"}"#;
        let document: IssuerDocument = serde_json::from_str(document).unwrap();
        let settings = IssuerSettings {
            name: "CI".to_owned(),
            report_only: true,
            ..IssuerSettings::default()
        };
        assert_eq!(document.settings, settings);
    }

    #[test]
    fn what_is_stored_without_a_needed_member_is_refused() {
        let text = stored("").replace(r#""genuine":true,"#, "");
        assert!(serde_json::from_str::<StoredEvidence<'_>>(&text).is_err());
    }
}
