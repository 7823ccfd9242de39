//! The folders of the upstream evaluator's own tests: opened values, diagnostics and trees.
//!
//! A folder agrees in each of three respects, or is listed in `conformance-exceptions.json` with the
//! reason. An exception that is wrong or names no folder fails the test.

use std::collections::BTreeMap;
use std::path::Path;

use claimgate_environments::{Diagnostic, Environment, Options, Secrets};
use serde_json::{Value, json};

use crate::external;
use crate::rig::{Definitions, evaluate};

/// The respects in which a folder can disagree.
const RESPECTS: [&str; 3] = ["values", "diagnostics", "trees"];
/// The folder without expectations.
const WITHOUT: &str = "bench";

#[test]
fn the_folders_of_the_upstream_evaluator_agree() {
    let Some(root) = external::folder("esc-eval") else {
        return;
    };
    let exceptions = exceptions();
    let mut agreeing: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut folders = 0;
    for folder in sorted(&root) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if name == WITHOUT {
            continue;
        }
        folders += 1;
        let differences = differences(&folder, &name);
        for respect in RESPECTS {
            let found = differences.get(respect);
            let excepted = exceptions.get(&(name.clone(), respect.to_owned()));
            match (found, excepted) {
                (None, None) => *agreeing.entry(respect).or_default() += 1,
                (Some(_), Some(_)) => {}
                (Some(difference), None) => {
                    problems.push(format!("{name}, {respect}: {difference}"));
                }
                (None, Some(_)) => {
                    problems.push(format!("{name}, {respect}: agrees, but is listed"));
                }
            }
        }
    }
    let is_known = |(name, _): &&(String, String)| root.join(name).is_dir();
    let unknown = exceptions.keys().filter(|key| !is_known(key));
    problems.extend(unknown.map(|key| format!("{key:?}: no such folder or respect")));
    eprintln!("folders that agree, of {folders}: {agreeing:?}");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(agreeing["values"] >= 40 && agreeing["diagnostics"] >= 40 && agreeing["trees"] >= 30);
}

/// The reasons, by folder and respect.
fn exceptions() -> BTreeMap<(String, String), String> {
    let listed: Vec<Value> =
        serde_json::from_str(include_str!("conformance-exceptions.json")).unwrap();
    let mut exceptions = BTreeMap::new();
    for exception in listed {
        let reason = exception["reason"].as_str().unwrap().to_owned();
        assert!(!reason.is_empty());
        let respect = exception["respect"].as_str().unwrap();
        assert!(RESPECTS.contains(&respect), "{respect}");
        for folder in exception["folders"].as_array().unwrap() {
            let key = (folder.as_str().unwrap().to_owned(), respect.to_owned());
            let previous = exceptions.insert(key, reason.clone());
            assert!(previous.is_none(), "{folder} is listed twice");
        }
    }
    exceptions
}

fn sorted(root: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(root).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders
}

