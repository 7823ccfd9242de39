//! Running files of tests.

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

/// The failures of the first case.
fn case_failures(case: &str) -> Vec<String> {
    let report = run_on(POLICIES, &format!(r#""cases": [{case}]"#));
    let failures = report.cases[0].failures.iter();
    failures.map(|failure| failure.message.clone()).collect()
}

#[test]
fn a_case_passes_on_what_it_states() {
    let main =
        r#""name": "a", "claims": {"aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main"}"#;
    for members in [
        r#""expect": "allowed""#,
        r#""expect": "allowed", "code": "allow-matched", "policies": [1], "role": "deployer""#,
        r#""expect": "allowed", "policies": ["main"]"#,
        r#""expect": "denied", "request": {"admin": true}, "code": "admin-not-granted""#,
        r#""expect": "denied", "request": {"team": "ops"}, "code": "default-deny", "policies": []"#,
        r#""expect": "allowed", "request": {"team": "dev-web"}, "policies": ["any"], "role": null"#,
    ] {
        assert_eq!(
            case_failures(&format!("{{{main}, {members}}}")),
            [""; 0],
            "{members}"
        );
    }
    let near =
        r#""name": "a", "claims": {"aud": "other", "sub": "repo:acme/web:ref:refs/heads/next"}"#;
    for (members, expected) in [
        (
            r#""expect": "allowed""#,
            "expected allowed, found denied by default: no allow policy matches",
        ),
        (
            r#""expect": "denied", "code": "deny-matched""#,
            "expected the code `deny-matched`, found `default-deny`",
        ),
        (
            r#""expect": "denied", "policies": [2, 1]"#,
            "expected policies 1 and 2 to decide, found no policy",
        ),
        (
            r#""expect": "denied", "policies": ["x"]"#,
            "no policy has the name `x`",
        ),
        (
            r#""expect": "denied", "policies": [4]"#,
            "there is no policy 4: the number of policies is 3",
        ),
        (
            r#""expect": "denied", "role": "r""#,
            "expected the role `r`, found no role",
        ),
        (
            r#""expect": "denied", "nearest": 2"#,
            "expected policy 2 as the nearest miss, found policy 1",
        ),
        (
            r#""expect": "denied", "nearest": {"policy": "main", "claims": ["sub"]}"#,
            "expected the nearest miss to fail on `sub`, found `aud` and `sub`",
        ),
    ] {
        assert_eq!(case_failures(&format!("{{{near}, {members}}}")), [expected]);
    }
    let passes = r#""expect": "denied", "nearest": {"policy": 1, "claims": ["sub", "aud"]}"#;
    assert_eq!(case_failures(&format!("{{{near}, {passes}}}")), [""; 0]);
}

#[test]
fn a_sample_is_changed() {
    let sub = r#""with": {"sub": "repo:acme/web:pull_request", "aud": ["acme"]}"#;
    for (case, expected) in [
        (
            format!(
                r#"{{"name": "a", "sample": "pull_request", {sub}, "request": {{"team": "dev-a"}}, "expect": "denied", "policies": [3]}}"#
            ),
            "",
        ),
        (
            format!(
                r#"{{"name": "a", "sample": "own", {sub}, "without": ["n.m"], "expect": "denied"}}"#
            ),
            "",
        ),
        (
            r#"{"name": "a", "sample": "owm", "expect": "denied"}"#.to_owned(),
            "there is no sample `owm`: did you mean `own`?",
        ),
        (
            r#"{"name": "a", "sample": "own", "without": ["n.x"], "expect": "denied"}"#.to_owned(),
            "the sample `own` has no claim `n.x`",
        ),
        (
            r#"{"name": "a", "sample": "own", "with": {"aud.x": 1}, "expect": "denied"}"#
                .to_owned(),
            "the sample `own` has no object for the claim `aud.x`",
        ),
    ] {
        let members =
            format!(r#""samples": {{"own": {{"aud": "a", "n": {{"m": 1}}}}}}, "cases": [{case}]"#);
        let report = run_on(POLICIES, &members);
        let failures = report.cases[0].failures.first();
        assert_eq!(
            failures.map_or("", |failure| &failure.message),
            expected,
            "{case}"
        );
    }
}

/// The provider's samples name what is one's own, and have times if the tests have one.
#[test]
fn samples_of_the_provider() {
    let policies = r#"[{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme/web:environment:*", "repository": "acme/web"}}]"#;
    let case = r#"{"name": "a", "sample": "environment", "expect": "allowed"}"#;
    let members = |more: &str, case: &str| format!(r#"{more} "cases": [{case}]"#);
    let report = run_on(
        policies,
        &members(r#""mine": "github-actions:acme/web","#, case),
    );
    assert!(report.passed, "{report:?}");
    assert!(!run_on(policies, &members("", case)).passed);
    let at_noon = r#""mine": "acme/web", "now": "2026-11-29T12:00:00Z","#;
    assert!(run_on(policies, &members(at_noon, case)).passed);
    let old = r#"{"name": "a", "sample": "environment", "with": {"exp": 1763942400}, "expect": "denied", "code": "token-expired"}"#;
    assert!(run_on(policies, &members(at_noon, old)).passed);
    let without = r#"{"name": "a", "sample": "environment", "without": ["exp"], "expect": "denied", "code": "expiry-missing"}"#;
    let report = run_on(policies, &members(at_noon, without));
    let decided = report.cases[0].decision.as_ref().unwrap();
    assert_eq!(decided.decision, Outcome::Denied);
}

#[test]
fn a_case_covers_the_policies_that_decide() {
    let report = run_on(
        POLICIES,
        r#""cases": [
            {"name": "a", "claims": {"aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main"}, "expect": "allowed"},
            {"name": "b", "claims": {"aud": "acme", "sub": "repo:acme/web:pull_request"}, "request": {"team": "dev-a"}, "expect": "denied"}
        ]"#,
    );
    let missing: Vec<_> = report
        .coverage
        .missing()
        .map(|own| own.title.as_str())
        .collect();
    assert_eq!(missing, ["policy 2 (`any`): allow team"]);
    let counts: Vec<_> = report
        .coverage
        .policies
        .iter()
        .map(|own| own.cases)
        .collect();
    assert_eq!(counts, [1, 0, 1]);
}

/// A property, whether it passes, and the `sub` of its counterexamples.
#[test]
fn properties_hold_or_have_a_counterexample() {
    let policies = r#"[
        {"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": {"aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main"}},
        {"decision": "allow", "tokenType": "organization", "rules": {"aud": "acme", "sub": "repo:acme/web:*"}},
        {"decision": "deny", "tokenType": "organization", "rules": {"sub": "*:pull_request"}}
    ]"#;
    for (property, expected) in [
        (r#""never": {"sub": "*:pull_request"}"#, &[][..]),
        (
            r#""never": {"sub": "*:environment:*"}"#,
            &["repo:acme/web:environment:production"],
        ),
        (
            r#""never": {"sub": "*:environment:*"}, "request": {"admin": true}"#,
            &[],
        ),
        (
            r#""never": {"sub": "*:environment:*"}, "request": {"tokenType": "team"}"#,
            &[],
        ),
        (r#""only": {"repository_owner": "acme"}"#, &[]),
        (
            r#""only": {"sub": "repo:acme/web:ref:*"}"#,
            &["repo:acme/web:environment:production"],
        ),
        (
            r#""only": {"ref": "refs/heads/main"}, "request": {"admin": true}"#,
            &[],
        ),
        (r#""atMost": "wide.json""#, &[]),
        (
            r#""atMost": "narrow.json""#,
            &["repo:acme/web:ref:refs/heads/feature"],
        ),
        (
            r#""equivalent": "narrow.json", "request": {"admin": true}"#,
            &[],
        ),
        (
            r#""equivalent": "wide.json", "request": {"admin": true}"#,
            &[],
        ),
        (
            r#""noOutsiders": {"except": ["other-tag", "other-environment", "other-workflow", "self-hosted-runner", "recycled-name"]}"#,
            &["repo:acme/web:ref:refs/heads/feature"],
        ),
    ] {
        let text = format!(
            r#"{{"issuer": "{GITHUB}", "policies": {policies}, "properties": [{{{property}}}]}}"#
        );
        let mut files = |name: &str| {
            let pattern = match name {
                "wide.json" => "repo:acme/*",
                _ => "repo:acme/web:ref:refs/heads/main",
            };
            let json = format!(
                r#"[{{"decision": "allow", "tokenType": "organization", "rules": {{"aud": "acme", "sub": "{pattern}"}}}},
                    {{"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": {{"aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main"}}}}]"#
            );
            let definition = IssuerDefinition {
                policies: parse_policies(&json).unwrap(),
                ..IssuerDefinition::default()
            };
            Ok(PolicyFile {
                issuers: vec![definition.into()],
                dialect: Dialect::Pulumi,
            })
        };
        let report = run_tests("a", &read(&text), &mut files).unwrap();
        let found: Vec<_> = report.properties[0]
            .counterexamples
            .iter()
            .map(|own| {
                own.witness
                    .claims
                    .get("sub")
                    .and_then(Value::as_str)
                    .unwrap()
            })
            .collect();
        assert_eq!(
            found, expected,
            "{property}: {:?}",
            report.properties[0].failures
        );
        assert_eq!(report.passed, expected.is_empty(), "{property}");
    }
}

#[test]
fn findings_fail_unless_they_are_excepted() {
    let policies = r#"[{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme/web:*"}}]"#;
    let report = run_on(policies, r#""properties": [{"noFindings": true}]"#);
    let codes: Vec<_> = report.properties[0]
        .findings
        .iter()
        .map(|own| own.code.to_string())
        .collect();
    assert!(
        !report.passed && codes.contains(&"audience-unpinned".to_owned()),
        "{codes:?}"
    );
    let except = codes
        .iter()
        .map(|code| format!("\"{code}\""))
        .collect::<Vec<_>>()
        .join(",");
    let members = format!(r#""properties": [{{"noFindings": {{"except": [{except}]}}}}]"#);
    assert!(run_on(policies, &members).passed);
}

/// A pattern that needs too large an automaton.
#[test]
fn what_is_undecided_fails_unless_it_is_allowed() {
    let dots = ".".repeat(20);
    let policies = format!(
        r#"[{{"decision": "allow", "tokenType": "organization", "rules": {{"x": "*a{dots}"}}}},
            {{"decision": "deny", "tokenType": "organization", "rules": {{"x": "*b{dots}"}}}}]"#
    );
    let property = r#""never": {"x": "*a*", "sub": "*"}"#;
    let failed = run_on(&policies, &format!(r#""properties": [{{{property}}}]"#));
    let first = &failed.properties[0];
    assert!(first.undecided && !failed.passed, "{first:?}");
    assert_eq!(first.failures[0].code, "property-undecided");
    let allowed = format!(r#""properties": [{{{property}, "allowUndecided": true}}]"#);
    let allowed = run_on(&policies, &allowed);
    assert!(allowed.passed && allowed.properties[0].undecided);
}

#[test]
fn counterexamples_become_cases_once() {
    let policies = r#"[{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme/web:*"}}]"#;
    let text = format!(
        r#"{{"issuer": "{GITHUB}", "policies": {policies}, "properties": [{{"never": {{"sub": "*:pull_request"}}}}]}}"#
    );
    let mut file = read(&text);
    let run = |file: &TestFile| {
        let mut none = |name: &str| Err(name.to_owned());
        run_tests("a", file, &mut none).unwrap()
    };
    let cases = run(&file).new_cases(&file);
    assert_eq!(cases.len(), 1);
    assert_eq!(
        cases[0].name,
        "counterexample of never sub ~ *:pull_request"
    );
    file.cases.extend(cases);
    let report = run(&file);
    assert_eq!(report.count(), (0, 2));
    assert!(report.new_cases(&file).is_empty());
    assert_eq!(TestFile::read(&file.to_value()), Ok(file));
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
