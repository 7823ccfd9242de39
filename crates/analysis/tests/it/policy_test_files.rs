//! Reading and writing files of tests.

use claimgate::json::Value;
use claimgate_analysis::policy_tests::TestFile;

use crate::policy_tests::read;

/// A file with every member.
pub(crate) const EVERYTHING: &str = r#"{
        "note": "n", "policies": [{"decision": "deny", "tokenType": "organization", "rules": {}}],
        "issuer": "https://ci.example", "audiences": ["a"], "provider": "none", "dialect": "stringlike",
        "now": 1763942400, "mine": "acme/web", "samples": {"s": {"sub": "a"}},
        "cases": [
            {"name": "a", "note": "n", "claims": {"sub": ["a", 1]}, "expect": "denied"},
            {"name": "b", "sample": "s", "with": {"x.y": true}, "without": ["sub"], "request": {"admin": true},
             "expect": "allowed", "code": "allow-matched", "policies": [1, "p"], "role": null},
            {"name": "c", "sample": "s", "request": {"team": "t"}, "expect": "denied", "role": "r", "nearest": 2},
            {"name": "d", "sample": "s", "request": {"user": "u"}, "expect": "denied", "nearest": {"policy": "p", "claims": ["sub"]}},
            {"name": "e", "sample": "s", "request": {"runner": "r"}, "expect": "denied"}
        ],
        "properties": [
            {"never": {"sub": "*"}, "request": {"tokenType": "organization", "admin": true}, "allowUndecided": true},
            {"name": "o", "note": "n", "only": {"sub": "a"}, "request": {"user": "u"}},
            {"atMost": "f.json", "request": {"tokenType": "team"}}, {"equivalent": "g.json"},
            {"noFindings": {"except": ["any-ref"], "notes": true}}, {"noOutsiders": true}
        ]
    }"#;

/// What is wrong with a file.
fn errors(text: &str) -> Vec<String> {
    let errors = TestFile::read(&Value::parse(text).unwrap()).unwrap_err();
    let text = |error: &claimgate::Diagnostic| match &error.help {
        Some(help) => format!("{error} ({help})"),
        None => error.to_string(),
    };
    errors.iter().map(text).collect()
}

#[test]
fn a_file_is_read_strictly() {
    let case = |members: &str| format!(r#"{{"cases": [{{"name": "a", {members}}}]}}"#);
    let property = |members: &str| format!(r#"{{"properties": [{{{members}}}]}}"#);
    for (text, expected) in [
        (
            "[]",
            vec!["expected a file of tests, an object, found an empty array"],
        ),
        (
            "{}",
            vec!["expected `cases` or `properties`, found neither"],
        ),
        (
            r#"{"case": [], "dialect": "aws", "now": "soon", "policies": 1}"#,
            vec![
                "case: unknown key `case` (did you mean `cases`?)",
                "dialect: expected one of `pulumi`, `stringlike`, found `aws`",
                "policies: expected the name of a file, or an array of policies, found an integer",
                "now: expected a time such as `2026-11-29T12:00:00Z`, or seconds since 1970, found `soon`",
            ],
        ),
        (
            r#"{"policies": [{"decision": "allow", "tokenType": "team", "rulez": {}}], "cases": []}"#,
            vec![
                "policies[0].rulez: unknown key `rulez` (did you mean `rules`?)",
                "policies[0].rules: expected an object of claim paths and patterns, found nothing",
            ],
        ),
        (
            &case(r#""claims": {}, "expct": "denied", "expect": "alowed""#),
            vec![
                "cases[0].expct: unknown key `expct` (did you mean `expect`?)",
                "cases[0].expect: expected one of `allowed`, `denied`, found `alowed` (did you mean `allowed`?)",
            ],
        ),
        (
            &case(r#""claims": [], "sample": "b", "expect": "denied""#),
            vec!["cases[0].sample: expected `claims` or `sample`, found both"],
        ),
        (
            &case(r#""sample": "b", "with": {"a..b": 1}, "without": ["a/b"], "expect": "denied""#),
            vec![
                "cases[0].with.\"a..b\": expected a claim name at character 3, found an empty segment",
                "cases[0].without[0]: `/` at character 2 is only allowed in double quotes: `\"a/b\"`",
            ],
        ),
        (
            &case(
                r#""claims": {}, "with": {}, "expect": "denied", "policies": [0, true], "role": 1"#,
            ),
            vec![
                "cases[0].with: expected a `sample` that it changes, found `claims`",
                "cases[0].policies[0]: expected the number of a policy, from 1, found 0",
                "cases[0].policies[1]: expected the number or name of a policy, found a boolean",
                "cases[0].role: expected a role, or null for none, found an integer",
            ],
        ),
        (
            &case(
                r#""claims": {}, "expect": "denied", "request": {"team": "a b", "user": "c", "admin": true}"#,
            ),
            vec![
                "cases[0].request.team: expected a name that can be requested, of 1 to 100 letters, digits or `-_.@+`, found `a b`",
                "cases[0].request.user: expected one of `team`, `user` and `runner`, found several",
                "cases[0].request.admin: expected `admin` only in a request for an organization token, found it",
            ],
        ),
        (
            &case(
                r#""claims": {}, "expect": "denied", "request": {"tokenType": "runner", "team": "c"}"#,
            ),
            vec![
                "cases[0].request.team: expected no `team` in a request for a runner token, found one",
            ],
        ),
        (
            &case(r#""claims": {}, "expect": "denied", "request": {"tokenType": "runner"}"#),
            vec!["cases[0].request: expected `runner` in a request for a runner token, found none"],
        ),
        (
            r#"{"cases": [{"name": "a", "claims": {}, "expect": "denied"}], "properties": [{"name": "a", "only": {"sub": "b"}}]}"#,
            vec![
                "properties[0].name: two tests have the name `a` (names identify tests in reports: give each its own)",
            ],
        ),
        (
            &property(r#""never": {"a..b": "x", "c": {}}, "only": {}"#),
            vec![
                "properties[0]: expected one of `never`, `only`, `atMost`, `equivalent`, `noFindings`, `noOutsiders`, found several",
            ],
        ),
        (
            &property(r#""never": {"a..b": "x", "c": {}}"#),
            vec![
                "properties[0].never.c: expected a pattern in a string, found an object",
                "properties[0].never.a..b: expected a claim name at character 3, found an empty segment",
            ],
        ),
        (
            &property(r#""noFindings": {"except": ["any-reff"]}"#),
            vec![
                "properties[0].noFindings.except[0]: expected the code of a finding, found `any-reff` (did you mean `any-ref`?)",
            ],
        ),
        (
            &property(r#""only": {}"#),
            vec![
                "properties[0].only: expected at least one rule, found none (no rules hold on every token, so that this says nothing; `never: {}` says that no token is admitted)",
            ],
        ),
        (
            &property(r#""noFindings": true, "request": {"admin": true}"#),
            vec!["properties[0].request: expected no `request` with `noFindings`, found one"],
        ),
        (
            r#"{"properties": [{"noFindings": true}, {"noFindings": {"except": ["audience-only"]}}]}"#,
            vec![
                "properties[1]: expected a `name`, since another property is `no findings` too, found none",
            ],
        ),
    ] {
        assert_eq!(errors(text), expected, "{text}");
    }
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let text = EVERYTHING;
    let file = read(text);
    assert_eq!((file.cases.len(), file.properties.len()), (5, 6));
    let written = file.to_value();
    assert_eq!(TestFile::read(&written), Ok(file));
}
