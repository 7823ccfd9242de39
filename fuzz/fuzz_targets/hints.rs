//! Hints on any rule and any claim never panic, have words, and do not affect the decision; a pattern
//! that a hint offers as the one to write matches the token.
#![no_main]

use arbitrary::Arbitrary;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{HintSources, decide, explain_with};
use claimgate::pattern::{Dialect, Pattern};
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
use libfuzzer_sys::fuzz_target;

const SOURCES: HintSources = claimgate_providers::hints::sources(
    Some(|text| text.replace("e\u{301}", "\u{e9}")),
    str::to_lowercase,
);

/// A text of parts that hints look for, and of others.
#[derive(Arbitrary, Debug)]
struct Text<'a>(Vec<(u8, &'a str)>);

impl Text<'_> {
    fn write(&self) -> String {
        const PARTS: [&str; 32] = [
            "repo:",
            "acme",
            "/",
            ":",
            "*",
            "web",
            "@1",
            "ref:refs/heads/",
            "main",
            "pull_request",
            "environment:",
            "${{ a }}",
            "|",
            ",",
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            "^",
            "$",
            ".*",
            "\\",
            "**",
            "?",
            " ",
            "\u{200b}",
            "%2F",
            "\"",
            "organization:",
            "é",
        ];
        let parts = self.0.iter().take(40).map(|(part, other)| {
            let part = PARTS.get(usize::from(part % 48));
            part.copied().unwrap_or(other)
        });
        parts.collect()
    }
}

fuzz_target!(|input: (u8, bool, Text<'_>, Text<'_>, &str)| {
    const CLAIMS: [&str; 6] = [
        "sub",
        "ref",
        "aud",
        "event_name",
        "repository",
        "workflow_ref",
    ];
    let (claim, is_deny, pattern, value, path) = input;
    let (pattern, value) = (pattern.write(), value.write());
    let claim = CLAIMS.get(usize::from(claim % 8)).copied().unwrap_or(path);
    let decision = if is_deny {
        Decision::Deny
    } else {
        Decision::Allow
    };
    let policy = PolicyDefinition::new(decision, TokenType::Organization).rule(claim, &pattern);
    let dialect = if pattern.len() % 2 == 0 {
        Dialect::Pulumi
    } else {
        Dialect::StringLike
    };
    let policies = match PolicySet::compile(&[policy], dialect) {
        Ok(policies) => policies,
        Err(errors) => return assert!(!errors.is_empty()),
    };
    let claims = serde_json::json!({
        "sub": value, "ref": value, "aud": ["x", value], "event_name": value, "repository": value,
        "iss": "https://token.actions.githubusercontent.com", "a": { "b.c": value },
    });
    let claims = Claims::from_json(&claims.to_string()).expect("claims");
    let claims = TrustedClaims::dangerous_assume_verified(claims);
    let request = RequestedToken::Organization { admin: false };
    let explanation = explain_with(&policies, &claims, &request, SOURCES);
    assert_eq!(
        explanation.decision,
        decide(&policies, &claims, &request).decision
    );
    let is_match =
        |pattern: &str| Pattern::new(pattern, dialect).is_ok_and(|it| it.is_match(&value));
    for hint in &explanation.hints {
        // A new name of a repository may be one difference of several.
        let is_whole = hint.code != "sub-renamed" && claim != "aud";
        let fix = hint
            .fix
            .iter()
            .find(|fix| is_whole && fix.replace == pattern);
        assert!(fix.is_none_or(|fix| is_match(&fix.with)), "{hint:?}");
        assert!(!hint.message.is_empty() && hint.help.is_some(), "{hint:?}");
        assert!(hint.path.starts_with("policies[0]"), "{hint:?}");
    }
});
