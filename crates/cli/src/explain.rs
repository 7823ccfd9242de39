//! `claimgate explain`: whether a token is allowed, by which policy, and why.

mod request;

use std::fmt::Write;
use std::io::stderr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use claimgate::claims::{Claims, ClaimsError};
use claimgate::diagnostic::Diagnostic;
use claimgate::explain::{Explanation, Outcome, render_text};
use claimgate::inspect::{Check, CheckId, CheckStatus, Inspection, explain_claims, inspect_with};
use claimgate::issuer::{Issuer, Issuers};
use claimgate::json::Value;
use claimgate::json::spans::Spans;
use claimgate::jwt::{AwsLc, decode_unverified};
use claimgate::policy::PolicySet;
use claimgate_formats::settings::FILE;
use serde::Serialize;

use crate::decode::{bare, finding_text, refuse_pasted};
use crate::document::Document;
use crate::output::count;
use crate::output::{self, Format};
use crate::report::{Locator, render};
use request::Request;

/// The options of `claimgate explain`.
#[derive(clap::Args)]
pub(crate) struct Explain {
    /// A file with a token, or with decoded claims as JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// The file with the issuers and their policies
    #[arg(long, value_name = "FILE", default_value = FILE)]
    issuers: String,
    #[command(flatten)]
    request: Request,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The explanation of unverified claims.
#[derive(Serialize)]
struct Claimed<'a> {
    issuer: Option<&'a str>,
    explanation: Explanation,
    unchecked: Vec<&'static str>,
}

const UNCHECKED: &str =
    "the claims are used as given: no issuer, key, signature or time was checked";

const AUDIENCE_SKIPPED: &str = "it was not checked whether the issuer accepts the audience";

impl Explain {
    /// Explains the decision: exit status 0 if the token is allowed, else 1.
    pub(crate) fn run(self) -> Result<ExitCode> {
        if self.file == "-" && self.issuers == "-" {
            bail!("expected one file from standard input, found both");
        }
        refuse_pasted(&self.file, "explain")?;
        if self.issuers == FILE && !Path::new(FILE).exists() {
            bail!(
                "expected a file `{FILE}` with the issuers and their policies, found none: `--issuers FILE` names another one"
            );
        }
        let document = Document::read(output::read(&self.issuers)?);
        if !document.errors.is_empty() {
            let title = output::title(&self.issuers);
            let errors = count(document.errors.len(), "error", "errors");
            output::write_error(&document.report(title, output::is_colored(&stderr())));
            bail!("`{title}` cannot be used: {errors}");
        }
        let text = output::read(&self.file)?;
        if let Some(found) = trusted(&text) {
            bail!(
                "expected a token or claims in `{}`, found {found}: `--issuers` names the file with those",
                output::title(&self.file)
            );
        }
        let (token, note) = bare(&text);
        // `{{token}}` is a variable that was not filled in.
        let (decision, text) = if token.starts_with('{') && !token.starts_with("{{") {
            self.claims(&document, &text)?
        } else {
            self.token(document, &token, note)?
        };
        output::write(&text)?;
        Ok(output::status(decision == Outcome::Allowed))
    }

    fn token(
        &self,
        document: Document,
        token: &str,
        note: Option<Diagnostic>,
    ) -> Result<(Outcome, String)> {
        if document.issuers.is_empty() {
            if let Some(found) = instead_of_token(token) {
                bail!(
                    "expected a token, or claims as a JSON object, in `{}`, found {found}",
                    output::title(&self.file)
                );
            }
            bail!(
                "expected issuers in `{}`, found none: a token needs an issuer",
                output::title(&self.issuers)
            );
        }
        let options = self.request.options(&document)?;
        let requested = self.request.requested()?;
        let issuers = Issuers::from(document.issuers);
        let mut inspection = inspect_with(token, &issuers, &requested, &options, &AwsLc);
        inspection.findings.extend(note);
        let decision = inspection.decision;
        let text = match self.format {
            Format::Text => inspection_text(&inspection),
            Format::Json => output::pretty(&inspection)?,
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
        let requested = self.request.requested()?;
        let options = self.request.simulation(document);
        let audiences = issuer.and_then(Issuer::audiences);
        let explanation = explain_claims(claims, audiences, policies, &requested, &options);
        let issuer = issuer.map(Issuer::url);
        let decision = explanation.decision;
        let mut unchecked = vec![UNCHECKED];
        unchecked.extend(options.skip.audience.then_some(AUDIENCE_SKIPPED));
        let text = match self.format {
            Format::Text => {
                let mut text = render_text(&explanation);
                for sentence in unchecked {
                    // Writing to a string cannot fail.
                    let _ = writeln!(text, "  not checked: {sentence}");
                }
                output::lines(&text)
            }
            Format::Json => {
                let claimed = Claimed {
                    issuer,
                    explanation,
                    unchecked,
                };
                output::pretty(&claimed)?
            }
        };
        Ok((decision, text))
    }

    /// The policies that decide on claims: those of the chosen issuer, of the one that the claims
    /// name, or the only ones.
    fn policies<'a>(&self, document: &'a Document, claims: &Claims) -> Result<Deciding<'a>> {
        if let Some(index) = self.request.issuer(document)? {
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
                    "the claims name the issuer `{iss}`, which is not registered: choose one with `--issuer`"
                )
            }
            (None, ..) => bail!("the claims name no issuer (`iss`): choose one with `--issuer`"),
        }
    }
}

/// What a document of issuers or policies has; `None` for any other text.
fn trusted(text: &str) -> Option<&'static str> {
    let value = Value::parse(text.trim()).ok()?;
    let first = match &value {
        Value::Array(items) => items.first()?,
        other => other,
    };
    let has = |name: &str| first.member(name).is_some();
    match () {
        () if ["iss", "sub", "aud", "exp"].into_iter().any(has) => None,
        () if has("issuers") || has("oidcIssuers") => Some("issuers"),
        () if has("policies") || has("decision") && has("rules") => Some("policies"),
        () => None,
    }
}

/// What a text is that is no token; `None` if it is one.
fn instead_of_token(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("nothing".to_owned());
    }
    if let Ok(value) = Value::parse(text) {
        return Some(value.kind().to_owned());
    }
    match decode_unverified(text) {
        Ok(_) => None,
        Err(error) if text.starts_with("eyJ") => Some(format!("an invalid token: {error}")),
        Err(_) => Some("other text".to_owned()),
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
