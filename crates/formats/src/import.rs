//! Reading whatever a person has: our own file, answers of Pulumi Cloud's API, policies, or a
//! Pulumi program.

use claimgate::diagnostic::Diagnostics;
use claimgate::expected::UNKNOWN_KEY;
use claimgate::json::Value;

use super::document::{Document, Kind, PoliciesPlace};
use super::issuers::{Unknown, issuer};
use super::policies::{check, policies};
use super::reader::Reader;
use super::settings::repeated_urls;
use super::text::parse;
use super::{program, settings};

/// Reads a text: a document without errors, or everything that is wrong with it.
///
/// # Errors
/// Every error, in the document's order.
pub fn import(text: &str) -> Result<Document, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
    let (document, errors) = read(&parse(text).map_err(|error| *error.diagnostic)?);
    errors.or(document)
}

/// Reads a value as far as it can be understood, and says everything that is wrong with it.
#[must_use]
pub fn read(value: &Value) -> (Document, Diagnostics) {
    let mut reader = Reader::default();
    let document = understand(&mut reader, value);
    repeated_urls(&mut reader, &document);
    let notes = reader.notes;
    (Document { notes, ..document }, reader.objects.errors)
}

fn understand(reader: &mut Reader, value: &Value) -> Document {
    let has = |name: &str| value.member(name).is_some();
    match value {
        Value::Array(items) if items.iter().any(|item| item.member("url").is_some()) => {
            issuers(reader, Kind::Issuers, "", items, Unknown::Refused)
        }
        Value::Array(_) => bare(reader, Kind::Policies, value),
        Value::Object(_) => {
            let Some(object) = reader.object("", value, "an object") else {
                return unknown(reader, value);
            };
            if has("resources") {
                program::read(reader, &object)
            } else if has("issuers") {
                settings::read(reader, &object)
            } else if has("oidcIssuers") {
                let why = "it is not a known member";
                reader.ignore_others(&object, &["oidcIssuers"], UNKNOWN_KEY, why);
                let items = reader.required_list(&object, "oidcIssuers", "issuers");
                issuers(reader, Kind::Issuers, "oidcIssuers", items, Unknown::Noted)
            } else if has("url") {
                issuers(
                    reader,
                    Kind::Issuers,
                    "",
                    std::slice::from_ref(value),
                    Unknown::Refused,
                )
            } else if has("policies") {
                bare(reader, Kind::AuthPolicy, value)
            } else if has("decision") || has("rules") {
                single(reader, value)
            } else {
                unknown(reader, value)
            }
        }
        other => unknown(reader, other),
    }
}

fn unknown(reader: &mut Reader, value: &Value) -> Document {
    let expected = "a Claimgate file (`issuers`), an answer of Pulumi Cloud (`oidcIssuers`, `url` or `policies`), \
                    policies or a Pulumi program (`resources`)";
    // Without the text: it may be a credential that was pasted by mistake.
    reader.error("", format!("expected {expected}, found {}", value.kind()));
    Document::empty(Kind::Settings)
}

/// Policies without an issuer.
fn bare(reader: &mut Reader, kind: Kind, value: &Value) -> Document {
    let (policies, place) = policies(reader, "", value);
    check(reader, &place, &policies);
    Document {
        policies,
        policies_at: place,
        ..Document::empty(kind)
    }
}

/// One policy.
fn single(reader: &mut Reader, value: &Value) -> Document {
    let before = reader.errors.len();
    let list = Value::Array(vec![value.clone()]);
    let (policies, _) = policies(reader, "", &list);
    check(reader, &PoliciesPlace::Array(String::new()), &policies);
    for error in reader.errors.iter_mut().skip(before) {
        error.path = PoliciesPlace::Single
            .locate(&format!("policies{}", error.path))
            .into_owned();
    }
    Document {
        policies,
        policies_at: PoliciesPlace::Single,
        ..Document::empty(Kind::Policies)
    }
}

fn issuers(
    reader: &mut Reader,
    kind: Kind,
    path: &str,
    items: &[Value],
    unknown: Unknown,
) -> Document {
    let mut document = Document::empty(kind);
    let is_whole = path.is_empty() && items.len() == 1;
    for (index, item) in items.iter().enumerate() {
        let path = if is_whole {
            String::new()
        } else {
            format!("{path}[{index}]")
        };
        let read = issuer(reader, &path, item, unknown, document.dialect);
        if let Some((issuer, place)) = read {
            document.issuers.push(issuer);
            document.places.push(place);
        }
    }
    document
}
