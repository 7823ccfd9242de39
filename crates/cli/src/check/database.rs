//! `claimgate check --database`: the errors and findings in the issuers and policies that a server has stored, before
//! this version of the server uses them.

use std::fmt::Write;
use std::io::stdout;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use claimgate::diagnostic::{Diagnostic, Severity};
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, PolicySet, parse_policies};
use claimgate_analysis::Finding;
use claimgate_formats::{IssuerPlace, PoliciesPlace};
use claimgate_server::db::{Store, check_url};
use claimgate_server::issuers::{IssuerRecord, IssuerSettings, POLICY_LIMITS};
use serde::Serialize;
use serde_json::value::RawValue;

use super::checked::CheckedFile;
use super::stored_limits;
use super::text::grouped;
use super::{CheckFormat, Looking};
use crate::document::Document;
use crate::output::{self, count};
use crate::report::{Located, render};
use crate::serve::shown;

/// A stored issuer as a document.
#[derive(Serialize)]
struct Stored<'a> {
    url: &'a str,
    #[serde(flatten)]
    settings: &'a IssuerSettings,
    policies: &'a RawValue,
}

/// The result for a stored issuer, as JSON.
#[derive(Serialize)]
struct CheckedIssuer {
    organization: String,
    issuer: String,
    url: String,
    policies: usize,
    errors: Vec<Diagnostic>,
    findings: Vec<Finding>,
    #[serde(skip)]
    grouped: Vec<Located>,
}

/// Checks all issuers of a database: exit status 0 if there is no error, else 1.
pub(super) fn run(url: &str, format: CheckFormat, looking: &Looking) -> Result<ExitCode> {
    check_url(url)?;
    if !matches!(format, CheckFormat::Text | CheckFormat::Json) {
        bail!("expected `--format text` or `json` with `--database`: there are no files to name");
    }
    let stored = stored(url).with_context(|| shown(url))?;
    let problems = stored_limits::problems(&stored);
    let mut checked: Vec<_> = stored
        .into_iter()
        .map(|(issuer, policies)| CheckedIssuer::new(issuer, &policies, looking))
        .collect::<Result<_>>()?;
    for (issuer, problems) in checked.iter_mut().zip(problems) {
        issuer.errors.extend(problems);
    }
    output::write(&match format {
        CheckFormat::Json => output::pretty(&checked)?,
        _ => as_text(&shown(url), &checked),
    })?;
    let is_good = |issuer: &CheckedIssuer| {
        let fails =
            |finding: &Finding| looking.strict || finding.diagnostic.severity == Severity::Error;
        issuer.errors.is_empty() && !issuer.findings.iter().any(fails)
    };
    Ok(output::status(checked.iter().all(is_good)))
}

/// The issuers with their policies, read without changing the database.
fn stored(url: &str) -> Result<Vec<(IssuerRecord, String)>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = Store::open_read_only(url).await?;
        if let Some(warning) = store.warning() {
            eprintln!("{}", output::lines(&format!("warning: {warning}")));
        }
        let issuers = store.all_issuers().await;
        store.close().await;
        Ok(issuers?)
    })
}

impl CheckedIssuer {
    fn new(issuer: IssuerRecord, policies: &str, looking: &Looking) -> Result<Self> {
        let text = serde_json::to_string(&Stored {
            url: &issuer.url,
            settings: &issuer.settings,
            policies: serde_json::from_str(policies)?,
        })?;
        let mut document = Document::read(text);
        if document.definitions.is_empty() {
            add_stored(&mut document, &issuer, policies);
        }
        let file = CheckedFile::new("", document, looking, None);
        let mut grouped = grouped(&file.findings);
        // The stored text is not in a file: there are no lines.
        grouped.iter_mut().for_each(|located| located.place = None);
        let errors = file.errors.into_iter().map(|located| located.diagnostic);
        let errors = errors.collect();
        let findings = file.findings.into_iter().map(|own| own.finding);
        Ok(Self {
            organization: issuer.organization,
            issuer: issuer.id,
            url: issuer.url,
            policies: count_policies(policies),
            errors: with_limits(policies, errors),
            findings: findings.collect(),
            grouped,
        })
    }
}

/// Adds an issuer that is beyond a limit to its document: it keeps working, so its findings matter too.
fn add_stored(document: &mut Document, issuer: &IssuerRecord, policies: &str) {
    let Ok(policies) = parse_policies(policies) else {
        return;
    };
    let settings = issuer.settings.clone();
    document.definitions = vec![settings.definition(issuer.url.clone(), policies)];
    document.places = vec![IssuerPlace {
        issuer: String::new(),
        policies: PoliciesPlace::Array("policies".to_owned()),
    }];
}

