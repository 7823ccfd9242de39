//! The examples of `docs/explanations.md`, run.
//!
//! - Blocks `json policies`, `json claims` and `json request` set the stage.
//! - A block `text` is the explanation as text, a block `json /pointer` a part of its JSON.
//! - Tables of fields hold in all the explanations of the page: no field is left out, none is made
//!   up, each is of its type.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Explanation, explain_with, render_text};
use claimgate::pattern::{Dialect, Pattern, Trace};
use claimgate::policy::{PolicySet, RequestedToken, parse_policies};
use serde_json::{Value, json};

use crate::markdown::{Block, Fence, Table, blocks, file, span};
use crate::sources::SOURCES;

const PAGE: &str = "docs/explanations.md";

/// Where an explanation has what the tables describe.
const PLACES: [(&str, &[&str]); 16] = [
    ("explanation", &[""]),
    ("reason", &["reason"]),
    ("cost", &["cost"]),
    ("request", &["request"]),
    ("policy", &["policies/*"]),
    ("rule", &["policies/*/rules/*"]),
    ("value", &["policies/*/rules/*/values/*"]),
    ("match", &["policies/*/rules/*/values/*/trace?matched"]),
    (
        "capture",
        &["policies/*/rules/*/values/*/trace?matched/captures/*"],
    ),
    ("stop", &["policies/*/rules/*/values/*/trace?stopped"]),
    (
        "offset",
        &[
            "policies/*/rules/*/values/*/trace?stopped/pattern",
            "policies/*/rules/*/values/*/trace?stopped/value",
            "policies/*/rules/*/values/*/trace?matched/captures/*/pattern/start",
            "policies/*/rules/*/values/*/trace?matched/captures/*/value/end",
        ],
    ),
    ("default denial", &["defaultDenial"]),
    ("nearest miss", &["nearestMiss"]),
    ("change", &["nearestMiss/changes/*"]),
    ("grant", &["grant"]),
    ("hint", &["hints/*"]),
];

#[test]
fn the_examples_of_the_explanations_hold() {
    let mut stage = Stage::default();
    let (mut texts, mut parts, mut rows) = (0, 0, 0);
    for block in blocks(&file(PAGE)) {
        match block {
            Block::Fence(fence) => match fence.words().as_slice() {
                ["json", "policies"] => stage.policies = fence.text,
                ["json", "claims"] => stage.claims = fence.text,
                ["json", "request"] => stage.request = fence.text,
                ["text"] => {
                    assert_eq!(
                        render_text(&stage.explanation()),
                        fence.text,
                        "{PAGE}, line {}",
                        fence.line
                    );
                    texts += 1;
                }
                ["json", pointer] => {
                    stage.part(&fence, pointer);
                    parts += 1;
                }
                other => panic!("line {}: what is {other:?}?", fence.line),
            },
            Block::Table(table) => rows += row_by_row(&table),
        }
    }
    assert!(
        texts >= 3 && parts >= 2 && rows >= 20,
        "{texts} texts, {parts} parts and {rows} rows were found"
    );
}

#[test]
fn the_fields_of_the_explanations_are_described() {
    let page = blocks(&file(PAGE));
    let explanations = explanations(&page);
    let mut described = Vec::new();
    for block in &page {
        let Block::Table(table) = block else { continue };
        let Some(name) = table.header[0].strip_prefix("of ") else {
            continue;
        };
        let name = ["a ", "an ", "the "]
            .iter()
            .find_map(|article| name.strip_prefix(article))
            .unwrap();
        let (_, places) = PLACES.iter().find(|(place, _)| *place == name).unwrap();
        let mut seen: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for object in explanations
            .iter()
            .flat_map(|root| places.iter().flat_map(|place| select(root, place)))
        {
            for (field, value) in object.as_object().into_iter().flatten() {
                seen.entry(format!("`{field}`"))
                    .or_default()
                    .insert(kind(value));
            }
        }
        let types = |row: &Vec<String>| {
            (
                row[0].clone(),
                row[1].split(" or ").map(str::to_owned).collect(),
            )
        };
        let rows: BTreeMap<String, BTreeSet<String>> = table.rows.iter().map(types).collect();
        let names: Vec<_> = rows.keys().collect();
        assert_eq!(names, seen.keys().collect::<Vec<_>>(), "of {name}");
        for (field, kinds) in &seen {
            let is_described = kinds.iter().all(|kind| rows[field].contains(*kind));
            assert!(
                is_described,
                "{field} of {name} is {kinds:?}, described as {:?}",
                rows[field]
            );
        }
        described.push(name);
    }
    assert_eq!(described, PLACES.map(|(name, _)| name));
}

#[derive(Default)]
struct Stage {
    policies: String,
    claims: String,
    request: String,
}

impl Stage {
    fn explanation(&self) -> Explanation {
        explained(&self.policies, &self.claims, &requested(&self.request))
    }

    fn part(&self, fence: &Fence, pointer: &str) {
        let explanation = serde_json::to_value(self.explanation()).unwrap();
        let expected: Value = serde_json::from_str(&fence.text).unwrap_or_default();
        let found = explanation.pointer(pointer).unwrap();
        assert_eq!(*found, expected, "{PAGE}, line {}: {found:#}", fence.line);
    }
}

