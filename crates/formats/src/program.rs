//! `pulumiservice:index:OidcIssuer` in a Pulumi program written in YAML or JSON.

use claimgate::diagnostic::join;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::pattern::Dialect;

use super::document::{Document, IssuerDocument, IssuerPlace, Kind, PoliciesPlace};
use super::issuers::{check, max_expiration, thumbprints};
use super::notes::LEFT_OUT;
use super::policies::policies;
use super::reader::{Object, Reader};

/// What the type of the resource may be written as.
const TYPES: [&str; 2] = ["pulumiservice:index:OidcIssuer", "pulumiservice:OidcIssuer"];

/// Reads a program; notes every resource that is not an issuer.
pub(super) fn read(reader: &mut Reader, program: &Object<'_>) -> Document {
    reader.ignore_others(program, &["resources"], LEFT_OUT, "only resources are read");
    let mut document = Document::empty(Kind::Program);
    let resources = program
        .get("resources")
        .and_then(|value| reader.object("resources", value, "an object"));
    for (name, value) in resources
        .as_ref()
        .map(|resources| resources.members)
        .unwrap_or_default()
    {
        resource(reader, name, value, &mut document);
    }
    if document.issuers.is_empty() && reader.errors.is_empty() {
        let message = format!("expected a resource of type `{}`, found none", TYPES[0]);
        reader.error("resources", message);
    }
    document
}

fn resource(reader: &mut Reader, name: &str, value: &Value, document: &mut Document) {
    let path = join("resources", name);
    let Some(resource) = reader.object(&path, value, "a resource, an object") else {
        return;
    };
    let kind = reader.required_text(&resource, "type").unwrap_or_default();
    if !TYPES.contains(&kind.as_str()) {
        reader.note(
            LEFT_OUT,
            path,
            format!("`{name}` is left out: it is a `{kind}`, not an issuer"),
        );
        return;
    }
    reader.ignore_others(
        &resource,
        &["type", "properties"],
        LEFT_OUT,
        "only `properties` are read",
    );
    let Some(properties) = resource.get("properties") else {
        reader.wrong(resource.at("properties"), "an object", None);
        return;
    };
    let properties = literal(reader, &resource.at("properties"), properties);
    let read = issuer(reader, &resource, &properties, &mut document.organization);
    if let Some((issuer, place)) = read {
        document.issuers.push(issuer);
        document.places.push(place);
    }
}

fn issuer(
    reader: &mut Reader,
    resource: &Object<'_>,
    properties: &Value,
    organization: &mut Option<String>,
) -> Option<(IssuerDocument, IssuerPlace)> {
    let object = reader.object(&resource.at("properties"), properties, "an object")?;
    let known = [
        "organization",
        "name",
        "url",
        "maxExpirationSeconds",
        "thumbprints",
        "policies",
    ];
    reader.refuse_others(&object, &known);
    let before = reader.errors.len();
    note_organization(reader, &object, organization);
    let (policies, place) = match object.get("policies") {
        Some(value) => policies(reader, &object.at("policies"), value),
        None => (Vec::new(), PoliciesPlace::Array(object.at("policies"))),
    };
    let definition = IssuerDefinition {
        name: reader.required_text(&object, "name").unwrap_or_default(),
        url: reader.text(&object, "url").unwrap_or_default(),
        max_expiration: max_expiration(reader, &object, "maxExpirationSeconds"),
        jwks: None,
        thumbprints: thumbprints(reader, &object, true),
        audiences: None,
        policies,
        report_only: false,
    };
    let names = (&place, "maxExpirationSeconds", Dialect::Pulumi);
    check(reader, &object, &definition, names);
    let has_policies = object.get("policies").is_some();
    let issuer = IssuerDocument {
        definition,
        preset: String::new(),
        single_use: false,
        samples: Vec::new(),
        has_policies,
    };
    let place = IssuerPlace {
        issuer: object.path,
        policies: place,
    };
    (reader.errors.len() == before).then_some((issuer, place))
}

/// The organization of the first issuer; another one is noted.
fn note_organization(reader: &mut Reader, object: &Object<'_>, organization: &mut Option<String>) {
    let Some(found) = reader.required_text(object, "organization") else {
        return;
    };
    match organization {
        None => *organization = Some(found),
        Some(first) if *first != found => {
            let sentence = format!(
                "`{found}` is left out: issuers here are of one organization, and the first is of `{first}`"
            );
            reader.note(LEFT_OUT, object.at("organization"), sentence);
        }
        Some(_) => {}
    }
}

/// The value with `$$` read as `$`; references to something else cannot be read.
fn literal(reader: &mut Reader, path: &str, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(literal_text(reader, path, text)),
        Value::Array(items) => {
            let item = |(index, item)| literal(reader, &format!("{path}[{index}]"), item);
            Value::Array(items.iter().enumerate().map(item).collect())
        }
        Value::Object(members) => {
            let mut read = Vec::with_capacity(members.len());
            for (name, value) in members {
                let path = join(path, name);
                read.push((
                    literal_text(reader, &path, name),
                    literal(reader, &path, value),
                ));
            }
            Value::Object(read)
        }
        other => other.clone(),
    }
}

fn literal_text(reader: &mut Reader, path: &str, text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        read.push_str(before);
        read.push('$');
        if after.starts_with('{') {
            let message =
                format!("expected text, found `{text}`, a reference that cannot be resolved");
            reader.error(path, message);
        }
        rest = after.strip_prefix('$').unwrap_or(after);
    }
    read.push_str(rest);
    read
}
