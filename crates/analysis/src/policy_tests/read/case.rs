//! Reads cases.

use claimgate::claim_path::ClaimPath;
use claimgate::claims::Value;
use claimgate::diagnostic::Diagnostic;
use claimgate::explain::Outcome;

use super::members::{Object, ObjectReader, claims, text};
use super::request::request;
use crate::policy_tests::file::{Case, CaseToken, Expectation, NearestExpectation, PolicyName};

/// The members of a case.
const KEYS: [&str; 12] = [
    "name", "note", "claims", "sample", "with", "without", "request", "expect", "code", "policies",
    "role", "nearest",
];

/// The members that change a sample.
const CHANGES: [&str; 2] = ["with", "without"];

/// The members of the nearest miss.
const NEAREST: [&str; 2] = ["policy", "claims"];

pub(super) fn cases(reader: &mut ObjectReader, object: &Object<'_>) -> Vec<Case> {
    let items = reader.items(object, "cases", "cases");
    let mut cases = Vec::with_capacity(items.len());
    for (path, item) in items {
        if let Some(object) = reader.object(&path, item, "a case, an object") {
            cases.extend(case(reader, &object));
        }
    }
    cases
}

fn case(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Case> {
    reader.refuse_others(object, &KEYS);
    if object.get("name").is_none() {
        reader.wrong(object.at("name"), "a name", None);
    }
    let name = text(reader, object, "name");
    let note = text(reader, object, "note");
    let token = token(reader, object);
    let request = request(reader, object);
    let expect = expectation(reader, object);
    Some(Case {
        name: name?,
        note,
        token: token?,
        request: request?,
        expect: expect?,
    })
}

fn token(reader: &mut ObjectReader, object: &Object<'_>) -> Option<CaseToken> {
    match (object.get("claims"), object.get("sample")) {
        (Some(_), Some(_)) => {
            reader.mismatch(object.at("sample"), "`claims` or `sample`", "both");
            None
        }
        (None, None) => {
            reader.mismatch(&*object.path, "`claims` or `sample`", "neither");
            None
        }
        (written, None) => {
            for name in CHANGES.iter().filter(|name| object.get(name).is_some()) {
                let expected = "a `sample` that it changes";
                reader.mismatch(object.at(name), expected, "`claims`");
            }
            claims(reader, &object.at("claims"), written).map(CaseToken::Claims)
        }
        (None, Some(_)) => {
            let name = text(reader, object, "sample");
            let with = with(reader, object);
            let without = reader.texts(object, "without").unwrap_or_default();
            for (index, claim) in without.iter().enumerate() {
                let path = format!("{}[{index}]", object.at("without"));
                check_path(reader, path, claim);
            }
            Some(CaseToken::Sample {
                name: name?,
                with,
                without,
            })
        }
    }
}

fn with(reader: &mut ObjectReader, object: &Object<'_>) -> Vec<(String, Value)> {
    let Some(value) = object.get("with") else {
        return Vec::new();
    };
    let expected = "an object of values by claim path";
    let Some(values) = reader.object(&object.at("with"), value, expected) else {
        return Vec::new();
    };
    for (claim, _) in values.members {
        check_path(reader, values.at(&ClaimPath::of(&[claim])), claim);
    }
    values.members.to_vec()
}

fn check_path(reader: &mut ObjectReader, path: String, claim: &str) {
    if let Err(error) = ClaimPath::parse(claim) {
        let error = Diagnostic::error(path, error.code(), error.to_string());
        reader.errors.push(error);
    }
}

fn expectation(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Expectation> {
    if object.get("expect").is_none() {
        reader.wrong(object.at("expect"), "`allowed` or `denied`", None);
    }
    let decision = reader.word(object, "expect", &["allowed", "denied"], outcome);
    let code = text(reader, object, "code");
    let policies = object.get("policies").map(|_| policies(reader, object));
    let role = role(reader, object);
    let nearest = nearest(reader, object);
    Some(Expectation {
        decision: decision?,
        code,
        policies,
        role,
        nearest,
    })
}

fn outcome(word: &str) -> Option<Outcome> {
    match word {
        "allowed" => Some(Outcome::Allowed),
        "denied" => Some(Outcome::Denied),
        _ => None,
    }
}

fn policies(reader: &mut ObjectReader, object: &Object<'_>) -> Vec<PolicyName> {
    let items = reader.items(object, "policies", "policies");
    let names = items
        .into_iter()
        .map(|(path, item)| policy(reader, path, item));
    names.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// A policy's number or name.
fn policy(reader: &mut ObjectReader, path: String, value: &Value) -> Option<PolicyName> {
    let number = match value {
        Value::String(name) if !name.is_empty() => return Some(PolicyName::Name(name.clone())),
        Value::Integer(number) => usize::try_from(*number).ok(),
        _ => None,
    };
    match number {
        Some(0) => reader.mismatch(path, "the number of a policy, from 1", "0"),
        Some(number) => return Some(PolicyName::Number(number)),
        None => reader.wrong(path, "the number or name of a policy", Some(value)),
    }
    None
}

/// A role, or `null` for none.
fn role(reader: &mut ObjectReader, object: &Object<'_>) -> Option<Option<String>> {
    match object.get("role")? {
        Value::Null => Some(None),
        Value::String(role) if !role.is_empty() => Some(Some(role.clone())),
        other => {
            reader.wrong(object.at("role"), "a role, or null for none", Some(other));
            None
        }
    }
}

/// The nearest miss: a policy, or an object with one and the claims that miss.
fn nearest(reader: &mut ObjectReader, object: &Object<'_>) -> Option<NearestExpectation> {
    let path = object.at("nearest");
    let value = object.get("nearest")?;
    if !matches!(value, Value::Object(_)) {
        let policy = policy(reader, path, value)?;
        return Some(NearestExpectation {
            policy,
            claims: None,
        });
    }
    let object = reader.object(&path, value, "a nearest miss")?;
    reader.refuse_others(&object, &NEAREST);
    let claims = reader.texts(&object, "claims");
    let Some(value) = object.get("policy") else {
        reader.wrong(object.at("policy"), "the number or name of a policy", None);
        return None;
    };
    let policy = policy(reader, object.at("policy"), value)?;
    Some(NearestExpectation { policy, claims })
}
