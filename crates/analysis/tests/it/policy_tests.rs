//! Running files of tests.

mod cases;
mod properties;

use claimgate::explain::Outcome;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::json::spans::Spans;
use claimgate::pattern::Dialect;
use claimgate::policy::parse_policies;
use claimgate_analysis::policy_tests::{
    PolicyFile, TestFile, TestReport, TestSubject, run_cases, run_tests,
};

const GITHUB: &str = "https://token.actions.githubusercontent.com";

const POLICIES: &str = r#"[
    {"name": "main", "decision": "allow", "tokenType": "organization", "roleID": "deployer",
     "rules": {"aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main"}},
    {"name": "any", "decision": "allow", "tokenType": "team", "teamName": "dev-*", "rules": {"aud": "acme", "sub": "repo:acme/*"}},
    {"decision": "deny", "tokenType": "team", "rules": {"sub": "*:pull_request"}, "teamName": "*"}
]"#;

pub(crate) fn read(text: &str) -> TestFile {
    TestFile::read(&Value::parse(text).unwrap()).unwrap()
}

/// The results of a file on GitHub's tokens, whose other members are `members`.
fn run_on(policies: &str, members: &str) -> TestReport {
    let text = format!(r#"{{"issuer": "{GITHUB}", "policies": {policies}, {members}}}"#);
    let none = |name: &str| Err(format!("there is no file `{name}`"));
    run_tests("a.test.json", &read(&text), &mut { none }).unwrap()
}

#[test]
fn reports_are_json_in_both_directions_and_have_places() {
    let text = format!(
        "{{\"issuer\": \"{GITHUB}\",\n\"policies\": {POLICIES},\n\"cases\": [\n  {{\"name\": \"é\", \"claims\": {{}}, \"expect\": \"allowed\"}}],\n\"properties\": [{{\"never\": {{}}}}]}}"
    );
    let mut none = |name: &str| Err(name.to_owned());
    let mut report = run_tests("a.json", &read(&text), &mut none).unwrap();
    report.locate(&text, &Spans::read(&text));
    let place = report.cases[0].place.unwrap();
    assert_eq!((place.line, place.column), (9, 3));
    assert_eq!(report.cases[0].id, "a.json#é");
    assert!(
        report.cases[0]
            .explanation
            .as_ref()
            .unwrap()
            .starts_with("DENIED[default-deny]")
    );
    assert_eq!(report.properties[0].id, "a.json#never any token");
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<TestReport>(&json).unwrap(), report);
}

#[test]
fn the_issuer_is_found_among_several() {
    let issuer = |url: &str| IssuerDefinition {
        url: url.to_owned(),
        ..IssuerDefinition::default()
    };
    let several = PolicyFile {
        issuers: vec![
            issuer("https://a.example").into(),
            issuer("https://b.example").into(),
        ],
        dialect: Dialect::StringLike,
    };
    let case = r#""cases": [{"name": "a", "claims": {}, "expect": "denied"}]"#;
    let subject = |members: &str| {
        let file = read(&format!(r#"{{"policies": "x.json", {members} {case}}}"#));
        TestSubject::of(&file, Some(&several)).map(|subject| run_cases("n", &file, &subject).issuer)
    };
    assert_eq!(
        subject(r#""issuer": "https://b.example","#).unwrap(),
        "https://b.example"
    );
    let error = subject("").unwrap_err();
    assert_eq!(
        error[0].to_string(),
        "issuer: expected `issuer`, found none: the file has the issuers https://a.example, https://b.example"
    );
    let error = subject(r#""issuer": "https://b.exampel","#).unwrap_err();
    assert_eq!(
        error[0].help.as_deref(),
        Some("did you mean `https://b.example`?")
    );
    assert!(subject(r#""issuer": "https://a.example", "audiences": ["x"],"#).is_err());
}

/// The example of the documentation passes and covers all policies.
#[test]
fn the_example_of_the_page_passes() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy-tests.md");
    let page = std::fs::read_to_string(path).unwrap();
    let example = page.split("\n```json policy-tests\n").nth(1).unwrap();
    let file = read(example.split("\n```").next().unwrap());
    let mut none = |name: &str| Err(name.to_owned());
    let report = run_tests("a", &file, &mut none).unwrap();
    assert!(report.passed, "{report:#?}");
    assert_eq!(report.coverage.missing().count(), 0);
}

/// The other policies are those of the same issuer, however many there are.
#[test]
fn the_same_issuer_is_compared() {
    let text = format!(
        r#"{{"issuer": "{GITHUB}", "policies": {POLICIES}, "properties": [{{"equivalent": "all.json"}}]}}"#
    );
    let issuer = |url: &str, policies: &str| IssuerDefinition {
        url: url.to_owned(),
        policies: parse_policies(policies).unwrap(),
        ..IssuerDefinition::default()
    };
    let run = |urls: [&str; 2]| {
        let issuers = urls.map(|url| issuer(url, POLICIES).into()).to_vec();
        let mut files = |_: &str| {
            let issuers = issuers.clone();
            Ok(PolicyFile {
                issuers,
                dialect: Dialect::Pulumi,
            })
        };
        run_tests("a", &read(&text), &mut files)
    };
    assert!(run(["https://a.example", GITHUB]).unwrap().passed);
    let errors = run(["https://a.example", "https://b.example"]).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        format!(
            "properties[0].equivalent: `all.json` cannot be compared: the file has no issuer `{GITHUB}`"
        )
    );
}
