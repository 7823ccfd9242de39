//! Errors and findings as a report of tests in JUnit's XML: a test for each policy.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::checked::{CheckedFile, located_path};
use crate::report::Located;

/// What is found on one policy, or on another part of a file.
#[derive(Default)]
struct Case<'a> {
    failures: Vec<&'a Located>,
    remarks: Vec<&'a Located>,
}

/// The report of all files.
pub(super) fn report(files: &[CheckedFile], is_strict: bool) -> String {
    let suites: String = files.iter().map(|file| suite(file, is_strict)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"claimgate check\">\n{suites}</testsuites>\n"
    )
}

fn suite(file: &CheckedFile, is_strict: bool) -> String {
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
    let failed = cases
        .values()
        .filter(|own| !own.failures.is_empty())
        .count();
    let mut text = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\">\n",
        xml(&file.name),
        cases.len()
    );
    for (path, own) in &cases {
        text += &testcase(&file.name, path, own);
    }
    text += "  </testsuite>\n";
    text
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

fn testcase(file: &str, path: &str, case: &Case<'_>) -> String {
    let name = if path.is_empty() { "the policy" } else { path };
    let mut text = format!(
        "    <testcase classname=\"{}\" name=\"{}\"",
        xml(file),
        xml(name)
    );
    if case.failures.is_empty() && case.remarks.is_empty() {
        text += "/>\n";
        return text;
    }
    text += ">\n";
    if let Some(first) = case.failures.first() {
        let all: Vec<_> = case.failures.iter().map(|own| sentence(own)).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            xml(&first.diagnostic.code),
            xml(&first.diagnostic.message),
            xml(&all.join("\n"))
        );
    }
    if !case.remarks.is_empty() {
        let all: Vec<_> = case.remarks.iter().map(|own| sentence(own)).collect();
        let _ = writeln!(
            text,
            "      <system-out>{}</system-out>",
            xml(&all.join("\n"))
        );
    }
    text += "    </testcase>\n";
    text
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

/// A text in XML, without the characters that XML cannot have.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
