//! Issuers within other things.

use std::sync::Arc;

use claimgate::audience::AUDIENCES;
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::expected::UNKNOWN_KEY;
use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::json::Value;
use claimgate::jwt::{Jwk, Jwks};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, REPORT_ONLY};

use super::document::{IssuerDocument, IssuerPlace, PoliciesPlace};
use super::notes::{CHANGED, LEFT_OUT};
use super::policies::policies;
use super::reader::{Object, Reader};
use super::samples::samples;
use super::thumbprint;

/// The keys of an issuer that is ours, or Pulumi Cloud's.
const KEYS: [&str; 12] = [
    "url",
    "name",
    "jwks",
    "maxExpiration",
    POLICIES,
    AUTH_POLICY,
    "preset",
    "thumbprints",
    "samples",
    SINGLE_USE,
    REPORT_ONLY,
    AUDIENCES,
];

const POLICIES: &str = "policies";

/// The member that makes a server exchange each ID token once only.
pub(super) const SINGLE_USE: &str = "singleUse";

/// Where an issuer that `claimgate serve` lists has its policies.
const AUTH_POLICY: &str = "authPolicy";

/// The keys that a service adds.
const OWN: [&str; 7] = [
    "id", "version", "created", "modified", "lastUsed", "issuer", "findings",
];

/// The longest lifetime of a token that an issuer can have, in seconds: a year.
pub const MAX_EXPIRATION: u64 = 366 * 86_400;

/// What is wrong with the issuer that a body of the REST API describes, whose policies are in
/// `authPolicy` if it has any. What it describes is returned without errors.
///
/// # Errors
/// Every error, in the order of reading.
pub fn read_issuer(value: &Value) -> Result<IssuerDocument, Diagnostics> {
    let mut reader = Reader::default();
    let read = issuer(&mut reader, "", value, Unknown::Refused, Dialect::Pulumi);
    match read {
        Some((document, _)) => Ok(document),
        None => Err(reader.objects.errors),
    }
}

/// How unknown keys are taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Unknown {
    /// A file of ours has none.
    Refused,
    /// Pulumi Cloud may add some.
    Noted,
}

/// Reads one issuer, and says where it is; nothing if it has errors.
pub(super) fn issuer(
    reader: &mut Reader,
    path: &str,
    value: &Value,
    unknown: Unknown,
    dialect: Dialect,
) -> Option<(IssuerDocument, IssuerPlace)> {
    let before = reader.errors.len();
    let object = reader.object(path, value, "an issuer, an object")?;
    // A service may add members; a person who wrote one meant something by it.
    let is_answer = unknown == Unknown::Noted || object.get("id").is_some();
    other_keys(reader, &object, is_answer);
    check_identifier(reader, &object, unknown);
    let url = reader.text(&object, "url");
    let name = reader
        .text(&object, "name")
        .filter(|name| !name.trim().is_empty());
    let (policies, place, has_policies) = policies_of(reader, &object);
    let definition = IssuerDefinition {
        name: name_or_url(reader, &object, name, url.as_deref()),
        url: url.unwrap_or_default(),
        max_expiration: max_expiration(reader, &object, "maxExpiration"),
        jwks: jwks(reader, &object),
        thumbprints: thumbprints(reader, &object, is_answer),
        audiences: reader.texts(&object, AUDIENCES),
        policies,
        report_only: reader.flag(&object, REPORT_ONLY),
    };
    let single_use = reader.flag(&object, SINGLE_USE);
    let preset = reader.text(&object, "preset").unwrap_or_default();
    let samples = samples(reader, &object);
    check(
        reader,
        &object,
        &definition,
        (&place, "maxExpiration", dialect),
    );
    let document = IssuerDocument {
        definition,
        preset,
        single_use,
        samples,
        has_policies,
    };
    let place = IssuerPlace {
        issuer: object.path,
        policies: place,
    };
    (reader.errors.len() == before).then_some((document, place))
}

/// The policies of an issuer, where they are, and whether there are any: in `policies`, or as a
/// server lists them in `authPolicy`.
fn policies_of(
    reader: &mut Reader,
    object: &Object<'_>,
) -> (Vec<PolicyDefinition>, PoliciesPlace, bool) {
    let (name, value) = match (object.get(POLICIES), object.get(AUTH_POLICY)) {
        (Some(value), None) => (POLICIES, value),
        (None, Some(value)) => (AUTH_POLICY, value),
        (None, None) => return (Vec::new(), nowhere(object), false),
        (Some(_), Some(_)) => {
            let message =
                format!("expected policies in `{POLICIES}` or in `{AUTH_POLICY}`, found both");
            reader.error(object.at(AUTH_POLICY), message);
            return (Vec::new(), nowhere(object), false);
        }
    };
    let (policies, place) = policies(reader, &object.at(name), value);
    (policies, place, true)
}

fn nowhere(object: &Object<'_>) -> PoliciesPlace {
    PoliciesPlace::Array(object.at(POLICIES))
}

