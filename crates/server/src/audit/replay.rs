//! The evidence of an exchange, as the audit log keeps it: not what the engine has said, which is
//! long, but what it has decided on. From that it says the same again whenever somebody reads the
//! entry.
//!
//! What many exchanges share, the issuer with its policies and the key, is a [`Basis`]: it is
//! written once and never changed, whatever becomes of the issuer. An entry has the token's header
//! and claims, as they were sent, and the rest. Its signature is not kept, only whether it was
//! genuine.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate::exchange::{
    ACCESS_TOKEN_TYPE, AUDIENCE, BodyKind, ExchangeOptions, ExchangeRequest, GRANT_TYPE, Grant,
    Refusal, SUBJECT_TOKEN_TYPE, exchange_with,
};
use claimgate::inspect::{Checked, Inspection};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::jwt::{Jwk, SignatureCheck, TokenError, VerifySignature};
use claimgate::pattern::Dialect;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::audit::store::AuditEntry;
use crate::issuers::policies;
use crate::issuers::policies::Policy;
use crate::issuers::store::IssuerRecord;

/// What every kept evidence begins with. That of versions before begins otherwise: it is what the
/// engine has said.
const MARK: &str = "{\"evidence\":1,";

/// What many exchanges rest on, by the hash of its text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    /// What it is found by.
    pub id: String,
    /// The text: JSON.
    pub document: String,
}

impl Basis {
    /// A text that many exchanges share.
    pub(crate) fn new(document: String) -> Arc<Self> {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, document.as_bytes());
        Arc::new(Self {
            id: URL_SAFE_NO_PAD.encode(&digest.as_ref()[..18]),
            document,
        })
    }

    /// That of an issuer as it is registered, with the text of its policies.
    pub(crate) fn of_issuer(record: &IssuerRecord, policies: &str) -> Arc<Self> {
        let kept = KeptIssuer {
            id: record.id.clone(),
            name: record.settings.name.clone(),
            url: record.url.clone(),
            report_only: record.settings.report_only,
            policies: policies.to_owned(),
        };
        Self::new(serde_json::to_string(&kept).unwrap_or_default())
    }

    /// That of a key: all that the checks look at, and the key itself, which is public.
    pub(crate) fn of_key(key: &Jwk) -> Option<Arc<Self>> {
        let mut members: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&key.to_json()?).ok()?;
        let texts = [("kid", &key.kid), ("alg", &key.alg), ("use", &key.usage)];
        members.extend(
            texts
                .into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into()))),
        );
        members.extend(
            key.key_ops
                .clone()
                .map(|ops| ("key_ops".to_owned(), ops.into())),
        );
        Some(Self::new(serde_json::to_string(&members).ok()?))
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptIssuer {
    id: String,
    name: String,
    url: String,
    report_only: bool,
    policies: String,
}

/// What an exchange was decided on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept<'a> {
    /// Ids of what it rests on.
    issuer: &'a str,
    key: &'a str,
    /// The issuer's place among those of its organization.
    place: usize,
    leeway: u64,
    /// Whether policies that only report are in the explanation.
    reports: bool,
    genuine: bool,
    /// The signature's length in bytes.
    signature: usize,
    #[serde(borrow)]
    header: &'a RawValue,
    #[serde(borrow)]
    claims: &'a RawValue,
}

/// The evidence of an exchange, to be kept; nothing where the checks ended before there was a key,
/// or the text of the token would not come out the same. The engine's own words are kept then,
/// which are short where no policy was asked.
pub(crate) fn keep(
    checked: &Checked,
    issuer: &Basis,
    key: &Basis,
    leeway: u64,
    reports: bool,
) -> Option<String> {
    let is_forged = checked
        .failure()
        .is_some_and(|error| matches!(error, TokenError::Signature { .. }));
    if !checked.is_genuine() && !is_forged {
        return None;
    }
    let (token, place) = (checked.token()?, checked.issuer_index()?);
    let (header, claims) = token.signing_input().split_once('.')?;
    let text = |part: &str| {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
        (text.trim_ascii().len() == text.len()).then_some(text)
    };
    let (header, claims) = (text(header)?, text(claims)?);
    let (issuer, key, genuine, signature) = (
        &issuer.id,
        &key.id,
        checked.is_genuine(),
        token.signature().len(),
    );
    Some(format!(
        "{MARK}\"issuer\":\"{issuer}\",\"key\":\"{key}\",\"place\":{place},\"leeway\":{leeway},\"reports\":{reports},\
         \"genuine\":{genuine},\"signature\":{signature},\"header\":{header},\"claims\":{claims}}}"
    ))
}

/// Evidence that was read.
pub(crate) struct Recalled {
    /// What the engine says, as JSON.
    pub detail: String,
    /// That it decides otherwise than it did, if so.
    pub differs: Option<String>,
}

/// Ids of what kept evidence rests on; nothing where it is in the engine's own words.
pub(crate) fn bases(detail: &str) -> Option<[String; 2]> {
    if !detail.starts_with(MARK) {
        return None;
    }
    let kept: Kept<'_> = serde_json::from_str(detail).ok()?;
    Some([kept.issuer.to_owned(), kept.key.to_owned()])
}

