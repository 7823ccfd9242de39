//! Errors and findings as annotations of GitHub Actions.

use claimgate::diagnostic::Severity;
use claimgate_analysis::place;

use super::checked::CheckedFile;
use crate::ci::github::{Annotation, Level};
use crate::report::Located;

/// The annotations of all files.
pub(super) fn annotations(files: &[CheckedFile]) -> String {
    let mut text = String::new();
    for file in files {
        let findings = file.findings.iter().map(|reported| &reported.located);
        for located in file.errors.iter().chain(findings) {
            text += &annotation(&file.name, located);
        }
    }
    text
}

fn annotation(file: &str, located: &Located) -> String {
    let diagnostic = &located.diagnostic;
    let help = diagnostic.help.as_deref();
    let help = help.map(|help| format!("\nhelp: {help}"));
    let words = match diagnostic.path.as_str() {
        "" => String::new(),
        path => format!("{}: ", place(path)),
    };
    let annotation = Annotation {
        level: match diagnostic.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            _ => Level::Notice,
        },
        file,
        place: located.place,
        title: &diagnostic.code,
        message: &format!("{words}{}{}", diagnostic.message, help.unwrap_or_default()),
    };
    annotation.line()
}