fn differences(folder: &Path, name: &str) -> BTreeMap<&'static str, String> {
    let read = |file: &str| external::text(&folder.join(file));
    let source = read("env.yaml").unwrap();
    let expected: Value = serde_json::from_str(&read("expected.json").unwrap()).unwrap();
    let overrides = read("overrides.json").unwrap_or("{}".to_owned());
    let overrides: Value = serde_json::from_str(&overrides).unwrap();
    let name = overrides["rootEnvironment"].as_str().unwrap_or(name);
    let shows = overrides["showSecrets"].as_bool().unwrap_or_default();
    let options = Options::default().show_secrets(shows).show_plaintext(true);
    let environments = Definitions::Folder(folder.to_owned());
    let evaluated = evaluate(name, &source, &environments, options);
    let (checked, opened) = (&evaluated.checked, &evaluated.opened);
    let mut differences = BTreeMap::new();
    let mut compare = |respect, what: &str, expected: &Value, found: Value| {
        let difference = difference(what, &normal(expected), &normal(&found));
        if let Some(difference) = difference {
            differences.entry(respect).or_insert(difference);
        }
    };
    let revealed = values(opened.environment.as_ref(), Secrets::Revealed);
    compare(
        "values",
        "revealed",
        &expected["evalJSONRevealed"],
        revealed,
    );
    let redacted = values(opened.environment.as_ref(), Secrets::Redacted);
    compare(
        "values",
        "redacted",
        &expected["evalJsonRedacted"],
        redacted,
    );
    let of_check = values(checked.environment.as_ref(), Secrets::Redacted);
    compare("values", "checked", &expected["checkJson"], of_check);
    for (what, found) in [
        ("loadDiags", &evaluated.loaded),
        ("checkDiags", &checked.diagnostics),
        ("evalDiags", &opened.diagnostics),
    ] {
        let expected = upstream_diagnostics(&expected[what]);
        compare(
            "diagnostics",
            what,
            &expected,
            our_diagnostics(found, &expected),
        );
    }
    compare(
        "trees",
        "check",
        &expected["check"],
        json!(checked.environment),
    );
    compare(
        "trees",
        "eval",
        &expected["eval"],
        json!(opened.environment),
    );
    differences
}

fn values(environment: Option<&Environment>, secrets: Secrets) -> Value {
    json!(environment.map(|environment| environment.to_json(secrets)))
}

/// Environment, line, column, severity and summary of each, sorted.
fn upstream_diagnostics(expected: &Value) -> Value {
    let diagnostics = expected.as_array().into_iter().flatten();
    let diagnostics = diagnostics.map(|diagnostic| {
        let subject = &diagnostic["Subject"];
        let start = &subject["Start"];
        json!([
            subject["Filename"],
            start["Line"],
            start["Column"],
            diagnostic["Severity"],
            diagnostic["Path"],
            diagnostic["Summary"]
        ])
    });
    sorted_rows(diagnostics.collect())
}

fn our_diagnostics(found: &[Diagnostic], _: &Value) -> Value {
    let rows = found.iter().map(|diagnostic| {
        let diagnostic = json!(diagnostic);
        let (range, begin) = (&diagnostic["range"], &diagnostic["range"]["begin"]);
        let severity = if diagnostic["severity"] == "error" {
            1
        } else {
            2
        };
        let path = diagnostic["path"].as_str().unwrap_or_default();
        json!([
            range["environment"],
            begin["line"],
            begin["column"],
            severity,
            path,
            diagnostic["summary"]
        ])
    });
    sorted_rows(rows.collect())
}

fn sorted_rows(mut rows: Vec<Value>) -> Value {
    rows.sort_by_key(ToString::to_string);
    Value::Array(rows)
}

/// A value without what means the same as nothing. Upstream leaves the byte of a position at zero in a last
/// line that has no line break, and in ranges that end behind the text; such bytes are not compared.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(values) => Value::Array(values.iter().map(normal).collect()),
        Value::Object(members) => {
            let is_nothing = |name: &str, value: &Value| {
                value.is_null() || (value == "" && matches!(name, "environment" | "type"))
            };
            let members = members.iter();
            let members = members.filter(|(name, value)| !is_nothing(name, value));
            let members = members.map(|(name, value)| (name.clone(), normal(value)));
            Value::Object(members.collect())
        }
        _ => value.clone(),
    }
}

fn difference(path: &str, expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            let has_no_byte = a.contains_key("line") && a["byte"] == 0 && a["line"] != 0;
            let names = a
                .keys()
                .chain(b.keys().filter(|name| !a.contains_key(*name)));
            let mut names = names.filter(|name| !(has_no_byte && *name == "byte"));
            names.find_map(|name| {
                let of = |members: &serde_json::Map<String, Value>| {
                    members.get(name).cloned().unwrap_or_default()
                };
                difference(&format!("{path}.{name}"), &of(a), &of(b))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(at, (a, b))| difference(&format!("{path}[{at}]"), a, b))
        }
        _ if expected == found => None,
        _ => Some(format!("{path}: expected {expected}, found {found}")),
    }
}
