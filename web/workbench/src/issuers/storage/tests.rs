use claimgate::explain::Outcome;
use claimgate::policy::{Decision, TokenType};

use super::*;

fn full() -> StoredIssuer {
    StoredIssuer {
        name: "CI".to_owned(),
        url: "https://ci.example".to_owned(),
        max_expiration: Some(3600),
        jwks: Some("{\"keys\":[]}".to_owned()),
        jwks_source: Some("https://ci.example/keys".to_owned()),
        thumbprints: vec!["ab".repeat(32)],
        audiences: Some(vec!["urn:pulumi:org:acme".to_owned()]),
        single_use: true,
        report_only: true,
        policies: vec![
            PolicyDefinition::new(Decision::Allow, TokenType::Organization)
                .rule("sub", "b*")
                .rule("aud", "a"),
        ],
        samples: vec![Sample {
            id: "s1".to_owned(),
            name: "main".to_owned(),
            claims: "{\"sub\":\"b\"}".to_owned(),
            token_type: "team".to_owned(),
            target: "core".to_owned(),
            admin: false,
            expect: Some(Outcome::Denied),
        }],
        preset: "github".to_owned(),
        modified: 2,
        last_used: Some(3),
        revision: 7,
        ..StoredIssuer::blank("a1".to_owned(), 1)
    }
}

fn state(issuers: Vec<StoredIssuer>) -> StoredState {
    StoredState {
        issuers,
        ..StoredState::default()
    }
}

#[test]
fn what_is_written_is_read_again_with_its_rules_in_order() {
    let state = StoredState {
        issuers: vec![full()],
        removed: vec![Tombstone {
            id: "b".to_owned(),
            revision: 4,
        }],
        conflicts: vec![Conflict {
            id: "a1@0".to_owned(),
            issuer: full(),
        }],
    };
    assert_eq!(from_json(&to_json(&state)), Ok(state));
}

#[test]
fn no_issuers_are_read_again() {
    assert_eq!(
        from_json(&to_json(&StoredState::default())),
        Ok(StoredState::default())
    );
}

#[test]
fn another_version_is_refused_by_its_number() {
    let problem = from_json(r#"{"version":5,"issuers":[]}"#).unwrap_err();
    assert_eq!(problem, "expected version 4 or older, found 5");
}

#[test]
fn version_1_is_read_with_what_it_did_not_have_left_empty() {
    let text = r#"{"version":1,"issuers":[{"id":"a","name":"CI","url":"https://ci.example","maxExpiration":null,
            "jwks":null,"policies":[],"preset":"","created":1,"modified":2}]}"#;
    let expected = StoredIssuer {
        name: "CI".to_owned(),
        url: "https://ci.example".to_owned(),
        modified: 2,
        ..StoredIssuer::blank("a".to_owned(), 1)
    };
    assert_eq!(from_json(text), Ok(state(vec![expected])));
}

#[test]
fn version_2_is_read_with_what_it_had() {
    let text = to_json(&state(vec![full()])).replace("\"version\":4", "\"version\":2");
    let text = text
        .replace(",\"revision\":7", "")
        .replace(",\"removed\":[],\"conflicts\":[]", "");
    assert!(
        !text.contains("revision") && !text.contains("removed"),
        "{text}"
    );
    assert_eq!(
        from_json(&text),
        Ok(state(vec![StoredIssuer {
            revision: 0,
            ..full()
        }]))
    );
}

#[test]
fn version_3_is_read_with_its_marks_on_the_policies() {
    let text = r#"{"version":3,"issuers":[{"id":"a","name":"CI","url":"https://ci.example","reporting":[true,true],
            "policies":[{"decision":"allow","tokenType":"organization","rules":{"sub":"a"}},
                {"decision":"deny","tokenType":"organization","rules":{"sub":"b"}}]}]}"#;
    let policies = &from_json(text).unwrap().issuers[0].policies;
    assert_eq!(
        policies
            .iter()
            .map(|policy| policy.report_only)
            .collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn broken_text_is_refused() {
    let broken = [
        "",
        "{",
        "[]",
        r#"{"version":1}"#,
        r#"{"version":1,"issuers":[{}]}"#,
        r#"{"version":3,"issuers":[],"removed":[{}]}"#,
        r#"{"version":3,"issuers":[],"conflicts":[{"id":"a"}]}"#,
        r#"{"version":3,"issuers":[],"conflicts":{}}"#,
    ];
    for text in broken {
        assert!(from_json(text).is_err(), "{text}");
    }
}
