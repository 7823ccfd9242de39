//! Reads providers from their files.

use claimgate::json::Value;

use super::{Case, Derived, Group, Known, Parameter, Provider, Shape, WorkflowTemplate, files};

/// Reads a provider's file; none if it is invalid, which a test detects.
pub(super) fn read(file: &str) -> Option<Provider> {
    let value = Value::parse(file).ok()?;
    let group = text(&value, "group")?;
    Some(Provider {
        id: text(&value, "id")?,
        name: text(&value, "name")?,
        group: Group::ALL.into_iter().find(|known| known.word() == group)?,
        source: text(&value, "source")?,
        parameters: list(&value, "asks", parameter)?,
        checklist: texts(&value, "checklist")?,
        note: text(&value, "note")?,
        url: text(&value, "url")?,
        derived: members(&value, "derived")?
            .iter()
            .map(derived)
            .collect::<Option<_>>()?,
        header: value.member("header")?.clone(),
        claims: value.member("claims")?.clone(),
        policies: value.member("policies")?.clone(),
        known: members(&value, "knownClaims")?
            .iter()
            .map(known)
            .collect::<Option<_>>()?,
        workflows: list(&value, "workflows", workflow)?,
    })
}

fn parameter(value: &Value) -> Option<Parameter> {
    Some(Parameter {
        id: text(value, "id")?,
        label: text(value, "label")?,
        example: text(value, "example")?,
        hint: text(value, "hint")?,
        is_optional: flag(value, "optional")?,
        is_exchange_only: flag(value, "exchangeOnly")?,
        shape: match value.member("shape") {
            None => Shape::Part,
            Some(shape) => Shape::ALL
                .into_iter()
                .find(|known| Some(known.word()) == shape.as_str())?,
        },
    })
}

fn derived((id, value): &(String, Value)) -> Option<Derived> {
    let cases = match value {
        Value::String(text) => vec![Case {
            given: None,
            text: text.clone(),
        }],
        Value::Array(items) => items.iter().map(case).collect::<Option<_>>()?,
        _ => return None,
    };
    Some(Derived {
        id: id.clone(),
        cases,
    })
}

fn case(value: &Value) -> Option<Case> {
    Some(Case {
        given: text(value, "given"),
        text: text(value, "text")?,
    })
}

fn known((path, value): &(String, Value)) -> Option<Known> {
    Some(Known {
        path: path.clone(),
        doc: text(value, "doc")?,
        values: texts(value, "values")?,
        patterns: texts(value, "patterns")?,
    })
}

fn workflow(value: &Value) -> Option<WorkflowTemplate> {
    let template = text(value, "template")?;
    let (_, content) = files::WORKFLOWS
        .iter()
        .find(|(name, _)| *name == template)?;
    Some(WorkflowTemplate {
        title: text(value, "title")?,
        file: text(value, "file")?,
        language: text(value, "language")?,
        text: content,
    })
}

pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value.member(name)?.as_str().map(str::to_owned)
}

fn flag(value: &Value, name: &str) -> Option<bool> {
    match value.member(name) {
        None => Some(false),
        Some(Value::Bool(flag)) => Some(*flag),
        Some(_) => None,
    }
}

/// A list of strings; empty if absent.
pub(super) fn texts(value: &Value, name: &str) -> Option<Vec<String>> {
    match value.member(name) {
        None => Some(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        Some(_) => None,
    }
}

pub(super) fn list<T>(value: &Value, name: &str, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match value.member(name)? {
        Value::Array(items) => items.iter().map(read).collect(),
        _ => None,
    }
}

fn members<'a>(value: &'a Value, name: &str) -> Option<&'a [(String, Value)]> {
    match value.member(name)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}
