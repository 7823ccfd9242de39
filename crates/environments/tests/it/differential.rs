//! Random definitions, compared with what the upstream evaluator makes of them.
//!
//! `differential.jsonl` holds its answers to the first documents, recorded by the ignored test below, which
//! also compares any number of documents with the program in `tests/environments`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use claimgate_environments::{Options, Secrets, has_errors};
use serde_json::{Value, json};

use crate::generator::{Generated, generate};
use crate::rig::{Definitions, evaluate};

/// How many answers are recorded.
const RECORDED: u64 = 400;

#[test]
fn recorded_answers_agree() {
    let answers = include_str!("differential.jsonl").lines();
    let answers: Vec<Value> = answers
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), usize::try_from(RECORDED).unwrap());
    let differences = compare(0, &answers);
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Compares as many documents as `CLAIMGATE_DOCUMENTS` says with a program that `CLAIMGATE_ORACLE` names, and
/// records the first answers where `CLAIMGATE_WRITE` is set.
#[test]
#[ignore = "needs the program in tests/environments, built by Go"]
fn answers_of_the_oracle_agree() {
    let variable = |name: &str| {
        std::env::vars()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value)
    };
    let oracle = variable("CLAIMGATE_ORACLE").expect("CLAIMGATE_ORACLE names the program");
    let count = variable("CLAIMGATE_DOCUMENTS").map_or(RECORDED, |count| count.parse().unwrap());
    let answers = ask(&oracle, count);
    assert_eq!(answers.len(), usize::try_from(count).unwrap());
    let differences = compare(0, &answers);
    let panics = answers
        .iter()
        .filter(|answer| answer["panic"].is_string())
        .count();
    let errors = answers.iter().filter(|answer| has_error(answer)).count();
    eprintln!(
        "{count} documents: {} differ, {errors} have errors, upstream panics on {panics}",
        differences.len()
    );
    if variable("CLAIMGATE_WRITE").is_some() {
        record(&answers);
    }
    let shown = differences.iter().take(12).cloned().collect::<Vec<_>>();
    assert!(differences.is_empty(), "{}", shown.join("\n\n"));
}

fn has_error(answer: &Value) -> bool {
    ["load", "check", "open"]
        .iter()
        .any(|what| answer[what] == true)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a thread writes while the test reads"
)]
fn ask(oracle: &str, count: u64) -> Vec<Value> {
    let mut program = Command::new(oracle);
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for seed in 0..count {
            let Generated { source, imports } = generate(seed);
            writeln!(input, "{}", json!({"source": source, "imports": imports})).unwrap();
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn record(answers: &[Value]) {
    let answers = answers.iter().take(usize::try_from(RECORDED).unwrap());
    let lines: String = answers
        .map(|answer| {
            let mut answer = answer.clone();
            answer.as_object_mut().unwrap().remove("messages");
            format!("{answer}\n")
        })
        .collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/differential.jsonl");
    std::fs::write(path, lines).unwrap();
}

/// The documents whose answers differ from ours.
fn compare(first: u64, answers: &[Value]) -> Vec<String> {
    let numbered = (first..).zip(answers);
    let answered = numbered.filter(|(_, answer)| !answer["panic"].is_string());
    let differences = answered.filter_map(|(seed, expected)| {
        let Generated { source, imports } = generate(seed);
        let found = ours(&source, imports);
        let differs = |what: &&str| normal(&expected[*what]) != normal(&found[*what]);
        let what: Vec<_> = ["load", "check", "open", "checked", "redacted", "revealed"]
            .into_iter()
            .filter(differs)
            .collect();
        (!what.is_empty()).then(|| {
            format!("document {seed} differs in {what:?}:\n{source}\nexpected {expected}\nfound    {found}")
        })
    });
    differences.collect()
}

fn ours(source: &str, imports: BTreeMap<String, String>) -> Value {
    let evaluated = evaluate(
        "p/test",
        source,
        &Definitions::Named(imports),
        Options::default(),
    );
    let (checked, opened) = (&evaluated.checked, &evaluated.opened);
    let values = |environment: &Option<claimgate_environments::Environment>, secrets| {
        let environment = environment.as_ref();
        json!(environment.map(|environment| environment.to_json(secrets)))
    };
    let diagnostics = [&evaluated.loaded, &checked.diagnostics, &opened.diagnostics];
    let messages = diagnostics.into_iter().flatten();
    json!({
        "load": has_errors(&evaluated.loaded),
        "check": has_errors(&checked.diagnostics),
        "open": has_errors(&opened.diagnostics),
        "checked": values(&checked.environment, Secrets::Redacted),
        "redacted": values(&opened.environment, Secrets::Redacted),
        "revealed": values(&opened.environment, Secrets::Revealed),
        "messages": messages.map(|diagnostic| diagnostic.summary.clone()).collect::<Vec<_>>(),
    })
}

/// A value whose numbers are compared as floats.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(values) => Value::Array(values.iter().map(normal).collect()),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members
                    .map(|(name, value)| (name.clone(), normal(value)))
                    .collect(),
            )
        }
        _ => value.clone(),
    }
}