/// Has the engine say again what it has said of an exchange. `documents` are those of [`bases`], in
/// their order.
///
/// # Errors
/// A sentence, where that is not possible.
pub(crate) fn recall(
    entry: &AuditEntry,
    detail: &str,
    documents: [&str; 2],
) -> Result<Recalled, String> {
    let kept: Kept<'_> = serde_json::from_str(detail).map_err(|error| error.to_string())?;
    let [issuer, key] = documents;
    let issuer: KeptIssuer = serde_json::from_str(issuer).map_err(|error| error.to_string())?;
    let policies = policies::parse(&issuer.policies).map_err(|errors| format!("{errors:?}"))?;
    let enforced = policies::enforced(&policies, issuer.report_only);
    let request = request(entry, &kept)?;
    let options = ExchangeOptions {
        leeway: kept.leeway,
        ..ExchangeOptions::at(entry.at)
    };
    let ask = |policies: &mut dyn Iterator<Item = &Policy>| {
        let issuers = Issuers::from(vec![compile(&issuer, key, policies)?]);
        Ok::<_, String>(exchange_with(
            &request,
            Some(&issuers),
            &options,
            &Known(kept.genuine),
        ))
    };
    let decided = ask(&mut enforced.iter().filter_map(|index| policies.get(*index)))?;
    let differs = differs(entry, &decided, &enforced);
    let told = if kept.reports {
        ask(&mut policies.iter())?
    } else {
        decided
    };
    let mut inspection = match told {
        Ok(grant) => grant.inspection,
        Err(refusal) => refusal
            .inspection
            .ok_or_else(|| refusal.error.to_string())?,
    };
    inspection.issuer = inspection.issuer.map(|_| kept.place);
    let detail =
        serde_json::to_string::<Inspection>(&inspection).map_err(|error| error.to_string())?;
    Ok(Recalled { detail, differs })
}

/// The request as it was, but for the signature.
fn request(entry: &AuditEntry, kept: &Kept<'_>) -> Result<ExchangeRequest, String> {
    let [header, claims] =
        [kept.header, kept.claims].map(|part| URL_SAFE_NO_PAD.encode(part.get()));
    let signature = URL_SAFE_NO_PAD.encode(vec![0; kept.signature]);
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

fn compile(
    issuer: &KeptIssuer,
    key: &str,
    policies: &mut dyn Iterator<Item = &Policy>,
) -> Result<Issuer, String> {
    let definition = IssuerDefinition {
        name: issuer.name.clone(),
        url: issuer.url.clone(),
        jwks: Some(key.to_owned()),
        policies: policies.map(|policy| policy.definition.clone()).collect(),
        ..IssuerDefinition::default()
    };
    Issuer::compile(&definition, Dialect::Pulumi).map_err(|errors| format!("{errors:?}"))
}

/// Whether the decision is another one than the entry has.
fn differs(
    entry: &AuditEntry,
    decided: &Result<Grant, Refusal>,
    enforced: &[usize],
) -> Option<String> {
    let (code, policies) = match decided {
        Ok(grant) => ("granted", grant.policies.as_slice()),
        Err(refusal) => {
            let explanation = refusal
                .inspection
                .as_ref()
                .and_then(|inspection| inspection.explanation.as_ref());
            (
                refusal.error.code(),
                explanation.map_or(&[][..], |explanation| &explanation.reason.policies),
            )
        }
    };
    let then = if is_refused_after_all(entry) {
        "granted"
    } else {
        entry.code.as_str()
    };
    let policies: Vec<usize> = policies
        .iter()
        .filter_map(|index| enforced.get(*index).copied())
        .collect();
    if then == code && policies == entry.policies {
        return None;
    }
    Some(format!(
        "this version of the engine decides otherwise: `{code}` by policies {policies:?}, where it was `{}` by {:?} \
         then; the evidence is that of now",
        entry.code, entry.policies
    ))
}

/// Whether an exchange was refused although the checks and the policies let it in.
fn is_refused_after_all(entry: &AuditEntry) -> bool {
    matches!(entry.code.as_str(), "token-replayed" | "token-without-jti")
}

/// The evidence with a note, where the entry says otherwise than it.
pub(crate) fn noted(entry: &AuditEntry, detail: &str) -> Option<String> {
    if !is_refused_after_all(entry) {
        return None;
    }
    let mut members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(detail).ok()?;
    let summary = entry
        .summary
        .strip_prefix("denied: ")
        .unwrap_or(&entry.summary);
    let mut note = format!(
        "the checks and the policies let the token in; it was refused all the same: {summary}"
    );
    if let Some(other) = members.get("note").and_then(serde_json::Value::as_str) {
        note += &format!("; {other}");
    }
    members.insert("note".to_owned(), note.into());
    Some(serde_json::Value::Object(members).to_string())
}

/// The answer that the check of the signature gave then.
struct Known(bool);

impl VerifySignature for Known {
    fn verify(&self, _: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        Ok(self.0)
    }
}