/// How many there are, also where they have errors.
fn count_policies(policies: &str) -> usize {
    let policies = serde_json::from_str::<Vec<serde::de::IgnoredAny>>(policies);
    policies.map_or(0, |policies| policies.len())
}

/// The errors, each once, and with those of the server's limits, which are lower than the engine's.
fn with_limits(policies: &str, mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let options = CompileOptions::new(Dialect::Pulumi).limits(POLICY_LIMITS);
    let compiled = parse_policies(policies).map(|all| PolicySet::compile_with(&all, &options));
    let of_server = compiled.ok().and_then(Result::err).into_iter().flatten();
    for error in of_server {
        if !errors.iter().any(|other| other.code == error.code) {
            errors.push(error);
        }
    }
    let mut unique = Vec::with_capacity(errors.len());
    for error in errors {
        if !unique.contains(&error) {
            unique.push(error);
        }
    }
    unique
}

/// Errors and findings by organization and issuer, and a line that counts them.
fn as_text(title: &str, checked: &[CheckedIssuer]) -> String {
    let mut text = String::new();
    for issuer in checked {
        let title = format!("{}: {}", issuer.organization, issuer.url);
        let errors = issuer.errors.iter().cloned().map(Located::from);
        let all: Vec<_> = errors.chain(issuer.grouped.iter().cloned()).collect();
        text += &render(&title, "", &all, output::is_colored(&stdout()));
    }
    let total = |of: fn(&CheckedIssuer) -> usize| checked.iter().map(of).sum();
    let counted = [
        count(checked.len(), "issuer", "issuers"),
        count(total(|issuer| issuer.policies), "policy", "policies"),
        count(total(|issuer| issuer.errors.len()), "error", "errors"),
        count(total(|issuer| issuer.findings.len()), "finding", "findings"),
    ];
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", output::lines(title), counted.join(", "));
    text
}

#[cfg(test)]
mod tests {
    use claimgate_server::issuers::{IssuerRecord, IssuerSettings};
    use serde_json::{Value, json};

    use super::{CheckedIssuer, Looking};

    fn check(policies: &Value) -> CheckedIssuer {
        let issuer = IssuerRecord {
            id: "i".to_owned(),
            organization: "acme".to_owned(),
            settings: IssuerSettings {
                name: "CI".to_owned(),
                ..IssuerSettings::default()
            },
            url: "https://ci.example".to_owned(),
            version: 1,
            created: 0,
            modified: 0,
            last_used: None,
        };
        CheckedIssuer::new(issuer, &policies.to_string(), &Looking::default()).unwrap()
    }

    fn allow(claim: &str, pattern: &str) -> Value {
        json!({"decision": "allow", "tokenType": "organization", "rules": {claim: pattern}})
    }

    #[test]
    fn what_is_beyond_the_limit_of_the_server_is_listed() {
        let policy = |index: usize| allow("sub", &format!("{index}{}", "a".repeat(1_000)));
        let large: Value = (0..1_100).map(policy).collect();
        let checked = check(&large);
        let codes: Vec<_> = checked.errors.iter().map(|error| &*error.code).collect();
        assert_eq!(codes, ["policies-too-large"]);
        assert_eq!(checked.policies, 1_100);
        let small: Value = (0..900).map(policy).collect();
        assert_eq!(check(&small).errors, []);
    }

    #[test]
    fn each_error_is_named_once() {
        let long = "a".repeat(300);
        let checked = check(&json!([allow(&long, "b"), allow("sub", "c")]));
        let errors: Vec<_> = checked.errors.iter().map(|error| &*error.code).collect();
        assert_eq!(errors, ["claim-path-too-long"]);
        assert_eq!(checked.policies, 2);
    }

    #[test]
    fn what_is_beyond_a_limit_has_findings_too() {
        let long = "a".repeat(300);
        let team = json!({"decision": "allow", "tokenType": "team", "teamName": "deploy team", "rules": {"sub": "b"}});
        let codes = |policies: &Value| -> Vec<String> {
            let findings = check(policies).findings.into_iter();
            let codes = findings.map(|finding| finding.diagnostic.code.to_string());
            codes.filter(|code| code == "target-unreachable").collect()
        };
        assert_eq!(codes(&json!([team])), ["target-unreachable"]);
        assert_eq!(
            codes(&json!([allow(&long, "b"), team])),
            ["target-unreachable"]
        );
    }
}
