//! Reads properties.

use claimgate::claim_path::ClaimPath;
use claimgate::claims::Value;
use claimgate::diagnostic::{Diagnostic, join};
use claimgate::expected::nearest;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};

use super::members::{Object, ObjectReader, text};
use super::request::filter;
use crate::check::CODES;
use crate::policy_tests::property::{Property, PropertyKind};

/// The members that state what should hold.
const KINDS: [&str; 6] = [
    "never",
    "only",
    "atMost",
    "equivalent",
    "noFindings",
    "noOutsiders",
];

/// The members of a property.
const KEYS: [&str; 10] = [
    "name",
    "note",
    "never",
    "only",
    "atMost",
    "equivalent",
    "noFindings",
    "noOutsiders",
    "request",
    "allowUndecided",
];

pub(super) fn properties(
    reader: &mut ObjectReader,
    object: &Object<'_>,
    dialect: Dialect,
) -> Vec<Property> {
    let items = reader.items(object, "properties", "properties");
    let mut properties: Vec<Property> = Vec::with_capacity(items.len());
    for (path, item) in items {
        let Some(object) = reader.object(&path, item, "a property, an object") else {
            continue;
        };
        let Some(property) = property(reader, &object, dialect) else {
            continue;
        };
        let is_repeated = properties.iter().any(|other| other.name == property.name);
        if is_repeated && object.get("name").is_none() {
            let expected = format!(
                "a `name`, since another property is `{}` too",
                property.name
            );
            reader.mismatch(object.path, &expected, "none");
        }
        properties.push(property);
    }
    properties
}

fn property(reader: &mut ObjectReader, object: &Object<'_>, dialect: Dialect) -> Option<Property> {
    reader.refuse_others(object, &KEYS);
    let name = text(reader, object, "name");
    let note = text(reader, object, "note");
    let request = filter(reader, object);
    let allow_undecided = reader.flag(object, "allowUndecided");
    let kind = kind(reader, object, dialect)?;
    let is_about_requests = !matches!(
        kind,
        PropertyKind::NoFindings { .. } | PropertyKind::NoOutsiders { .. }
    );
    if request.is_some() && !is_about_requests {
        let expected = format!("no `request` with `{}`", kind.key());
        reader.mismatch(object.at("request"), &expected, "one");
    }
    Some(Property {
        name: name.unwrap_or_else(|| kind.title()),
        note,
        kind,
        request,
        allow_undecided,
    })
}

fn kind(reader: &mut ObjectReader, object: &Object<'_>, dialect: Dialect) -> Option<PropertyKind> {
    let mut stated = KINDS.iter().filter(|kind| object.get(kind).is_some());
    let (Some(key), None) = (stated.next(), stated.next()) else {
        let kinds: Vec<_> = KINDS.iter().map(|kind| format!("`{kind}`")).collect();
        let expected = format!("one of {}", kinds.join(", "));
        let count = KINDS.iter().filter(|kind| object.get(kind).is_some());
        let found = if count.count() == 0 {
            "none"
        } else {
            "several"
        };
        reader.mismatch(&*object.path, &expected, found);
        return None;
    };
    match *key {
        "never" => rules(reader, object, key, dialect).map(PropertyKind::Never),
        "only" => rules(reader, object, key, dialect).map(PropertyKind::Only),
        "atMost" => text(reader, object, key).map(PropertyKind::AtMost),
        "equivalent" => text(reader, object, key).map(PropertyKind::Equivalent),
        "noFindings" => no_findings(reader, object),
        _ => no_outsiders(reader, object),
    }
}

fn no_findings(reader: &mut ObjectReader, object: &Object<'_>) -> Option<PropertyKind> {
    let terms = terms(reader, object, "noFindings", &["except", "notes"])?;
    let except = terms.as_ref().and_then(|own| codes(reader, own));
    let notes = terms.is_some_and(|own| reader.flag(&own, "notes"));
    let except = except.unwrap_or_default();
    Some(PropertyKind::NoFindings { except, notes })
}

/// The codes of findings that may be there.
fn codes(reader: &mut ObjectReader, terms: &Object<'_>) -> Option<Vec<String>> {
    let codes = reader.texts(terms, "except")?;
    for (index, code) in codes.iter().enumerate() {
        if !CODES.contains(&code.as_str()) {
            let path = format!("{}[{index}]", terms.at("except"));
            reader.mismatch(path, "the code of a finding", &format!("`{code}`"));
            if let (Some(error), Some(nearest)) = (reader.errors.last_mut(), nearest(code, &CODES))
            {
                error.help = Some(format!("did you mean `{nearest}`?"));
            }
        }
    }
    Some(codes)
}

fn no_outsiders(reader: &mut ObjectReader, object: &Object<'_>) -> Option<PropertyKind> {
    let terms = terms(reader, object, "noOutsiders", &["except"])?;
    let except = terms.and_then(|own| reader.texts(&own, "except"));
    let except = except.unwrap_or_default();
    Some(PropertyKind::NoOutsiders { except })
}

/// `true`, or an object with these members.
fn terms<'a>(
    reader: &mut ObjectReader,
    object: &Object<'a>,
    key: &str,
    known: &[&str],
) -> Option<Option<Object<'a>>> {
    let value = object.get(key)?;
    if *value == Value::Bool(true) {
        return Some(None);
    }
    let expected = "`true`, or an object with `except`";
    let terms = reader.object(&object.at(key), value, expected)?;
    reader.refuse_others(&terms, known);
    Some(Some(terms))
}

/// Claim paths and patterns.
fn rules(
    reader: &mut ObjectReader,
    object: &Object<'_>,
    key: &str,
    dialect: Dialect,
) -> Option<Vec<(String, String)>> {
    let value = object.get(key)?;
    let expected = "an object of claim paths and patterns";
    let members = reader.object(&object.at(key), value, expected)?;
    if key == "only" && members.members.is_empty() {
        reader.mismatch(&*members.path, "at least one rule", "none");
        if let Some(error) = reader.errors.last_mut() {
            let help = "no rules hold on every token, so that this says nothing; `never: {}` says that no token is admitted";
            error.help = Some(help.to_owned());
        }
        return None;
    }
    let mut deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
    for (claim, pattern) in members.members {
        match pattern.scalar_text() {
            Some(pattern) => deny = deny.rule(claim, pattern),
            None => {
                let path = members.at(&ClaimPath::of(&[claim]));
                reader.wrong(path, "a pattern in a string", Some(pattern));
            }
        }
    }
    if let Err(errors) = PolicySet::compile(std::slice::from_ref(&deny), dialect) {
        let at = |error: Diagnostic| {
            let inner = error.path.strip_prefix("policies[0].rules");
            let inner = inner.unwrap_or_default().trim_start_matches('.').to_owned();
            let path = join(&members.path, &inner);
            error.at(path)
        };
        reader.errors.extend(errors.into_iter().map(at));
    }
    Some(deny.rules)
}
