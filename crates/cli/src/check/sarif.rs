//! Errors and findings in SARIF.

use claimgate::diagnostic::Severity;
use claimgate_analysis::{Rule, catalog};
use serde_json::{Value, json};

use super::checked::{CheckedFile, Reported};
use super::fingerprint::Fingerprints;
use crate::ci::sarif::{self, Found, Location};
use crate::questions::witness_text;
use crate::report::Located;

/// The most related places of a result that GitHub shows.
const MAX_RELATED: usize = 100;

/// The log of one run.
pub(super) fn log(files: &[CheckedFile]) -> Value {
    let mut found = Vec::new();
    for file in files {
        found.extend(file.errors.iter().map(|error| of_error(file, error)));
        found.extend(file.findings.iter().map(|own| of_finding(file, own)));
    }
    sarif::log(found, |code| {
        match catalog().find(|rule| rule.code == code) {
            Some(rule) => described(rule),
            None => json!({ "shortDescription": { "text": code } }),
        }
    })
}

fn described(rule: &Rule) -> Value {
    let markdown = format!(
        "{}\n\n{}\n\n**What it costs.** {}\n\n**How to fix it.** {}",
        rule.title,
        rule.about,
        rule.incident,
        sentence(rule.remedy)
    );
    let security = match rule.severity {
        Severity::Error => "8.0",
        Severity::Warning => "5.0",
        _ => "2.0",
    };
    json!({
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.about },
        "help": { "text": format!("{} {}", rule.title, sentence(rule.remedy)), "markdown": markdown },
        "defaultConfiguration": { "level": sarif::level(rule.severity) },
        "properties": { "tags": ["security"], "security-severity": security },
    })
}

fn of_error<'a>(file: &'a CheckedFile, error: &'a Located) -> Found<'a> {
    Found {
        severity: Severity::Error,
        code: &error.diagnostic.code,
        message: error.diagnostic.message.clone(),
        at: location(file, error),
        fingerprint: Fingerprints::of_text(&error.diagnostic),
        related: Vec::new(),
        properties: Value::Null,
    }
}

fn of_finding<'a>(file: &'a CheckedFile, reported: &'a Reported) -> Found<'a> {
    let diagnostic = &reported.finding.diagnostic;
    let mut message = sentence(&diagnostic.message);
    if let Some(help) = &diagnostic.help {
        message += &format!(" {}", sentence(help));
    }
    let mut properties = json!({ "basis": diagnostic.basis });
    if let Some(witness) = &reported.finding.witness {
        let token = witness_text(witness, false, "  ");
        message += &format!("\n\nThis token shows it:\n{}", token.trim_end());
        properties["witness"] = json!(witness);
    }
    let related = reported.related.iter().take(MAX_RELATED);
    Found {
        severity: diagnostic.severity,
        code: &diagnostic.code,
        message,
        at: location(file, &reported.located),
        fingerprint: reported.fingerprint.clone(),
        related: related.map(|own| location(file, own)).collect(),
        properties,
    }
}

fn location<'a>(file: &'a CheckedFile, located: &'a Located) -> Location<'a> {
    let marked = file.document.text.get(located.span.clone());
    let marked = marked.unwrap_or_default();
    Location {
        file: &file.name,
        path: &located.diagnostic.path,
        place: located.place,
        // A range over several lines would hide that it begins where it does.
        length: (!marked.contains('\n')).then(|| marked.chars().count()),
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}
