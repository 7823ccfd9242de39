//! `claimgate test`: tests of policies, by cases and by properties.

mod ci;
mod find;
mod keep;
mod policies;
mod text;

use std::process::ExitCode;

use anyhow::{Result, bail};
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::json::spans::Span;
use claimgate_analysis::policy_tests::{TestFile, TestReport, run_tests_with};
use claimgate_formats::text::{Unreadable, parse, spans};
use claimgate_server::HINT_SOURCES;

use crate::output::{self, TROUBLE};
use policies::Folder;

/// The options of `claimgate test`.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Files of tests, such as `claimgate.test.json`; of a folder, all files in it that end in
    /// `.test.json`, `.test.yaml` or `.test.yml`; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Add the counterexamples of failed properties to their files, as cases
    #[arg(long)]
    keep: bool,
    /// Fail unless the cases of a file cover all policies: each one decides in some case
    #[arg(long)]
    require_coverage: bool,
    /// Print all claims of counterexamples instead of only those that matter
    #[arg(long)]
    claims: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: TestFormat,
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum TestFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// The Test Anything Protocol, version 14
    Tap,
    /// JUnit's XML
    Junit,
    /// For code scanning: SARIF 2.1.0, of the tests that failed
    Sarif,
    /// Annotations for GitHub Actions, which appear in the changed files
    Github,
}

/// A file of tests that was run.
struct Tested {
    /// What it says, if it could be read.
    file: Option<TestFile>,
    text: String,
    /// Where the text cannot be read.
    span: Option<Span>,
    report: TestReport,
}

impl Test {
    /// Runs all files: exit status 0 if all tests passed, 1 if one did not, 2 if a file cannot be run.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let names = find::files(&self.files)?;
        if self.keep && names.iter().any(|name| name == "-") {
            bail!("counterexamples cannot be added to standard input");
        }
        let mut tested = Vec::with_capacity(names.len());
        for name in &names {
            tested.push(self.test(name)?);
        }
        output::write(&self.written(&tested)?)?;
        if self.keep {
            for file in &tested {
                keep::keep(file)?;
            }
        }
        let reports = || tested.iter().map(|tested| &tested.report);
        if reports().any(|report| !report.errors.is_empty()) {
            return Ok(ExitCode::from(TROUBLE));
        }
        Ok(output::status(reports().all(|report| report.passed)))
    }

    fn test(&self, name: &str) -> Result<Tested> {
        let text = output::read(name)?;
        let title = output::title(name);
        let (file, span, mut report) = match read(&text) {
            Ok(mut file) => {
                let folder = Folder::of(name);
                folder.complete(&mut file, name);
                let mut open = |named: &str| folder.policies(named);
                let hints = |subject: claimgate_analysis::policy_tests::TestSubject| {
                    subject.hints(HINT_SOURCES)
                };
                let report = run_tests_with(title, &file, &mut open, hints);
                let report = report.unwrap_or_else(|errors| TestReport::unreadable(title, errors));
                (Some(file), None, report)
            }
            Err((errors, span)) => (None, span, TestReport::unreadable(title, errors)),
        };
        if self.require_coverage && report.errors.is_empty() {
            report = report.requiring_coverage();
        }
        report.locate(&text, &spans(&text));
        Ok(Tested {
            file,
            text,
            span,
            report,
        })
    }

    fn written(&self, tested: &[Tested]) -> Result<String> {
        let reports: Vec<&TestReport> = tested.iter().map(|tested| &tested.report).collect();
        Ok(match self.format {
            TestFormat::Json => output::pretty(&reports)?,
            TestFormat::Text => text::text(tested, self.claims),
            TestFormat::Tap => ci::tap(&reports),
            TestFormat::Junit => ci::junit(&reports),
            TestFormat::Sarif => output::pretty(&ci::sarif(&reports))?,
            TestFormat::Github => ci::github(&reports),
        })
    }
}

/// Reads a file of tests: what is wrong with it, and where the text cannot be read.
fn read(text: &str) -> Result<TestFile, (Diagnostics, Option<Span>)> {
    let value = parse(text).map_err(|Unreadable { diagnostic, span }| {
        let diagnostic: Diagnostic = *diagnostic;
        (diagnostic.into(), span)
    })?;
    TestFile::read(&value).map_err(|errors| (errors, None))
}
