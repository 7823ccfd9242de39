//! `claimgate explain`: whether a token is allowed, by which policy, and why.

mod question;

use std::fmt::Write;
use std::io::stderr;
use std::process::ExitCode;

use anyhow::{Result, bail};
use claimgate::claims::{Claims, ClaimsError, TrustedClaims};
use claimgate::diagnostic::Diagnostic;
use claimgate::explain::{Explanation, Outcome, explain_with, render_text};
use claimgate::inspect::{Check, CheckId, CheckStatus, Inspection, inspect_with};
use claimgate::issuer::{Issuer, Issuers};
use claimgate::json::spans::Spans;
use claimgate::jwt::AwsLc;
use claimgate::policy::PolicySet;
use claimgate_server::HINT_SOURCES;
use serde::Serialize;

use crate::check::count;
use crate::decode::{bare, finding_text};
use crate::document::Document;
use crate::output::{self, Format};
use crate::report::{Locator, render};
use question::Question;

/// What is explained.
#[derive(clap::Args)]
pub(crate) struct Explain {
    /// A file with a token, or with decoded claims in JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// The file of issuers and their policies
    #[arg(long, value_name = "FILE", default_value = "claimgate.json")]
    issuers: String,
    #[command(flatten)]
    question: Question,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The explanation of unverified claims.
#[derive(Serialize)]
struct Claimed<'a> {
    issuer: Option<&'a str>,
    explanation: Explanation,
    unchecked: [&'static str; 1],
}

const UNCHECKED: &str =
    "the claims are taken as they are written: no issuer, key, signature or time was checked";

impl Explain {
    /// Explains: exit code 0 if the token is allowed, 1 if it is not.
    pub(crate) fn run(self) -> Result<ExitCode> {
        if self.file == "-" && self.issuers == "-" {
            bail!("expected one of the two files from standard input, found both");
        }
        let mut document = Document::read(output::read(&self.issuers)?);
        if !document.errors.is_empty() {
            let title = output::title(&self.issuers);
            let errors = count(document.errors.len(), "error", "errors");
            document.findings.clear();
            output::write_error(&document.report(title, output::is_colored(&stderr())));
            bail!("`{title}` cannot be used: {errors}");
        }
        let text = output::read(&self.file)?;
        let (token, note) = bare(&text);
        let (decision, text) = if token.starts_with('{') {
            self.claims(&document, &text)?
        } else {
            self.token(document, &token, note)?
        };
        output::write(&text)?;
        Ok(if decision == Outcome::Allowed {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn token(
        &self,
        document: Document,
        token: &str,
        note: Option<Diagnostic>,
    ) -> Result<(Outcome, String)> {
        if document.issuers.is_empty() {
            bail!(
                "expected issuers in `{}`, found none: a token has to be from one",
                output::title(&self.issuers)
            );
        }
        let options = self.question.options(&document)?;
        let requested = self.question.requested()?;
        let issuers = Issuers::from(document.issuers);
        let mut inspection = inspect_with(token, &issuers, &requested, &options, &AwsLc);
        inspection.findings.extend(note);
        let decision = inspection.decision;
        let text = match self.format {
            Format::Text => inspection_text(&inspection),
            Format::Json => format!(
                "{}\n",
                output::json(&serde_json::to_string_pretty(&inspection)?)
            ),
        };
        Ok((decision, text))
    }

    fn claims(&self, document: &Document, text: &str) -> Result<(Outcome, String)> {
        let title = output::title(&self.file);
        let claims = match Claims::from_json(text) {
            Ok(claims) => claims,
            Err(error) => {
                output::write_error(&unreadable(title, text, &error));
                bail!("the claims in `{title}` cannot be read");
            }
        };
        let (issuer, policies) = self.policies(document, &claims)?;
        let issuer = issuer.map(Issuer::url);
        let claims = TrustedClaims::dangerous_assume_verified(claims);
        let requested = self.question.requested()?;
        let explanation = explain_with(policies, &claims, &requested, HINT_SOURCES);
        let decision = explanation.decision;
        let text = match self.format {
            Format::Text => output::lines(&format!(
                "{}  not checked: {UNCHECKED}\n",
                render_text(&explanation)
            )),
            Format::Json => {
                let claimed = Claimed {
                    issuer,
                    explanation,
                    unchecked: [UNCHECKED],
                };
                format!(
                    "{}\n",
                    output::json(&serde_json::to_string_pretty(&claimed)?)
                )
            }
        };
        Ok((decision, text))
    }

    /// The policies that decide on claims: those of the issuer that is asked for, or that the
    /// claims name, or the only ones.
    fn policies<'a>(&self, document: &'a Document, claims: &Claims) -> Result<Deciding<'a>> {
        if let Some(index) = self.question.issuer(document)? {
            return of_issuer(document, index);
        }
        if let Some(alone) = &document.alone {
            return Ok((None, alone));
        }
        let iss = claims.get("iss").and_then(|iss| iss.as_str());
        let named = document
            .issuers
            .iter()
            .position(|issuer| Some(issuer.url()) == iss);
        match (named, document.issuers.as_slice(), iss) {
            (Some(index), ..) => of_issuer(document, index),
            (None, [_], None) => of_issuer(document, 0),
            (None, _, Some(iss)) => {
                bail!(
                    "no issuer is registered with the URL `{iss}`, which the claims name; `--issuer` chooses another one"
                )
            }
            (None, ..) => bail!("the claims name no issuer (`iss`): `--issuer` chooses one"),
        }
    }
}

/// The error of claims, with its line.
fn unreadable(title: &str, text: &str, error: &ClaimsError) -> String {
    let span = match error {
        ClaimsError::Json(error) => Some(error.span(text)),
        _ => None,
    };
    let locator = Locator::new(text, Spans::default());
    let diagnostic = Diagnostic::error("", error.code(), error.to_string());
    let located = locator.at(diagnostic, span);
    render(title, text, [&located], output::is_colored(&stderr()))
}

/// The policies that decide, and the issuer that they are of.
type Deciding<'a> = (Option<&'a Issuer>, &'a PolicySet);

fn of_issuer(document: &Document, index: usize) -> Result<Deciding<'_>> {
    let issuer = document.issuers.get(index);
    let issuer = issuer.ok_or_else(|| anyhow::anyhow!("no issuer"))?;
    Ok((Some(issuer), issuer.policies()))
}

/// The checks in their order, then the policies as the engine explains them.
fn inspection_text(inspection: &Inspection) -> String {
    let mut text = String::new();
    for check in &inspection.checks {
        if check.id != CheckId::Policies || inspection.explanation.is_none() {
            check_text(&mut text, check);
        }
    }
    match &inspection.explanation {
        Some(explanation) => text += &render_text(explanation),
        None => {
            let failed = inspection
                .checks
                .iter()
                .find_map(|check| check.code.as_deref())
                .unwrap_or_default();
            let summary = inspection
                .summary
                .strip_prefix("denied: ")
                .unwrap_or(&inspection.summary);
            let _ = writeln!(text, "DENIED[{failed}]: {summary}");
        }
    }
    for sentence in &inspection.unchecked {
        let _ = writeln!(text, "  not checked: {sentence}");
    }
    text.extend(inspection.findings.iter().map(finding_text));
    output::lines(&text)
}

fn check_text(text: &mut String, check: &Check) {
    let mark = match check.status {
        CheckStatus::Passed => '+',
        CheckStatus::Failed => 'x',
        CheckStatus::Skipped | CheckStatus::NotReached => '-',
    };
    let code = check
        .code
        .as_ref()
        .map(|code| format!(" [{code}]"))
        .unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{mark} {}: {}{code}", check.title, check.sentence);
    if let Some(help) = &check.help {
        let _ = writeln!(text, "    help: {help}");
    }
}
