//! Errors and findings as workflow commands of GitHub Actions.

use std::fmt::Write as _;

use claimgate::diagnostic::Severity;
use claimgate::json::places::Place;
use claimgate_analysis::Witness;

use super::checked::CheckedFile;
use crate::output;
use crate::questions::witness_text;
use crate::report::Located;

/// The annotations of all files.
pub(super) fn annotations(files: &[CheckedFile]) -> String {
    let mut text = String::new();
    for file in files {
        for error in &file.errors {
            text += &annotation(&file.name, error, None);
        }
        for reported in &file.findings {
            let witness = reported.finding.witness.as_deref();
            text += &annotation(&file.name, &reported.located, witness);
        }
    }
    text
}

fn annotation(file: &str, located: &Located, witness: Option<&Witness>) -> String {
    let diagnostic = &located.diagnostic;
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "notice",
    };
    let help = diagnostic.help.as_deref();
    let help = help
        .map(|help| format!("\nhelp: {help}"))
        .unwrap_or_default();
    let token = witness.map(|witness| {
        let token = witness_text(witness, false, "  ");
        format!("\nthis token shows it:\n{}", token.trim_end())
    });
    let token = token.unwrap_or_default();
    let path = match diagnostic.path.as_str() {
        "" => String::new(),
        path => format!("{path}: "),
    };
    let message = escaped(&output::lines(&format!(
        "{path}{}{token}{help}",
        diagnostic.message
    )));
    let (file, code) = (property(&output::lines(file)), property(&diagnostic.code));
    let place = located
        .place
        .map(|Place { line, column }| format!(",line={line},col={column}"));
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "::{word} file={file}{},title={code}::{message}",
        place.unwrap_or_default()
    );
    text
}

/// A message as GitHub parses it.
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property as GitHub parses it.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
