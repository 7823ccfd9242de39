//! Results for CI systems.

use std::borrow::Cow;

use claimgate::diagnostic::Severity;
use claimgate::json::Value;
use claimgate::json::places::Place;
use claimgate_analysis::Witness;
use claimgate_analysis::policy_tests::{
    CaseReport, Failure, FileError, PropertyReport, TestReport,
};
use serde_json::json;

use super::text::token;
use crate::ci::github::{Annotation, Level};
use crate::ci::sarif::{Found, Location};
use crate::ci::{junit, sarif, tap};

/// What the codes of failed tests mean. The others are of files that cannot be run.
const CODES: [(&str, &str); 4] = [
    ("case-failed", "A token is not decided as a test expects."),
    ("property-failed", "A property of policies does not hold."),
    (
        "property-undecided",
        "It takes too much work to find out whether a property holds.",
    ),
    ("policy-not-covered", "No case makes a policy decide."),
];

/// A test as CI systems see it.
struct Outcome<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    place: Option<Place>,
    problem: Option<Problem>,
    /// The tokens that show why it failed.
    tokens: Vec<&'a Witness>,
}

/// Why a test failed.
struct Problem {
    /// Whether it could not be run.
    is_error: bool,
    code: String,
    message: String,
    /// The explanation, the counterexamples, or advice.
    details: String,
}

/// All tests of a file, and its errors and the coverage as tests.
fn outcomes(report: &TestReport) -> Vec<Outcome<'_>> {
    let errors = report.errors.iter().map(|error| of_error(report, error));
    let cases = report.cases.iter().map(of_case);
    let properties = report.properties.iter().map(of_property);
    let coverage = report.coverage.is_required.then(|| Outcome {
        id: format!("{}#coverage", report.file).into(),
        name: "coverage",
        place: None,
        problem: problem(&report.coverage.failures, String::new()),
        tokens: Vec::new(),
    });
    errors
        .chain(cases)
        .chain(properties)
        .chain(coverage)
        .collect()
}

fn of_error<'a>(report: &'a TestReport, error: &FileError) -> Outcome<'a> {
    Outcome {
        id: (&*report.file).into(),
        name: &report.file,
        place: error.place,
        problem: Some(Problem {
            is_error: true,
            code: error.diagnostic.code.to_string(),
            message: error.diagnostic.to_string(),
            details: error.diagnostic.help.clone().unwrap_or_default(),
        }),
        tokens: Vec::new(),
    }
}

fn of_case(case: &CaseReport) -> Outcome<'_> {
    let explanation = case.explanation.clone().unwrap_or_default();
    Outcome {
        id: (&*case.id).into(),
        name: &case.name,
        place: case.place,
        problem: problem(&case.failures, explanation),
        tokens: Vec::new(),
    }
}

fn of_property(property: &PropertyReport) -> Outcome<'_> {
    let tokens = property.counterexamples.iter();
    let written = tokens.clone().map(|own| token(own, false, "")).collect();
    Outcome {
        id: (&*property.id).into(),
        name: &property.name,
        place: property.place,
        problem: problem(&property.failures, written),
        tokens: tokens.map(|own| &own.witness).collect(),
    }
}

fn problem(failures: &[Failure], details: String) -> Option<Problem> {
    let messages: Vec<&str> = failures.iter().map(|own| own.message.as_str()).collect();
    Some(Problem {
        is_error: false,
        code: failures.first()?.code.to_string(),
        message: messages.join("; "),
        details,
    })
}

/// The Test Anything Protocol.
pub(super) fn tap(reports: &[&TestReport]) -> String {
    let mut tests = Vec::new();
    for report in reports {
        for Outcome {
            id, place, problem, ..
        } in outcomes(report)
        {
            let problem = problem.map(|problem| diagnostic(&problem, &report.file, place));
            tests.push(tap::Test { name: id, problem });
        }
    }
    tap::report(&tests)
}

