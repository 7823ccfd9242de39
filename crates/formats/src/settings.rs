//! `claimgate.json`: issuers with their policies, in the shape that the npm engine is configured
//! with.

use claimgate::json::Value;
use claimgate::policy::REPORT_ONLY;

use super::import::{Imported, IssuerDocument, Kind, nothing};
use super::issuers::{SINGLE_USE, Unknown, issuer};
use super::reader::{NoteKind, Object, Reader};
use super::samples;

/// What the file is called.
pub const FILE: &str = "claimgate.json";

/// The version that is written, and the only one that is read.
const VERSION: i128 = 1;

/// The members of a configuration that the app has no use for.
const ENGINE: [&str; 3] = ["leeway", "maxSize", "dialect"];

/// Writes issuers as a file, without what only this browser knows of them.
pub fn write(issuers: &[IssuerDocument]) -> String {
    let issuers = issuers.iter().map(entry).collect();
    let members = [
        ("version", Value::Integer(VERSION)),
        ("issuers", Value::Array(issuers)),
    ];
    let mut text = object(members).to_json_pretty();
    text.push('\n');
    text
}

/// Reads a file.
pub(super) fn read(reader: &mut Reader, object: &Object<'_>) -> Imported {
    let known: Vec<&str> = ["version", "issuers", "organization"]
        .into_iter()
        .chain(ENGINE)
        .collect();
    reader.refuse_others(object, &known);
    if let Some(version) = object
        .get("version")
        .filter(|version| **version != Value::Integer(VERSION))
    {
        reader.wrong(
            "version",
            &format!("version {VERSION}"),
            Some(&Value::String(version.to_json())),
        );
    }
    reader.ignore(object, &["leeway", "maxSize"], "the app has its own");
    dialect(reader, object);
    let organization = reader.optional_text(object, "organization");
    let mut issuers = Vec::new();
    for (index, item) in reader.list(object, "issuers").iter().enumerate() {
        issuers.extend(issuer(
            reader,
            &format!("issuers[{index}]"),
            item,
            Unknown::Refused,
        ));
    }
    Imported {
        issuers,
        organization,
        ..nothing(Kind::Settings)
    }
}

fn dialect(reader: &mut Reader, object: &Object<'_>) {
    match object.get("dialect") {
        None => {}
        Some(Value::String(name)) if name == "pulumi" => {}
        Some(Value::String(name)) if name == "stringlike" => {
            let sentence = "the dialect `stringlike` is left out: the app reads patterns as Pulumi Cloud does, \
                            where `.` is a wildcard and `?` takes zero or one character";
            reader.note(NoteKind::Changed, "dialect", sentence);
        }
        other => reader.wrong("dialect", "`pulumi` or `stringlike`", other),
    }
}

fn entry(document: &IssuerDocument) -> Value {
    let issuer = &document.definition;
    let text = |text: &str| Value::String(text.to_owned());
    let mut members = vec![("name", text(&issuer.name)), ("url", text(&issuer.url))];
    members.extend(
        issuer
            .max_expiration
            .map(|seconds| ("maxExpiration", Value::Integer(seconds.into()))),
    );
    members.extend(issuer.jwks.as_deref().map(|jwks| ("jwks", keys(jwks))));
    if !issuer.thumbprints.is_empty() {
        members.push((
            "thumbprints",
            Value::Array(issuer.thumbprints.iter().map(|print| text(print)).collect()),
        ));
    }
    if document.single_use {
        members.push((SINGLE_USE, Value::Bool(true)));
    }
    if issuer.report_only {
        members.push((REPORT_ONLY, Value::Bool(true)));
    }
    members.push(("policies", policies_value(&issuer.policies)));
    if !document.samples.is_empty() {
        members.push(("samples", samples::value(&document.samples)));
    }
    if !document.preset.is_empty() {
        members.push(("preset", text(&document.preset)));
    }
    object(members)
}

/// Keys as an object, or as the text that they are where it is none.
pub(super) fn keys(jwks: &str) -> Value {
    match Value::parse(jwks) {
        Ok(keys @ Value::Object(_)) => keys,
        _ => Value::String(jwks.to_owned()),
    }
}

/// Policies as a value.
pub(super) fn policies_value(policies: &[claimgate::policy::PolicyDefinition]) -> Value {
    let json = serde_json::to_string(policies).unwrap_or_default();
    Value::parse(&json).unwrap_or(Value::Array(Vec::new()))
}

/// An object of these members.
pub(super) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}
