//! Errors and findings in SARIF 2.1.0, for code scanning.

use claimgate::diagnostic::Severity;
use claimgate_analysis::{Rule, catalog};
use serde_json::{Value, json};

use super::checked::{CheckedFile, Reported};
use crate::questions::witness_text;
use crate::report::Located;

/// The most results that GitHub keeps of a run; the most severe ones come first.
const MAX_RESULTS: usize = 5_000;

/// The most related places of a result that GitHub shows.
const MAX_RELATED: usize = 100;

/// The log of one run.
pub(super) fn log(files: &[CheckedFile]) -> Value {
    let mut results: Vec<(Severity, Value)> = Vec::new();
    for file in files {
        let errors = file
            .errors
            .iter()
            .map(|error| (Severity::Error, of_error(file, error)));
        results.extend(errors);
        let findings = file.findings.iter();
        results
            .extend(findings.map(|own| (own.finding.diagnostic.severity, of_finding(file, own))));
    }
    results.sort_by_key(|(severity, _)| *severity);
    let left_out = results.len().saturating_sub(MAX_RESULTS);
    results.truncate(MAX_RESULTS);
    let results: Vec<Value> = results.into_iter().map(|(_, result)| result).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "claimgate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(&results),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(left_out)],
            "results": results,
        }],
    })
}

fn invocation(left_out: usize) -> Value {
    let notification = |count: usize| {
        json!({
            "level": "warning",
            "message": { "text": format!("{count} further results are left out: fix the others first") },
        })
    };
    let notifications: Vec<Value> = (left_out > 0)
        .then(|| notification(left_out))
        .into_iter()
        .collect();
    json!({ "executionSuccessful": true, "toolExecutionNotifications": notifications })
}

/// The rules of the results, each once, in the order of their codes.
fn rules(results: &[Value]) -> Vec<Value> {
    let mut codes: Vec<&str> = results
        .iter()
        .filter_map(|own| own["ruleId"].as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let rule = |code: &str| match catalog().find(|rule| rule.code == code) {
        Some(rule) => of_rule(rule),
        None => json!({ "id": code, "shortDescription": { "text": code } }),
    };
    codes.into_iter().map(rule).collect()
}

fn of_rule(rule: &Rule) -> Value {
    let markdown = format!(
        "{}\n\n{}\n\n**What it costs.** {}\n\n**How to fix it.** {}.",
        rule.title, rule.about, rule.incident, rule.remedy
    );
    let security = match rule.severity {
        Severity::Error => "8.0",
        Severity::Warning => "5.0",
        _ => "2.0",
    };
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.about },
        "help": { "text": format!("{}: {}", rule.title, rule.remedy), "markdown": markdown },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": ["security"], "security-severity": security },
    })
}

fn of_error(file: &CheckedFile, error: &Located) -> Value {
    result(file, error, &error.diagnostic.message)
}

fn of_finding(file: &CheckedFile, reported: &Reported) -> Value {
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
    let mut result = result(file, &reported.located, &message);
    result["partialFingerprints"] = json!({ "primaryLocationLineHash": reported.fingerprint });
    result["properties"] = properties;
    let related = reported.related.iter().take(MAX_RELATED).enumerate();
    let related: Vec<Value> = related
        .map(|(id, located)| {
            let mut place = location(file, located);
            place["id"] = json!(id);
            place["message"] = json!({ "text": located.diagnostic.path });
            place
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

fn result(file: &CheckedFile, located: &Located, message: &str) -> Value {
    let diagnostic = &located.diagnostic;
    json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity),
        "message": { "text": message },
        "locations": [location(file, located)],
    })
}

fn location(file: &CheckedFile, located: &Located) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&file.name) } });
    if let Some(place) = located.place {
        let marked = file
            .document
            .text
            .get(located.span.clone())
            .unwrap_or_default();
        let mut region = json!({ "startLine": place.line, "startColumn": place.column });
        // A range over several lines would hide that it begins where it does.
        if !marked.contains('\n') {
            region["endColumn"] = json!(place.column + marked.chars().count());
        }
        physical["region"] = region;
    }
    let mut location = json!({ "physicalLocation": physical });
    if !located.diagnostic.path.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": located.diagnostic.path }]);
    }
    location
}

/// A file's name as a relative URI.
fn uri(name: &str) -> String {
    let name = if name == "-" { "stdin" } else { name };
    let name = name.replace('\\', "/");
    let name = name.strip_prefix("./").unwrap_or(&name);
    claimgate_formats::percent_encode(name).replace("%2F", "/")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}
