//! What people trip on: each slip is named, with what to write instead, and nothing else is.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Explanation, explain, render_text};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicySet, RequestedToken, parse_policies};

fn explained(policies: &str, claims: &str) -> Explanation {
    let policies = PolicySet::compile(&parse_policies(policies).unwrap(), Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(claims).unwrap());
    explain(
        &policies,
        &claims,
        &RequestedToken::Organization { admin: false },
    )
}

/// Of one allow with one rule: the hints' codes, and what they say.
fn hint(claim: &str, pattern: &str, claims: &str) -> (Vec<String>, String) {
    let rule = serde_json::json!({ claim: pattern });
    let policy =
        serde_json::json!({"decision": "allow", "tokenType": "organization", "rules": rule});
    let explanation = explained(&policy.to_string(), claims);
    let words = explanation.hints.iter().map(|hint| {
        format!(
            "{}: {}\n",
            hint.message,
            hint.help.as_deref().unwrap_or_default()
        )
    });
    (
        explanation
            .hints
            .iter()
            .map(|hint| hint.code.to_string())
            .collect(),
        words.collect(),
    )
}

#[test]
fn each_slip_is_named_with_its_remedy() {
    let table = [
        (
            "sub",
            "repo:Octo-Org/app:*",
            r#"{"sub":"repo:octo-org/app:x"}"#,
            "look-alike-case",
            "as the token has it, `repo:octo-org/app:x`",
        ),
        (
            "iss",
            "https://a.example",
            r#"{"iss":"https://a.example/"}"#,
            "trailing-slash",
            "write `https://a.example/`",
        ),
        (
            "iss",
            "https://a.example/",
            r#"{"iss":"https://a.example"}"#,
            "trailing-slash",
            "write `https://a.example`",
        ),
        (
            "aud",
            "[a,b]",
            r#"{"aud":["a","b"]}"#,
            "claim-is-array",
            "write the pattern for one element",
        ),
        (
            "email_verified",
            "yes",
            r#"{"email_verified":true}"#,
            "boolean-as-text",
            "write `true`",
        ),
        (
            "email_verified",
            "True",
            r#"{"email_verified":true}"#,
            "look-alike-case",
            "`true`",
        ),
        (
            "kubernetes.io.namespace",
            "ci",
            r#"{"kubernetes.io":{"namespace":"ci"}}"#,
            "claim-unquoted",
            r#"write `"kubernetes.io".namespace`"#,
        ),
        (
            "a.b",
            "ci",
            r#"{"a.b":"ci"}"#,
            "claim-unquoted",
            r#"write `"a.b"`"#,
        ),
        (
            "repositry",
            "a",
            r#"{"repository":"a"}"#,
            "claim-misspelt",
            "did you mean `repository`?",
        ),
        (
            "ref",
            "main",
            r#"{"ref":"refs/heads/main"}"#,
            "ref-form",
            "write `refs/heads/main`",
        ),
        (
            "ref",
            "v*",
            r#"{"ref":"refs/tags/v1"}"#,
            "ref-form",
            "write `refs/tags/v*`",
        ),
        (
            "ref",
            "refs/heads/main",
            r#"{"ref":"main"}"#,
            "ref-form",
            "write `main`",
        ),
        (
            "sub",
            "repo:o/r:ref:refs/heads/main",
            r#"{"sub":"repo:o/r:environment:prod"}"#,
            "sub-form",
            "a job with an `environment`",
        ),
        (
            "sub",
            "repo:o/r:ref:*",
            r#"{"sub":"repo:o/r:pull_request"}"#,
            "sub-form",
            "a job of a pull request",
        ),
        (
            "sub",
            "repo:o/*:environment:prod",
            r#"{"sub":"repo:o/r:ref:refs/heads/main"}"#,
            "sub-form",
            "has `ref:refs/heads/…`",
        ),
        (
            "sub",
            "repo:o/r:*",
            r#"{"sub":"repo:o@12/r@34:ref:refs/heads/main"}"#,
            "sub-immutable",
            "write the ids into the pattern",
        ),
        (
            "sub",
            "repo:o@12/r@34:*",
            r#"{"sub":"repo:o/r:ref:refs/heads/main"}"#,
            "sub-immutable",
            "leave the ids out",
        ),
        (
            "sub",
            "repo:o/r ",
            r#"{"sub":"repo:o/r"}"#,
            "invisible-characters",
            "write `repo:o/r`",
        ),
        (
            "sub",
            "repo:o/r\u{200b}",
            r#"{"sub":"repo:o/r"}"#,
            "invisible-characters",
            "copy the value from the token",
        ),
        (
            "sub",
            "repo:my\u{2013}org/r",
            r#"{"sub":"repo:my-org/r"}"#,
            "invisible-characters",
            "look alike",
        ),
    ];
    for (claim, pattern, claims, code, words) in table {
        let (codes, said) = hint(claim, pattern, claims);
        assert_eq!(codes, [code], "{claim} ~ {pattern} on {claims}: {said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn where_there_is_no_slip_nothing_is_said() {
    let table = [
        ("sub", "repo:o/r:*", r#"{"sub":"repo:evil/r:x"}"#),
        (
            "sub",
            "repo:o/r:ref:*",
            r#"{"sub":"repo:evil/r:environment:prod"}"#,
        ),
        ("sub", "a", r#"{"sub":"b"}"#),
        ("sub", "a", r"{}"),
        ("sub", "a", r#"{"sub":null,"sup":"a"}"#),
        ("aud", "c", r#"{"aud":["a","b"]}"#),
        ("sub", "a", r#"{"sub":"a"}"#),
    ];
    for (claim, pattern, claims) in table {
        assert_eq!(
            hint(claim, pattern, claims).0,
            Vec::<&str>::new(),
            "{claim} ~ {pattern} on {claims}"
        );
    }
}

#[test]
fn a_deny_over_an_allow_and_another_token_type_are_named() {
    let policies = r#"[
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:o/r:environment:prod"}},
        {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:o/*"}},
        {"decision": "allow", "tokenType": "team", "teamName": "ops", "rules": {"actor": "octocat"}}
    ]"#;
    let denied = explained(policies, r#"{"sub":"repo:o/r:environment:prod"}"#);
    assert_eq!(denied.hints.len(), 1);
    assert_eq!(
        (&*denied.hints[0].code, denied.hints[0].path.as_str()),
        ("deny-shadows-allow", "policies[0]")
    );
    assert_eq!(
        denied.hints[0].message,
        "policy 1 allows this, but policy 2 denies it"
    );

    let other = explained(policies, r#"{"sub":"x","actor":"octocat"}"#);
    assert_eq!(other.hints.len(), 1);
    assert_eq!(
        (&*other.hints[0].code, other.hints[0].path.as_str()),
        ("wrong-token-type", "policies[2].tokenType")
    );
    let text = render_text(&other);
    assert!(
        text.contains(
            "note[wrong-token-type]: policy 3 matches this token, but applies to another request"
        ),
        "{text}"
    );
    assert!(
        text.contains("help: request a token of type team"),
        "{text}"
    );
}

#[test]
fn a_deny_that_fails_by_a_slip_is_named_though_the_token_is_allowed() {
    let policies = r#"[
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:o/*"}},
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "REPO:o/*"}},
        {"decision": "deny", "tokenType": "organization", "rules": {"actor": "Mallory"}}
    ]"#;
    let allowed = explained(policies, r#"{"sub":"repo:o/r:x","actor":"mallory"}"#);
    let hints: Vec<_> = allowed
        .hints
        .iter()
        .map(|hint| (&*hint.code, hint.path.as_str()))
        .collect();
    assert_eq!(hints, [("look-alike-case", "policies[2].rules.actor")]);
}
