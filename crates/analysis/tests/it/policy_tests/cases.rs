//! Cases: what they state, samples, and coverage.

use super::*;

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
