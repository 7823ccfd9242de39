//! Results for people.

use std::fmt::Write as _;
use std::io::stdout;

use claimgate::json::places::Place;
use claimgate::policy::RequestedToken;
use claimgate_analysis::policy_tests::{
    CaseReport, Counterexample, Failure, PropertyReport, TestReport,
};
use claimgate_formats::text::spans;

use super::Tested;
use crate::output::{self, count};
use crate::questions::{request_text, witness_text};
use crate::report::{Locator, render};

/// The results of all files, with a line that counts them.
pub(super) fn text(tested: &[Tested], all_claims: bool) -> String {
    let mut text = String::new();
    for tested in tested {
        text += &match tested.report.errors.is_empty() {
            true => of_file(&tested.report, all_claims),
            false => errors(tested),
        };
    }
    if tested.len() > 1 {
        let counts = tested.iter().map(|tested| tested.report.count());
        let (passed, all) = counts.fold((0, 0), |sum, own| (sum.0 + own.0, sum.1 + own.1));
        let files = count(tested.len(), "file", "files");
        text += &format!(
            "\n{files}: {passed} of {} passed\n",
            count(all, "test", "tests")
        );
    }
    output::lines(&text)
}

/// What is wrong with a file, like a compiler's errors.
fn errors(tested: &Tested) -> String {
    let locator = Locator::new(&tested.text, spans(&tested.text));
    let located: Vec<_> = tested
        .report
        .errors
        .iter()
        .map(|error| match &tested.span {
            Some(span) => locator.at(error.diagnostic.clone(), Some(span.clone())),
            None => locator.by_path(error.diagnostic.clone()),
        })
        .collect();
    let (file, is_colored) = (&tested.report.file, output::is_colored(&stdout()));
    render(file, &tested.text, &located, is_colored)
}

fn of_file(report: &TestReport, all_claims: bool) -> String {
    let mut text = format!("{}\n", report.file);
    for case in &report.cases {
        text += &case_text(&report.file, case);
    }
    for property in &report.properties {
        text += &property_text(&report.file, property, all_claims);
    }
    let (passed, all) = report.count();
    let policies = &report.coverage.policies;
    let missing: Vec<_> = report.coverage.missing().collect();
    let covered = policies.len() - missing.len();
    let all_policies = count(policies.len(), "policy", "policies");
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "  {passed} of {} passed, {covered} of {all_policies} covered",
        count(all, "test", "tests")
    );
    for policy in missing {
        let mark = if report.coverage.is_required {
            "✕ "
        } else {
            ""
        };
        let _ = writeln!(text, "    {mark}no case makes it decide: {}", policy.title);
    }
    text
}

fn case_text(file: &str, case: &CaseReport) -> String {
    let mut text = heading(case.passed, &case.name);
    if case.passed {
        return text;
    }
    text += &failures(file, case.place, &case.failures);
    let explanation = case.explanation.as_deref().unwrap_or_default();
    if !explanation.is_empty() {
        let _ = writeln!(text, "      for {}", request_text(&case.request));
    }
    for line in explanation.lines() {
        let _ = writeln!(text, "      {line}");
    }
    text
}

fn property_text(file: &str, property: &PropertyReport, all_claims: bool) -> String {
    let mut text = heading(property.passed, &property.name);
    if property.passed {
        if property.undecided {
            text += "      not known, which is allowed\n";
        }
        return text;
    }
    text += &failures(file, property.place, &property.failures);
    for counterexample in &property.counterexamples {
        text += &token(counterexample, all_claims, "      ");
    }
    text
}

/// A counterexample: what it is, its claims, and the request.
pub(super) fn token(counterexample: &Counterexample, all_claims: bool, indent: &str) -> String {
    let Counterexample { title, witness, .. } = counterexample;
    let mut text = String::new();
    let what = match title.as_str() {
        "" => "counterexample",
        title => title,
    };
    // The name of the team is among the claims.
    let request = match witness.request {
        RequestedToken::Team { .. } => "a team token".to_owned(),
        _ => request_text(&witness.request),
    };
    let _ = writeln!(text, "{indent}{what}, {request}:");
    text + &witness_text(witness, all_claims, &format!("{indent}    "))
}

fn heading(passed: bool, name: &str) -> String {
    let mark = if passed { '✓' } else { '✕' };
    format!("  {mark} {name}\n")
}

fn failures(file: &str, place: Option<Place>, failures: &[Failure]) -> String {
    let mut text = String::new();
    for failure in failures {
        let _ = writeln!(text, "      {} [{}]", failure.message, failure.code);
    }
    if let Some(Place { line, column }) = place {
        let _ = writeln!(text, "      --> {file}:{line}:{column}");
    }
    text
}
