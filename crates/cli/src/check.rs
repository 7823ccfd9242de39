//! `claimgate check`: the errors and findings in files of issuers and policies.

mod database;

use std::fmt::Write;
use std::io::stdout;
use std::process::ExitCode;

use anyhow::Result;
use claimgate::json::places::Place;
use serde::Serialize;

use crate::document::Document;
use crate::output::{self, Format};
use crate::report::Located;

/// The options of `claimgate check`.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// Files of issuers (`claimgate.json`, responses of Pulumi Cloud or of the server) or policies;
    /// `-` is standard input
    #[arg(required_unless_present = "database", value_name = "FILE")]
    files: Vec<String>,
    /// Check the issuers and policies in a server's database instead, before an upgrade to this
    /// version; reads only
    #[arg(long, value_name = "URL", conflicts_with_all = ["files", "github"])]
    database: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print annotations for GitHub Actions, which appear in the changed files
    #[arg(long, conflicts_with = "format")]
    github: bool,
    /// Treat findings as errors
    #[arg(long)]
    strict: bool,
}

/// The result for a file, as JSON.
#[derive(Serialize)]
struct Checked<'a> {
    file: &'a str,
    issuers: usize,
    policies: usize,
    errors: &'a [Located],
    findings: &'a [Located],
}

impl Check {
    /// Checks all files: exit status 0 if there is no error, else 1.
    pub(crate) fn run(self) -> Result<ExitCode> {
        if let Some(database) = &self.database {
            return database::run(database, self.format, self.strict);
        }
        let mut documents = Vec::with_capacity(self.files.len());
        for file in &self.files {
            documents.push((file.as_str(), Document::read(output::read(file)?)));
        }
        let text = match self.format {
            _ if self.github => documents
                .iter()
                .map(|(file, document)| annotations(file, document))
                .collect(),
            Format::Text => documents
                .iter()
                .map(|(file, document)| as_text(file, document))
                .collect(),
            Format::Json => {
                let checked: Vec<_> = documents
                    .iter()
                    .map(|(file, document)| Checked::new(file, document))
                    .collect();
                output::pretty(&checked)?
            }
        };
        output::write(&text)?;
        let is_good = |document: &Document| {
            document.errors.is_empty() && (!self.strict || document.findings.is_empty())
        };
        let are_good = documents.iter().all(|(_, document)| is_good(document));
        Ok(output::status(are_good))
    }
}

/// Errors and findings like a compiler's, and a line that counts them.
fn as_text(file: &str, document: &Document) -> String {
    let title = output::title(file);
    let mut text = document.report(title, output::is_colored(&stdout()));
    let counted = [
        count(document.issuers.len(), "issuer", "issuers"),
        count(document.policies, "policy", "policies"),
        count(document.errors.len(), "error", "errors"),
        count(document.findings.len(), "finding", "findings"),
    ];
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", output::lines(title), counted.join(", "));
    text
}

pub(crate) fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Workflow commands of GitHub Actions.
fn annotations(file: &str, document: &Document) -> String {
    let errors = document.errors.iter().map(|remark| ("error", remark));
    let findings = document.findings.iter().map(|remark| ("warning", remark));
    let mut text = String::new();
    for (word, located) in errors.chain(findings) {
        let remark = &located.diagnostic;
        let help = remark
            .help
            .as_deref()
            .map(|help| format!("\nhelp: {help}"))
            .unwrap_or_default();
        let path = if remark.path.is_empty() {
            String::new()
        } else {
            format!("{}: ", remark.path)
        };
        let message = escaped(&output::lines(&format!("{path}{}{help}", remark.message)));
        let (file, code) = (property(&output::lines(file)), property(&remark.code));
        let place = located
            .place
            .map(|Place { line, column }| format!(",line={line},col={column}"));
        let place = place.unwrap_or_default();
        let _ = writeln!(text, "::{word} file={file}{place},title={code}::{message}");
    }
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

impl<'a> Checked<'a> {
    fn new(file: &'a str, document: &'a Document) -> Self {
        Self {
            file,
            issuers: document.issuers.len(),
            policies: document.policies,
            errors: &document.errors,
            findings: &document.findings,
        }
    }
}
