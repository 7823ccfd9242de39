//! `claimgate.json`: issuers with their policies, in the shape that the npm engine is configured
//! with.

use claimgate::audience::AUDIENCES;
use claimgate::diagnostic::{Diagnostic, Diagnostics, join};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::REPORT_ONLY;

use super::document::{Document, IssuerDocument, Kind};
use super::issuers::{SINGLE_USE, Unknown, issuer};
use super::notes::CHANGED;
use super::reader::{Object, Reader};
use super::samples;
use super::value::{keys, object, policies_value};

/// What the file is called.
pub const FILE: &str = "claimgate.json";

/// The version that is written, and the only one that is read.
const VERSION: i128 = 1;

/// The longest leeway, in seconds: more would accept tokens that expired long ago.
pub const MAX_LEEWAY: u64 = 600;

/// The members of a file.
const KEYS: [&str; 6] = [
    "version",
    "issuers",
    "organization",
    "leeway",
    "maxSize",
    "dialect",
];

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

/// Reads the configuration of an engine, as `claimgate.json` has it.
///
/// # Errors
/// Every error, in the configuration's order.
pub fn read_configuration(value: &Value) -> Result<Document, Diagnostics> {
    let mut reader = Reader::default();
    let Some(object) = reader.object("", value, "a configuration, an object") else {
        return Err(reader.objects.errors);
    };
    let document = read(&mut reader, &object);
    repeated_urls(&mut reader, &document);
    reader.objects.errors.or(document)
}

/// Reads a file.
pub(super) fn read(reader: &mut Reader, object: &Object<'_>) -> Document {
    reader.refuse_others(object, &KEYS);
    if let Some(version) = object
        .get("version")
        .filter(|version| **version != Value::Integer(VERSION))
    {
        reader.wrong("version", &format!("version {VERSION}"), Some(version));
    }
    reader.ignore(object, &["leeway", "maxSize"], "the app has its own");
    let mut document = Document {
        dialect: dialect(reader, object),
        organization: reader.text(object, "organization"),
        leeway: leeway(reader, object),
        max_size: max_size(reader, object),
        ..Document::empty(Kind::Settings)
    };
    for (index, item) in reader
        .required_list(object, "issuers", "issuers")
        .iter()
        .enumerate()
    {
        let path = format!("issuers[{index}]");
        let read = issuer(reader, &path, item, Unknown::Refused, document.dialect);
        if let Some((issuer, place)) = read {
            document.issuers.push(issuer);
            document.places.push(place);
        }
    }
    document
}

fn leeway(reader: &mut Reader, object: &Object<'_>) -> Option<u64> {
    let seconds = reader.seconds(object, "leeway")?;
    if seconds > MAX_LEEWAY {
        let expected = format!("at most {MAX_LEEWAY} seconds");
        reader.mismatch("leeway", &expected, &seconds.to_string());
    }
    Some(seconds)
}

fn max_size(reader: &mut Reader, object: &Object<'_>) -> Option<u64> {
    let size = reader.count(object, "maxSize")?;
    if size == 0 {
        reader.mismatch("maxSize", "a number of bytes from 1", "0");
    }
    Some(size)
}

fn dialect(reader: &mut Reader, object: &Object<'_>) -> Dialect {
    let Some(written) = object.get("dialect") else {
        return Dialect::Pulumi;
    };
    let dialect = written.as_str().and_then(Dialect::parse);
    match dialect {
        None => reader.wrong("dialect", "`pulumi` or `stringlike`", Some(written)),
        Some(Dialect::Pulumi) => {}
        Some(Dialect::StringLike) => {
            let sentence = "the dialect `stringlike` is left out: the app reads patterns as Pulumi Cloud does, \
                            where `.` is a wildcard and `?` takes zero or one character";
            reader.note(CHANGED, "dialect", sentence);
        }
    }
    dialect.unwrap_or_default()
}

/// Refuses a second issuer of one URL: tokens of it would be refused.
pub(super) fn repeated_urls(reader: &mut Reader, document: &Document) {
    let urls: Vec<_> = document
        .issuers
        .iter()
        .map(|issuer| &issuer.definition.url)
        .collect();
    for (index, (url, place)) in urls.iter().zip(&document.places).enumerate() {
        if urls.iter().take(index).any(|other| other == url) {
            let message = format!("`{url}` is the URL of two issuers");
            let help = "tokens of it would be refused: keep one issuer, with the policies of both";
            reader.errors.push(
                Diagnostic::error(join(&place.issuer, "url"), "issuer-repeated", message)
                    .help(help),
            );
        }
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
    members.extend(issuer.audiences.as_ref().map(|list| {
        (
            AUDIENCES,
            Value::Array(list.iter().map(|audience| text(audience)).collect()),
        )
    }));
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
