//! Errors and findings as a report of tests in JUnit's XML: a test for each policy.

use std::collections::BTreeMap;

use claimgate_analysis::place;

use super::checked::{CheckedFile, located_path};
use crate::ci::junit::{self, Problem, Suite, Test};
use crate::report::Located;

/// What is found on one policy, or on another part of a file.
#[derive(Default)]
struct Case<'a> {
    failures: Vec<&'a Located>,
    remarks: Vec<&'a Located>,
}

/// The report of all files.
pub(super) fn report(files: &[CheckedFile], is_strict: bool) -> String {
    let cases: Vec<_> = files.iter().map(|file| cases(file, is_strict)).collect();
    let suites = files.iter().zip(&cases).map(|(file, cases)| Suite {
        name: &file.name,
        tests: cases.iter().map(|(path, case)| test(path, case)).collect(),
    });
    junit::report(&suites.collect::<Vec<_>>())
}

/// The cases of a file by their paths.
fn cases(file: &CheckedFile, is_strict: bool) -> BTreeMap<String, Case<'_>> {
    let mut cases: BTreeMap<String, Case<'_>> = BTreeMap::new();
    for (definition, place) in file.document.definitions.iter().zip(&file.document.places) {
        for policy in 0..definition.policies.len() {
            let path = located_path(place, &format!("policies[{policy}]"));
            cases.insert(path, Case::default());
        }
    }
    for error in &file.errors {
        case(&mut cases, &error.diagnostic.path)
            .failures
            .push(error);
    }
    for reported in &file.findings {
        let own = case(&mut cases, &reported.finding.diagnostic.path);
        match reported.fails(is_strict) {
            true => own.failures.push(&reported.located),
            false => own.remarks.push(&reported.located),
        }
    }
    cases
}

/// The case of the policy that a path is within, or of the path itself.
fn case<'a, 'b>(cases: &'b mut BTreeMap<String, Case<'a>>, path: &str) -> &'b mut Case<'a> {
    let is_within = |own: &&String| {
        let rest = path.strip_prefix(own.as_str());
        !own.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let name = cases.keys().find(is_within).cloned();
    let name = name.unwrap_or_else(|| match path {
        "" => "the document".to_owned(),
        path => path.to_owned(),
    });
    cases.entry(name).or_default()
}

fn test<'a>(path: &'a str, case: &Case<'_>) -> Test<'a> {
    let sentences = |all: &[&Located]| {
        let all: Vec<_> = all.iter().map(|own| sentence(own)).collect();
        all.join("\n")
    };
    let first = case.failures.first();
    Test {
        name: match path {
            "" => "the policy".into(),
            path if path.contains('[') => place(path).into(),
            path => path.into(),
        },
        line: first
            .or(case.remarks.first())
            .and_then(|own| own.place)
            .map(|place| place.line),
        problem: first.map(|first| Problem {
            is_error: false,
            code: first.diagnostic.code.to_string(),
            message: first.diagnostic.message.clone(),
            text: sentences(&case.failures),
        }),
        remarks: sentences(&case.remarks),
    }
}

fn sentence(located: &Located) -> String {
    let own = &located.diagnostic;
    let place = located
        .place
        .map(|place| format!("{}:{}: ", place.line, place.column));
    let help = own.help.as_deref().map(|help| format!(" (help: {help})"));
    format!(
        "{}{}[{}]: {}{}",
        place.unwrap_or_default(),
        match own.severity {
            claimgate::diagnostic::Severity::Error => "error",
            claimgate::diagnostic::Severity::Warning => "warning",
            _ => "note",
        },
        own.code,
        own.message,
        help.unwrap_or_default()
    )
}
