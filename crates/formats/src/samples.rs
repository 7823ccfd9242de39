//! Sample claims within a Claimgate file.

use claimgate::explain::Outcome;
use claimgate::json::Value;
use claimgate::policy::TokenType;
use serde::Serialize;

use super::notes::LEFT_OUT;
use super::reader::{Object, Reader};
use super::value::object;

/// Decoded claims to try policies on, and the request to try them with. Never a token.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Its identifier among the issuer's samples.
    pub id: String,
    /// Its label.
    pub name: String,
    /// The claims, as the text of a JSON object.
    pub claims: String,
    /// `organization`, `team`, `personal` or `runner`.
    pub token_type: String,
    /// The requested team, user or runner; empty for an organization.
    pub target: String,
    /// Whether admin is requested.
    pub admin: bool,
    /// The expected decision, which makes it a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<Outcome>,
}

impl Sample {
    /// A sample without claims, for an organization token.
    pub fn blank(id: String) -> Self {
        Self {
            id,
            name: String::new(),
            claims: String::new(),
            token_type: TokenType::Organization.as_str().to_owned(),
            target: String::new(),
            admin: false,
            expect: None,
        }
    }
}

/// The name of an expected decision.
pub const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allowed",
        Outcome::Denied => "denied",
    }
}

/// The expected decision with that name.
pub fn outcome_of(word: &str) -> Option<Outcome> {
    [Outcome::Allowed, Outcome::Denied]
        .into_iter()
        .find(|outcome| outcome_word(*outcome) == word)
}

const KEYS: [&str; 7] = [
    "id",
    "name",
    "claims",
    "tokenType",
    "target",
    "admin",
    "expect",
];

/// Reads an issuer's samples, if it has any.
pub(super) fn samples(reader: &mut Reader, issuer: &Object<'_>) -> Vec<Sample> {
    if issuer.get("samples").is_none() {
        return Vec::new();
    }
    let items = reader.required_list(issuer, "samples", "samples");
    let mut samples = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = format!("{}[{index}]", issuer.at("samples"));
        let Some(object) = reader.object(&path, item, "a sample, an object") else {
            continue;
        };
        samples.extend(sample(reader, &object, index + 1));
    }
    samples
}

fn sample(reader: &mut Reader, object: &Object<'_>, number: usize) -> Option<Sample> {
    reader.refuse_others(object, &KEYS);
    let claims = claims(reader, object);
    let sample = Sample {
        id: format!("s{number}"),
        name: reader
            .text(object, "name")
            .unwrap_or_else(|| format!("Sample {number}")),
        claims: claims.clone().unwrap_or_default(),
        token_type: token_type(reader, object),
        target: reader.text(object, "target").unwrap_or_default(),
        admin: reader.flag(object, "admin"),
        expect: expect(reader, object),
    };
    claims.is_some().then_some(sample)
}

/// The claims as the text that the app keeps. A text that is not an object may be anything, a token
/// too: it is left out.
fn claims(reader: &mut Reader, object: &Object<'_>) -> Option<String> {
    match object.get("claims") {
        // Indenting for people costs the npm package 10 kB.
        Some(claims @ Value::Object(_)) if cfg!(feature = "import") => {
            Some(claims.to_json_pretty())
        }
        Some(claims @ Value::Object(_)) => Some(claims.to_json()),
        Some(Value::String(text)) if matches!(Value::parse(text), Ok(Value::Object(_))) => {
            Some(text.clone())
        }
        Some(Value::String(_)) => {
            let sentence = "the sample is left out: its claims are not a JSON object";
            reader.note(LEFT_OUT, object.at("claims"), sentence);
            None
        }
        other => {
            reader.wrong(object.at("claims"), "decoded claims, an object", other);
            None
        }
    }
}

fn token_type(reader: &mut Reader, object: &Object<'_>) -> String {
    match object.get("tokenType") {
        None => TokenType::Organization.as_str().to_owned(),
        Some(Value::String(name)) if TokenType::parse(name).is_some() => name.clone(),
        other => {
            reader.wrong(
                object.at("tokenType"),
                "`organization`, `team`, `personal` or `runner`",
                other,
            );
            String::new()
        }
    }
}

fn expect(reader: &mut Reader, object: &Object<'_>) -> Option<Outcome> {
    let given = object.get("expect")?;
    let expected = given.as_str().and_then(outcome_of);
    if expected.is_none() {
        reader.wrong(object.at("expect"), "`allowed` or `denied`", Some(given));
    }
    expected
}

/// Samples as a value: the claims as an object where they are one.
pub(super) fn value(samples: &[Sample]) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let entry = |sample: &Sample| {
        let claims = match Value::parse(&sample.claims) {
            Ok(claims @ Value::Object(_)) => claims,
            _ => text(&sample.claims),
        };
        let mut members = vec![
            ("name", text(&sample.name)),
            ("claims", claims),
            ("tokenType", text(&sample.token_type)),
        ];
        if !sample.target.is_empty() {
            members.push(("target", text(&sample.target)));
        }
        if sample.admin {
            members.push(("admin", Value::Bool(true)));
        }
        if let Some(expected) = sample.expect {
            members.push(("expect", text(outcome_word(expected))));
        }
        object(members)
    };
    Value::Array(samples.iter().map(entry).collect())
}
