//! [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html), for code scanning,
//! within [the limits of GitHub](https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning).

use claimgate::diagnostic::Severity;
use claimgate::json::places::Place;
use serde_json::{Value, json};

/// The most results that GitHub keeps of a run; the most severe ones come first.
const MAX_RESULTS: usize = 5_000;

/// A result: something that is wrong at a place.
pub(crate) struct Found<'a> {
    pub(crate) severity: Severity,
    pub(crate) code: &'a str,
    pub(crate) message: String,
    pub(crate) at: Location<'a>,
    /// What identifies it in later runs.
    pub(crate) fingerprint: String,
    /// Other places that it is about.
    pub(crate) related: Vec<Location<'a>>,
    /// What programs may read besides; `null` for nothing.
    pub(crate) properties: Value,
}

/// A place in a file.
pub(crate) struct Location<'a> {
    pub(crate) file: &'a str,
    /// The path in the document; empty if there is none.
    pub(crate) path: &'a str,
    pub(crate) place: Option<Place>,
    /// How many characters it has; none if it has several lines, or the length is not known.
    pub(crate) length: Option<usize>,
}

/// The log of one run. `rule` describes a code: an object without its `id`.
pub(crate) fn log(mut found: Vec<Found<'_>>, rule: impl Fn(&str) -> Value) -> Value {
    found.sort_by_key(|own| own.severity);
    let left_out = found.len().saturating_sub(MAX_RESULTS);
    found.truncate(MAX_RESULTS);
    let mut codes: Vec<&str> = found.iter().map(|own| own.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules = codes.into_iter().map(|code| {
        let mut rule = rule(code);
        rule["id"] = json!(code);
        rule
    });
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "claimgate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(left_out)],
            "results": found.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn invocation(left_out: usize) -> Value {
    let notification = json!({
        "level": "warning",
        "message": { "text": format!("{left_out} further results are left out: fix the others first") },
    });
    let notifications = if left_out > 0 {
        vec![notification]
    } else {
        vec![]
    };
    json!({ "executionSuccessful": true, "toolExecutionNotifications": notifications })
}

fn result(found: &Found<'_>) -> Value {
    let mut result = json!({
        "ruleId": found.code,
        "level": level(found.severity),
        "message": { "text": found.message },
        "locations": [location(&found.at)],
        "partialFingerprints": { "primaryLocationLineHash": found.fingerprint },
    });
    if !found.properties.is_null() {
        result["properties"] = found.properties.clone();
    }
    let related = found.related.iter().enumerate().map(|(id, at)| {
        let mut place = location(at);
        place["id"] = json!(id);
        place["message"] = json!({ "text": claimgate_analysis::place(at.path) });
        place
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

fn location(at: &Location<'_>) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(at.file) } });
    if let Some(place) = at.place {
        let mut region = json!({ "startLine": place.line, "startColumn": place.column });
        if let Some(length) = at.length {
            region["endColumn"] = json!(place.column + length);
        }
        physical["region"] = region;
    }
    let mut location = json!({ "physicalLocation": physical });
    if !at.path.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": at.path }]);
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

/// The word for a severity.
pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

/// FNV-1a, for fingerprints. It tells results apart, and protects nothing.
pub(crate) fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
