//! Policies that are recommended have no error: all presets, the gallery of examples, and those of
//! Pulumi's announcement.

use std::collections::BTreeMap;
use std::path::Path;

use claimgate::IssuerDefinition;
use claimgate::diagnostic::Severity;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, parse_policies};
use claimgate_analysis::{CheckOptions, Finding, check};

/// Examples that are about a mistake, each with the codes of its errors.
const MISTAKES: [(&str, &[&str]); 4] = [
    ("boolean-claim", &["boolean-as-text"]),
    ("deny-shadows-allow", &["allow-dead"]),
    ("unquoted-claim", &["claim-unknown"]),
    ("wildcard-fork", &["name-without-separator"]),
];

fn found(url: &str, policies: Vec<PolicyDefinition>) -> Vec<Finding> {
    let issuer = IssuerDefinition {
        url: url.to_owned(),
        policies,
        ..IssuerDefinition::default()
    };
    check(&issuer, &CheckOptions::new(Dialect::Pulumi))
        .unwrap()
        .findings
}

fn codes(findings: &[Finding], severity: Severity) -> Vec<&str> {
    let own = findings
        .iter()
        .filter(|own| own.diagnostic.severity == severity);
    let mut codes: Vec<_> = own.map(|own| &*own.diagnostic.code).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn presets_have_no_error_and_no_warning() {
    for provider in claimgate_providers::all() {
        let filled = provider.fill(&BTreeMap::new(), 1_900_000_000);
        let findings = found(&filled.url, filled.policies);
        for severity in [Severity::Error, Severity::Warning] {
            let codes = codes(&findings, severity);
            assert!(codes.is_empty(), "{}: {severity:?} {codes:?}", provider.id);
        }
        assert!(findings.len() <= 3, "{}: {findings:#?}", provider.id);
    }
}

#[test]
fn the_gallery_has_only_the_errors_that_it_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/gallery");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let example: serde_json::Value = serde_json::from_str(&text).unwrap();
        let issuer = &example["issuer"];
        let policies = parse_policies(&issuer["policies"].to_string()).unwrap();
        let findings = found(issuer["url"].as_str().unwrap(), policies);
        let id = example["id"].as_str().unwrap();
        let expected = MISTAKES.iter().find(|(own, _)| *own == id);
        let expected = expected.map_or(&[][..], |(_, codes)| codes);
        assert_eq!(codes(&findings, Severity::Error), expected, "{id}");
        if id == "protected-branch" {
            assert_eq!(codes(&findings, Severity::Warning), [""; 0], "{id}");
        }
        count += 1;
    }
    assert!(count > 15);
}

#[test]
fn the_policy_of_the_announcement_has_two_warnings() {
    let policies = r#"[{
        "decision": "allow", "tokenType": "organization", "authorizedPermissions": [],
        "rules": { "aud": "urn:pulumi:org:acme", "sub": "repo:acme/web:*" }
    }]"#;
    let url = "https://token.actions.githubusercontent.com";
    let findings = found(url, parse_policies(policies).unwrap());
    assert_eq!(codes(&findings, Severity::Error), [""; 0]);
    assert_eq!(
        codes(&findings, Severity::Warning),
        ["any-ref", "pull-request-admitted"]
    );
}

/// Errors come first, and each finding of whom policies admit has a token.
#[test]
fn names_of_github_apps_are_no_classes() {
    for (actor, is_found) in [
        ("dependabot[bot]", false),
        ("*[bot]", false),
        ("dependabot[bots]", true),
        ("[ab][bot]", true),
        ("{renovate,dependabot}[bot]", true),
    ] {
        let policies = format!(
            r#"[{{"decision": "deny", "tokenType": "organization", "rules": {{"actor": "{actor}"}}}}]"#
        );
        let policies = parse_policies(&policies).unwrap();
        let findings = found("https://token.actions.githubusercontent.com", policies);
        let codes = codes(&findings, Severity::Warning);
        assert_eq!(codes.contains(&"brace-or-class"), is_found, "{actor}");
    }
}

#[test]
fn findings_are_ordered_by_severity() {
    let policies = r#"[
        {"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme", "sub": "repo:acme/web:*"}},
        {"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme", "sub": "repo:acme*"}}
    ]"#;
    let url = "https://token.actions.githubusercontent.com";
    let findings = found(url, parse_policies(policies).unwrap());
    let severities: Vec<_> = findings.iter().map(|own| own.diagnostic.severity).collect();
    assert!(severities.is_sorted(), "{findings:#?}");
    let first = &findings[0];
    assert_eq!(first.diagnostic.code, "name-without-separator");
    let subject = first.witness.as_ref().unwrap().claims.get("sub").unwrap();
    assert!(
        subject.as_str().unwrap().starts_with("repo:acme-"),
        "{subject:?}"
    );
    assert_eq!(first.fixes.len(), 1);
}

/// Where no token of the grammar shows a name within a tenant, the text of the pattern does.
#[test]
fn names_within_a_tenant_are_found() {
    let with = |url: &str, rules: &str| {
        let policies = format!(
            r#"[{{"decision": "allow", "tokenType": "organization", "rules": {{"aud": "acme", {rules}}}}}]"#
        );
        let findings = found(url, parse_policies(&policies).unwrap());
        let own = findings
            .iter()
            .find(|own| own.diagnostic.code == "name-without-separator");
        own.map(|own| (own.diagnostic.severity, own.witness.is_some()))
    };
    let (github, terraform) = (
        "https://token.actions.githubusercontent.com",
        "https://app.terraform.io",
    );
    for (url, rules, expected) in [
        (
            github,
            r#""sub": "repo:acme/web*""#,
            Some((Severity::Warning, true)),
        ),
        (github, r#""sub": "repo:acme/web:*""#, None),
        (
            terraform,
            r#""sub": "organization:acme:project:web*:workspace:prod:run_phase:*""#,
            Some((Severity::Warning, false)),
        ),
        (
            terraform,
            r#""sub": "organization:acme:project:web:workspace:prod:run_phase:*""#,
            None,
        ),
    ] {
        assert_eq!(with(url, rules), expected, "{rules}");
    }
}
