//! Errors and findings as annotations of GitHub Actions.

use super::checked::CheckedFile;
use crate::ci::github::annotation;

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