/// Adds what is wrong with an issuer that cannot be compiled. What could not be read has been
/// reported already.
pub(super) fn check(
    reader: &mut Reader,
    object: &Object<'_>,
    definition: &IssuerDefinition,
    (policies, expiration, dialect): (&PoliciesPlace, &str, Dialect),
) {
    let Err(errors) = Issuer::compile(definition, dialect) else {
        return;
    };
    for error in errors {
        let path = match error.path.as_str() {
            AUDIENCES if !is_texts(object.get(AUDIENCES)) => continue,
            "url" if !matches!(object.get("url"), None | Some(Value::String(_))) => continue,
            "maxExpiration" => object.at(expiration),
            path if path.starts_with(POLICIES) => policies.locate(path).into_owned(),
            path => object.at(path),
        };
        reader.errors.push(error.at(path));
    }
}

/// Whether it is an array of strings.
fn is_texts(value: Option<&Value>) -> bool {
    let is_text = |item: &Value| matches!(item, Value::String(_));
    matches!(value, Some(Value::Array(items)) if items.iter().all(is_text))
}

/// The longest lifetime of a token in seconds, if it is there.
pub(super) fn max_expiration(reader: &mut Reader, object: &Object<'_>, name: &str) -> Option<u64> {
    let seconds = reader.seconds(object, name)?;
    if seconds > MAX_EXPIRATION {
        let expected = format!("a number of seconds from 1 to {MAX_EXPIRATION}, which is a year");
        reader.mismatch(object.at(name), &expected, &seconds.to_string());
    }
    Some(seconds)
}

/// Checks that a key set has a key that can be used, for a server that stores it. An engine takes any set, and says of each
/// token what is wrong with its key.
///
/// # Errors
/// `jwks-without-key`, with the problems of the first keys.
pub fn require_key(jwks: &Jwks) -> Result<(), Diagnostic> {
    let keys = jwks.keys();
    if keys.iter().any(|key| key.problem.is_none()) {
        return Ok(());
    }
    let problem = |key: &Arc<Jwk>| {
        let problem = key.problem.as_deref()?;
        Some(format!("key `{}`: {problem}", key.label()))
    };
    let problems: Vec<_> = keys.iter().filter_map(problem).take(5).collect();
    let message = match problems.as_slice() {
        [] => "expected a key of the issuer, found none".to_owned(),
        _ => format!(
            "expected a usable key of the issuer, found none: {}",
            problems.join("; ")
        ),
    };
    Err(Diagnostic::error("", "jwks-without-key", message))
}

/// Thumbprints as they are kept. Those of SHA-1, which the description of Pulumi Cloud's API still
/// speaks of, are left out of what comes `from_pulumi`.
pub(super) fn thumbprints(
    reader: &mut Reader,
    object: &Object<'_>,
    from_pulumi: bool,
) -> Vec<String> {
    let mut kept = Vec::new();
    for (index, written) in reader
        .texts(object, "thumbprints")
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        let path = format!("{}[{index}]", object.at("thumbprints"));
        match thumbprint::normalise(&written) {
            Ok(thumbprint) if thumbprint == written => kept.push(thumbprint),
            Ok(thumbprint) => {
                reader.note(
                    CHANGED,
                    path,
                    "the thumbprint is kept in lower case, without colons",
                );
                kept.push(thumbprint);
            }
            Err(problem) if from_pulumi && thumbprint::is_sha1(&written) => {
                reader.note(LEFT_OUT, path, format!("it is left out: {problem}"));
            }
            Err(problem) => reader.error(path, problem),
        }
    }
    kept
}

fn other_keys(reader: &mut Reader, object: &Object<'_>, is_answer: bool) {
    match is_answer {
        false => reader.refuse_others_but(object, &KEYS, &OWN),
        true => {
            let known: Vec<&str> = KEYS.into_iter().chain(OWN).collect();
            reader.ignore_others(object, &known, UNKNOWN_KEY, "it is not a known member");
        }
    }
    let own = OWN.into_iter().filter(|name| *name != "issuer");
    let own: Vec<_> = own.collect();
    reader.ignore(object, &own, "a new one is assigned");
}

/// Refuses an `issuer` that is not the `url`: only one of them could be what is meant.
fn check_identifier(reader: &mut Reader, object: &Object<'_>, unknown: Unknown) {
    let (Some(identifier), Some(url)) = (object.get("issuer"), object.get("url")) else {
        return;
    };
    if identifier == url {
        return;
    }
    match unknown {
        Unknown::Refused => reader.wrong(
            object.at("issuer"),
            "the same as `url`, which a token's `iss` must equal",
            Some(identifier),
        ),
        Unknown::Noted => reader.ignore(
            object,
            &["issuer"],
            "it differs from `url`, which a token's `iss` must equal",
        ),
    }
}

fn name_or_url(
    reader: &mut Reader,
    object: &Object<'_>,
    name: Option<String>,
    url: Option<&str>,
) -> String {
    name.unwrap_or_else(|| {
        let url = url.unwrap_or_default();
        reader.note(
            CHANGED,
            object.at("name"),
            "the name is missing: the URL is used as the name",
        );
        url.to_owned()
    })
}

/// Keys, as the text that the app keeps.
fn jwks(reader: &mut Reader, object: &Object<'_>) -> Option<String> {
    match object.get("jwks")? {
        Value::String(text) => Some(text.clone()),
        keys @ Value::Object(_) if cfg!(feature = "import") => Some(keys.to_json_pretty()),
        keys @ Value::Object(_) => Some(keys.to_json()),
        other => {
            reader.wrong(
                object.at("jwks"),
                "a JWKS, as an object or as text",
                Some(other),
            );
            None
        }
    }
}
