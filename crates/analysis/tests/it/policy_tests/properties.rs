//! Properties, and the cases that their counterexamples become.

use super::*;

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
            // The deny is on the usual subjects only.
            &[
                "repo:acme/web:ref:refs/heads/feature",
                "repo:acme/web:pull_request:ref:refs/heads/main",
            ],
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