/// Every explanation of the page, and some whose fields it tells about without an example.
fn explanations(page: &[Block]) -> Vec<Value> {
    let mut stage = Stage::default();
    let mut all = Vec::new();
    for block in page {
        let Block::Fence(fence) = block else { continue };
        match fence.words().as_slice() {
            ["json", "policies"] => stage.policies.clone_from(&fence.text),
            ["json", "claims"] => stage.claims.clone_from(&fence.text),
            ["json", "request"] => stage.request.clone_from(&fence.text),
            _ => all.push(stage.explanation()),
        }
    }
    let role = r#"{"decision": "allow", "tokenType": "organization", "roleID": "r", "rules": {"a": "b", "c": "d"}}"#;
    let organization = RequestedToken::Organization { admin: false };
    all.extend(
        [r#"{"a": "b", "c": "d"}"#, r#"{"a": "b", "c": null}"#]
            .map(|claims| explained(role, claims, &organization)),
    );
    all.into_iter()
        .map(|explanation| serde_json::to_value(explanation).unwrap())
        .collect()
}

fn explained(policies: &str, claims: &str, request: &RequestedToken) -> Explanation {
    let policies = PolicySet::compile(&parse_policies(policies).unwrap(), Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(claims).unwrap());
    explain_with(&policies, &claims, request, SOURCES)
}

/// A request from the JSON that an explanation has for it.
fn requested(json: &str) -> RequestedToken {
    let value: Value = serde_json::from_str(json).unwrap();
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let all = [
        RequestedToken::Organization {
            admin: value["admin"] == true,
        },
        RequestedToken::Team { name: text("name") },
        RequestedToken::Personal {
            login: text("login"),
        },
        RequestedToken::Runner { name: text("name") },
    ];
    all.into_iter()
        .find(|request| serde_json::to_value(request).unwrap() == value)
        .unwrap()
}

/// The values at a path of member names: `*` is every element, `trace?matched` the trace if its
/// outcome is that.
fn select<'a>(root: &'a Value, path: &str) -> Vec<&'a Value> {
    path.split('/')
        .filter(|step| !step.is_empty())
        .fold(vec![root], |values, step| {
            let (name, outcome) = step
                .split_once('?')
                .map_or((step, None), |(name, outcome)| (name, Some(outcome)));
            let next = |value: &'a Value| match name {
                "*" => value
                    .as_array()
                    .map(|items| items.iter().collect())
                    .unwrap_or_default(),
                name => value.get(name).into_iter().collect::<Vec<_>>(),
            };
            let is_wanted =
                |value: &&Value| outcome.is_none_or(|outcome| value["outcome"] == outcome);
            values
                .into_iter()
                .flat_map(next)
                .filter(is_wanted)
                .collect()
        })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Checks the rows of a table of examples, and says how many there are.
fn row_by_row(table: &Table) -> usize {
    let names: Vec<&str> = table.header.iter().map(String::as_str).collect();
    let found = |row: &[String]| match names.as_slice() {
        ["pattern", "value", "took"] => took(span(&row[0]), span(&row[1])),
        ["pattern", "value", "sentence"] => stopped(span(&row[0]), span(&row[1])),
        ["claim", "pattern", "claims", "code"] => {
            hinted(span(&row[0]), span(&row[1]), span(&row[2]))
        }
        other => panic!("line {}: what is a table of {other:?}?", table.line),
    };
    if names[0].starts_with("of ") {
        return 0;
    }
    for row in &table.rows {
        assert_eq!(
            row.last().unwrap(),
            &found(row),
            "{PAGE}, below line {}: {row:?}",
            table.line
        );
    }
    table.rows.len()
}

fn took(pattern: &str, value: &str) -> String {
    let Trace::Matched { captures } = Pattern::new(pattern, Dialect::Pulumi).unwrap().trace(value)
    else {
        panic!("{pattern} does not match {value}")
    };
    let text = |text: String| {
        if text.is_empty() {
            "(nothing)".to_owned()
        } else {
            format!("`{text}`")
        }
    };
    captures
        .into_iter()
        .map(|capture| text(capture.text))
        .collect::<Vec<_>>()
        .join(" ")
}

fn stopped(pattern: &str, value: &str) -> String {
    match Pattern::new(pattern, Dialect::Pulumi).unwrap().trace(value) {
        Trace::Stopped(stop) => stop.sentence,
        Trace::Matched { .. } => panic!("{pattern} matches {value}"),
    }
}

fn hinted(claim: &str, pattern: &str, claims: &str) -> String {
    let policy =
        json!({"decision": "allow", "tokenType": "organization", "rules": {claim: pattern}});
    let explanation = explained(
        &policy.to_string(),
        claims,
        &RequestedToken::Organization { admin: false },
    );
    let codes: Vec<_> = explanation
        .hints
        .iter()
        .map(|hint| format!("`{}`", hint.code))
        .collect();
    codes.join(" ")
}