fn diagnostic(problem: &Problem, file: &str, place: Option<Place>) -> Vec<(String, Value)> {
    let text = |name: &str, text: &str| (name.to_owned(), Value::String(text.to_owned()));
    let number = |name: &str, number: usize| {
        let number = i128::try_from(number).unwrap_or_default();
        (name.to_owned(), Value::Integer(number))
    };
    let severity = if problem.is_error { "error" } else { "fail" };
    let mut at = vec![text("file", file)];
    if let Some(Place { line, column }) = place {
        at.extend([number("line", line), number("column", column)]);
    }
    let mut members = vec![
        text("message", &problem.message),
        text("severity", severity),
        text("code", &problem.code),
        ("at".to_owned(), Value::Object(at)),
    ];
    if !problem.details.is_empty() {
        members.push(text("details", &problem.details));
    }
    members
}

/// JUnit's XML: a suite for each file.
pub(super) fn junit(reports: &[&TestReport]) -> String {
    let suites = reports.iter().map(|report| {
        let tests = outcomes(report).into_iter().map(|outcome| junit::Test {
            name: outcome.name.into(),
            line: outcome.place.map(|place| place.line),
            remarks: String::new(),
            problem: outcome.problem.map(|problem| junit::Problem {
                is_error: problem.is_error,
                code: problem.code,
                text: format!("{}\n{}", problem.message, problem.details),
                message: problem.message,
            }),
        });
        junit::Suite {
            name: &report.file,
            tests: tests.collect(),
        }
    });
    junit::report(&suites.collect::<Vec<_>>())
}

/// Annotations of GitHub Actions for what failed.
pub(super) fn github(reports: &[&TestReport]) -> String {
    let mut text = String::new();
    for report in reports {
        for outcome in outcomes(report) {
            let Some(problem) = outcome.problem else {
                continue;
            };
            let lead = match problem.is_error {
                true => String::new(),
                false => format!("{}: ", outcome.name),
            };
            let message = format!("{lead}{}\n{}", problem.message, problem.details);
            let annotation = Annotation {
                level: Level::Error,
                file: &report.file,
                place: outcome.place,
                title: &problem.code,
                message: message.trim_end(),
            };
            text += &annotation.line();
        }
    }
    text
}

/// SARIF for what failed; tests that passed are not in it.
pub(super) fn sarif(reports: &[&TestReport]) -> serde_json::Value {
    let outcomes: Vec<(&TestReport, Outcome<'_>)> = reports
        .iter()
        .flat_map(|report| outcomes(report).into_iter().map(|own| (*report, own)))
        .collect();
    let found = outcomes.iter().filter_map(|(report, outcome)| {
        let problem = outcome.problem.as_ref()?;
        let lead = match problem.is_error {
            true => String::new(),
            false => format!("{}: ", outcome.name),
        };
        let message = format!("{lead}{}\n\n{}", problem.message, problem.details);
        // A file may have several errors; a test is one thing, whatever is wrong with it.
        let detail = if problem.is_error {
            &*problem.message
        } else {
            ""
        };
        let fingerprint = sarif::hash(&[&problem.code, &outcome.id, detail]);
        let properties = match outcome.tokens.is_empty() {
            true => serde_json::Value::Null,
            false => json!({ "witnesses": outcome.tokens }),
        };
        Some(Found {
            severity: Severity::Error,
            code: &problem.code,
            message: message.trim_end().to_owned(),
            at: Location {
                file: &report.file,
                path: "",
                place: outcome.place,
                length: None,
            },
            fingerprint: format!("{fingerprint:016x}:1"),
            related: Vec::new(),
            properties,
        })
    });
    sarif::log(found.collect(), |code| {
        let known = CODES.iter().find(|(own, _)| *own == code);
        let text = known.map_or(code, |(_, text)| *text);
        json!({ "shortDescription": { "text": text } })
    })
}
