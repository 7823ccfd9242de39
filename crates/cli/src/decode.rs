//! `claimgate decode`: the contents of a token, without verification.

use std::io::stdout;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use claimgate::diagnostic::Diagnostic;
use claimgate::json::Value;
use claimgate::jwt::{TokenError, UnverifiedToken, bare_token, decode_unverified, numeric_date};
use claimgate::time::{format_utc, parse, relative};
use serde::Serialize;

use crate::output::{self, Format};
use crate::report::render;

/// The claims that are times.
const TIMES: [&str; 4] = ["iat", "nbf", "auth_time", "exp"];

/// The options of `claimgate decode`.
#[derive(clap::Args)]
pub(crate) struct Decode {
    /// Files, each with one token; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The current time, for relative times: seconds since 1970, or like 2026-11-25T06:00:00Z
    /// [default: now]
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    now: Option<i64>,
}

/// A decoded token as JSON has it; its signature is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Decoded {
    file: String,
    header: Option<Value>,
    claims: Option<Value>,
    findings: Vec<Diagnostic>,
    error: Option<Failure>,
}

#[derive(Serialize)]
struct Failure {
    code: &'static str,
    message: String,
    help: Option<String>,
}

/// A decoded token with the findings on it.
type Decodes = Result<(UnverifiedToken, Vec<Diagnostic>), TokenError>;

impl Decode {
    /// Decodes all files: exit status 0 if all are tokens, else 1.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let now = self.now.unwrap_or_else(now);
        let mut results = Vec::with_capacity(self.files.len());
        for file in &self.files {
            results.push((file.as_str(), token(file)?));
        }
        let is_good = results.iter().all(|(_, result)| result.is_ok());
        let text = match self.format {
            Format::Text => results
                .iter()
                .map(|(file, result)| as_text(file, result, now))
                .collect(),
            Format::Json => {
                let decoded: Vec<Decoded> = results
                    .into_iter()
                    .map(|(file, result)| Decoded::new(file, result))
                    .collect();
                output::pretty(&decoded)?
            }
        };
        output::write(&text)?;
        Ok(output::status(is_good))
    }
}

/// The token in a file, without what copying has put around it, and the findings on it.
fn token(file: &str) -> Result<Decodes> {
    refuse_pasted(file, "decode")?;
    let (token, note) = bare(&output::read(file)?);
    Ok(decode_unverified(&token).map(|token| {
        let findings = note.into_iter().chain(token.findings()).collect();
        (token, findings)
    }))
}

/// Refuses a token where a file with one is expected, without showing it.
pub(crate) fn refuse_pasted(file: &str, command: &str) -> Result<()> {
    if output::is_pasted_token(file) {
        bail!(
            "expected a file with a token, found a token; other users can see command lines, so write it to a file or pipe \
             it to `claimgate {command} -`"
        );
    }
    Ok(())
}

/// The token in a text, and the finding that says what was around it.
pub(crate) fn bare(text: &str) -> (String, Option<Diagnostic>) {
    match bare_token(text) {
        Some(bare) => {
            let finding = bare.finding();
            (bare.token, finding)
        }
        None => (text.trim().to_owned(), None),
    }
}

/// A time, as seconds or in RFC 3339.
pub(crate) fn time(text: &str) -> Result<i64, String> {
    parse(text).ok_or_else(|| {
        "expected seconds since 1970, or a time like 2026-11-25T06:00:00Z".to_owned()
    })
}

/// The present time in seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn as_text(file: &str, result: &Decodes, now: i64) -> String {
    let title = output::title(file);
    let (token, findings) = match result {
        Ok(decoded) => decoded,
        Err(error) => {
            let mut diagnostic = Diagnostic::error("", error.code(), error.to_string());
            diagnostic.help = error.help();
            return render(
                title,
                "",
                [&diagnostic.into()],
                output::is_colored(&stdout()),
            );
        }
    };
    let pretty = |claims: &claimgate::claims::Claims| output::json(&claims.to_json_pretty());
    let mut text = format!(
        "{}: unverified: anyone could have written it\n",
        output::lines(title)
    );
    text += &format!(
        "header {}\nclaims {}\n",
        pretty(&token.header),
        pretty(&token.claims)
    );
    for name in TIMES {
        match numeric_date(&token.claims, name) {
            Ok(Some(seconds)) => {
                text += &format!(
                    "{name} is {}, {}\n",
                    format_utc(seconds),
                    relative(seconds, now)
                );
            }
            Ok(None) => {}
            Err(error) => text += &output::lines(&format!("{error}\n")),
        }
    }
    for finding in findings {
        text += &output::lines(&finding_text(finding));
    }
    text
}

/// A finding in one or two lines.
pub(crate) fn finding_text(finding: &Diagnostic) -> String {
    let help = finding
        .help
        .as_deref()
        .map(|help| format!("  help: {help}\n"))
        .unwrap_or_default();
    format!("note[{}]: {finding}\n{help}", finding.code)
}

impl Decoded {
    fn new(file: &str, result: Decodes) -> Self {
        let file = file.to_owned();
        match result {
            Ok((token, findings)) => Self {
                file,
                findings,
                header: Some(token.header.into_value()),
                claims: Some(token.claims.into_value()),
                error: None,
            },
            Err(error) => {
                let failure = Failure {
                    code: error.code(),
                    message: error.to_string(),
                    help: error.help(),
                };
                Self {
                    file,
                    header: None,
                    claims: None,
                    findings: Vec::new(),
                    error: Some(failure),
                }
            }
        }
    }
}
