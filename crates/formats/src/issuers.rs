//! Issuers within other things.

use claimgate::audience::AUDIENCES;
use claimgate::expected::UNKNOWN_KEY;
use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::json::Value;
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
const OWN: [&str; 6] = ["id", "version", "created", "modified", "lastUsed", "issuer"];

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
    other_keys(reader, &object, unknown);
    let url = reader.text(&object, "url");
    let name = reader
        .text(&object, "name")
        .filter(|name| !name.trim().is_empty());
    let (policies, place, has_policies) = policies_of(reader, &object);
    let definition = IssuerDefinition {
        name: name_or_url(reader, &object, name, url.as_deref()),
        url: url.unwrap_or_default(),
        max_expiration: reader.seconds(&object, "maxExpiration"),
        jwks: jwks(reader, &object),
        thumbprints: thumbprints(reader, &object),
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
            "url" if !matches!(object.get("url"), None | Some(Value::String(_))) => continue,
            "maxExpiration" => object.at(expiration),
            path if path.starts_with(POLICIES) => policies.locate(path).into_owned(),
            path => object.at(path),
        };
        reader.errors.push(error.at(path));
    }
}

/// Thumbprints as they are kept; those of SHA-1, which the API's description still speaks of, are
/// left out.
pub(super) fn thumbprints(reader: &mut Reader, object: &Object<'_>) -> Vec<String> {
    if !cfg!(feature = "import") {
        return reader.texts(object, "thumbprints").unwrap_or_default();
    }
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
            Err(problem) if thumbprint::is_sha1(&written) => {
                reader.note(LEFT_OUT, path, format!("it is left out: {problem}"));
            }
            Err(problem) => reader.error(path, problem),
        }
    }
    kept
}

fn other_keys(reader: &mut Reader, object: &Object<'_>, unknown: Unknown) {
    // A service may add members; a person who wrote one meant something by it.
    let is_answer = object.get("id").is_some();
    match unknown {
        Unknown::Refused if !is_answer => reader.refuse_others_but(object, &KEYS, &OWN),
        _ => {
            let known: Vec<&str> = KEYS.into_iter().chain(OWN).collect();
            reader.ignore_others(object, &known, UNKNOWN_KEY, "it is not a known member");
        }
    }
    let own = OWN.into_iter().filter(|name| *name != "issuer");
    let own: Vec<_> = own.collect();
    reader.ignore(object, &own, "a new one is assigned");
    if object.get("issuer") != object.get("url") {
        reader.ignore(
            object,
            &["issuer"],
            "it differs from `url`, which a token's `iss` must equal",
        );
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
