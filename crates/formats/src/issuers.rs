//! Issuers within other things.

use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::REPORT_ONLY;

use super::import::IssuerDocument;
use super::policies::{policies, within};
use super::reader::{Object, Reader};
use super::samples::samples;
use super::{NoteKind, Problem};
use crate::thumbprint;

/// The keys of an issuer that is ours, or Pulumi Cloud's.
const KEYS: [&str; 10] = [
    "url",
    "name",
    "jwks",
    "maxExpiration",
    POLICIES,
    "preset",
    "thumbprints",
    "samples",
    SINGLE_USE,
    REPORT_ONLY,
];

const POLICIES: &str = "policies";

/// The member that makes a server exchange each ID token once only.
pub(super) const SINGLE_USE: &str = "singleUse";

/// Where an issuer that `claimgate serve` lists has its policies.
const AUTH_POLICY: &str = "authPolicy";

/// The keys that belong to whoever wrote the issuer.
const OWN: [&str; 5] = ["id", "version", "created", "modified", "lastUsed"];

/// How unknown keys are taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Unknown {
    /// A file of ours has none.
    Refused,
    /// Pulumi Cloud may add some.
    Noted,
}

/// Reads one issuer.
pub(super) fn issuer(
    reader: &mut Reader,
    path: &str,
    value: &Value,
    unknown: Unknown,
) -> Option<IssuerDocument> {
    let object = reader.object(path, value)?;
    other_keys(reader, &object, unknown);
    let before = reader.problems.len();
    let url = reader.text(&object, "url");
    let name = reader
        .optional_text(&object, "name")
        .filter(|name| !name.trim().is_empty());
    let place = [POLICIES, AUTH_POLICY]
        .into_iter()
        .find(|name| object.get(name).is_some());
    let definition = IssuerDefinition {
        name: name_or_url(reader, &object, name, url.as_deref()),
        url: url.unwrap_or_default(),
        max_expiration: reader.seconds(&object, "maxExpiration"),
        jwks: jwks(reader, &object),
        thumbprints: thumbprints(reader, &object),
        policies: place
            .and_then(|place| Some(policies(reader, &object.at(place), object.get(place)?)))
            .unwrap_or_default(),
        report_only: reader.flag(&object, REPORT_ONLY),
    };
    let single_use = reader.flag(&object, SINGLE_USE);
    let preset = reader.optional_text(&object, "preset").unwrap_or_default();
    if reader.problems.len() == before {
        check(reader, &object, &definition, "maxExpiration");
    }
    let samples = samples(reader, &object);
    Some(IssuerDocument {
        definition,
        preset,
        single_use,
        samples,
        has_policies: place.is_some(),
    })
}

/// The problems of an issuer that can be read, and not be decided with.
pub(super) fn check(
    reader: &mut Reader,
    object: &Object<'_>,
    definition: &IssuerDefinition,
    expiration: &str,
) {
    let Err(errors) = Issuer::compile(definition, Dialect::Pulumi) else {
        return;
    };
    for error in errors {
        let problem = match error.path.as_str() {
            "maxExpiration" => Problem {
                path: object.at(expiration),
                ..Problem::from(error)
            },
            path if path.starts_with(POLICIES) => within(&policies_of(object), error),
            path => Problem {
                path: object.at(path),
                ..Problem::from(error)
            },
        };
        reader.problems.push(problem);
    }
}

/// The place of the array of policies.
fn policies_of(object: &Object<'_>) -> String {
    let is_listed = object.get(POLICIES).is_none() && object.get(AUTH_POLICY).is_some();
    if is_listed {
        format!("{}.{POLICIES}", object.at(AUTH_POLICY))
    } else {
        object.at(POLICIES)
    }
}

/// Thumbprints as they are kept; those of SHA-1, which the API's description still speaks of, are
/// left out.
pub(super) fn thumbprints(reader: &mut Reader, object: &Object<'_>) -> Vec<String> {
    let mut kept = Vec::new();
    for (index, written) in reader.texts(object, "thumbprints").into_iter().enumerate() {
        let path = format!("{}[{index}]", object.at("thumbprints"));
        match thumbprint::normalise(&written) {
            Ok(thumbprint) if thumbprint == written => kept.push(thumbprint),
            Ok(thumbprint) => {
                reader.note(
                    NoteKind::Changed,
                    path,
                    "the thumbprint is kept in lower case, without colons",
                );
                kept.push(thumbprint);
            }
            Err(problem) if thumbprint::is_sha1(&written) => {
                reader.note(
                    NoteKind::Ignored,
                    path,
                    format!("it is left out: {problem}"),
                );
            }
            Err(problem) => reader.problems.push(Problem::new(path, problem)),
        }
    }
    kept
}

fn other_keys(reader: &mut Reader, object: &Object<'_>, unknown: Unknown) {
    let mut known: Vec<&str> = KEYS.into_iter().chain(OWN).chain(["issuer"]).collect();
    if object.get(POLICIES).is_none() {
        known.push(AUTH_POLICY);
    }
    match unknown {
        Unknown::Refused => reader.refuse_others(object, &known),
        Unknown::Noted => reader.ignore_others(object, &known, "it is not known here"),
    }
    reader.ignore(object, &OWN, "an issuer gets its own here");
    if object.get("issuer") != object.get("url") {
        reader.ignore(
            object,
            &["issuer"],
            "a token's `iss` is held against `url`, from which it differs",
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
            NoteKind::Changed,
            object.at("name"),
            "there is no name: the issuer is called by its URL",
        );
        url.to_owned()
    })
}

/// Keys, as the text that the app keeps.
fn jwks(reader: &mut Reader, object: &Object<'_>) -> Option<String> {
    match object.get("jwks")? {
        Value::String(text) => Some(text.clone()),
        keys @ Value::Object(_) => Some(keys.to_json_pretty()),
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
