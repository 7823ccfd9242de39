use claimgate::policy::{Decision, PolicyDefinition, TokenType, to_json};
use claimgate_formats::Sample;
use proptest::prelude::*;

use super::*;
use crate::issuers::storage::StoredIssuer;

fn allow(pattern: &str) -> PolicyDefinition {
    PolicyDefinition::new(Decision::Allow, TokenType::Organization)
        .rule("aud", "octo")
        .rule("sub", pattern)
}

fn deny() -> PolicyDefinition {
    PolicyDefinition::new(Decision::Deny, TokenType::Organization)
        .rule("event_name", "pull_request")
}

fn described(saved: &[PolicyDefinition], edited: &[PolicyDefinition]) -> Vec<String> {
    let tell = |change: Change| format!("{}: {}", change.title, change.details.join("; "));
    changes(saved, edited).into_iter().map(tell).collect()
}

#[test]
fn changes_are_described_in_words() {
    let cases: [(&[PolicyDefinition], &[PolicyDefinition], &[&str]); 5] = [
        (
            &[],
            &[deny()],
            &["policy 1, deny organization, is new: rule `event_name` matches `pull_request`"],
        ),
        (
            &[deny()],
            &[],
            &[
                "the former policy 1, deny organization, is removed: rule `event_name` matches `pull_request`",
            ],
        ),
        (
            &[allow("a*")],
            &[allow("b*")],
            &["policy 1, allow organization, changes: `sub`: `a*` becomes `b*`"],
        ),
        (&[allow("a"), deny()], &[deny(), allow("a")], &[]),
        (
            &[allow("a"), deny()],
            &[deny().rule("ref", "x"), allow("a")],
            &["policy 1, deny organization, changes: new rule `ref` matches `x`"],
        ),
    ];
    for (saved, edited, expected) in cases {
        assert_eq!(described(saved, edited), expected);
    }
}

#[test]
fn changed_fields_are_described() {
    let old = PolicyDefinition {
        role_id: Some("a".to_owned()),
        ..allow("x")
    };
    let new = PolicyDefinition {
        authorized_permissions: Some(vec!["admin".to_owned()]),
        ..allow("x")
    };
    let described = described(&[old], &[new]);
    assert!(
        described[0].contains(
            "`roleID`: `a` becomes nothing; `authorizedPermissions`: nothing becomes `admin`"
        ),
        "{described:?}"
    );
}

fn version(name: &str, kid: &str, policies: Vec<PolicyDefinition>) -> StoredIssuer {
    let jwks = Some(format!(
        r#"{{"keys":[{{"kty":"OKP","kid":"a"}},{{"kty":"OKP","kid":"{kid}"}}]}}"#
    ));
    StoredIssuer {
        name: name.to_owned(),
        jwks,
        policies,
        ..StoredIssuer::blank("1".to_owned(), 0)
    }
}

#[test]
fn versions_of_an_issuer_are_compared_part_by_part() {
    let (old, new) = (
        version("A", "b", vec![allow("a")]),
        version("B", "c", vec![allow("b")]),
    );
    let new = StoredIssuer {
        max_expiration: Some(60),
        thumbprints: vec!["ab".to_owned()],
        ..new
    };
    let described: Vec<_> = issuer_changes(&old, &new)
        .into_iter()
        .map(|change| format!("{}: {}", change.title, change.details.join("; ")))
        .collect();
    let expected = [
        "name: `A` becomes `B`",
        "max expiration: `25 hours, the default` becomes `1 minute`",
        "thumbprints: new thumbprint `ab`",
        "keys: key `b` is removed; new key `c`",
        "policy 1, allow organization, changes: `sub`: `a` becomes `b`",
    ];
    assert_eq!(described, expected);
    assert_eq!(issuer_changes(&old, &old), []);
    let text = issuer_lines(&old, &new);
    let goes: Vec<_> = text
        .iter()
        .filter(|line| line.kind == Some(ChangeKind::Removed))
        .map(|line| line.text.trim())
        .collect();
    let expected = [
        "name: A",
        "max expiration: 25 hours, the default",
        "thumbprints:",
        r#""kid": "b""#,
        r#""sub": "a""#,
    ];
    assert_eq!(goes, expected);
    let renamed = StoredIssuer {
        name: "C".to_owned(),
        ..old.clone()
    };
    let text: Vec<_> = issuer_lines(&old, &renamed)
        .into_iter()
        .map(|line| line.text)
        .collect();
    assert_eq!(text, ["name: A", "name: C"], "what is the same is left out");
}

#[test]
fn keys_and_samples_that_differ_say_how() {
    let keys = |old, new| issuer::keys(Some(old), Some(new));
    let one = r#"{"keys":[{"kid":"a","n":"1"}]}"#;
    assert_eq!(
        keys(one, r#"{"keys":[{"kid":"a","n":"2"}]}"#),
        ["key `a` changes"]
    );
    assert_eq!(
        keys(one, r#"{"keys": [{"kid":"a","n":"1"}]}"#),
        ["the same keys, formatted differently"]
    );
    assert_eq!(keys(one, "{"), ["they are replaced"]);
    assert_eq!(issuer::keys(Some(one), None), ["key `a` is removed"]);
    let sample = |id: &str, name: &str| Sample {
        name: name.to_owned(),
        claims: "{}".to_owned(),
        ..Sample::blank(id.to_owned())
    };
    let described = issuer::samples(
        &[sample("1", "A"), sample("2", "B")],
        &[sample("1", "A2"), sample("3", "C")],
    );
    assert_eq!(
        described,
        ["test `A2` changes", "test `B` is removed", "new test `C`"]
    );
}

#[test]
fn the_text_shows_removed_and_added_lines_in_the_saved_order() {
    let lines = lines(&[allow("a"), deny()], &[deny(), allow("b")]);
    let marked: Vec<_> = lines
        .iter()
        .filter_map(|line| Some((line.kind?, line.text.trim())))
        .collect();
    let expected = [
        (ChangeKind::Removed, r#""sub": "a""#),
        (ChangeKind::Added, r#""sub": "b""#),
    ];
    assert_eq!(marked, expected);
}

proptest! {
    #[test]
    fn order_is_no_change_and_lines_add_up(
        saved in prop::collection::vec(claimgate_testing::policy(), 0..5),
        edited in prop::collection::vec(claimgate_testing::policy(), 0..5),
    ) {
        let mut turned: Vec<_> = saved.iter().rev().cloned().collect();
        turned.iter_mut().for_each(|policy| policy.rules.reverse());
        prop_assert_eq!(changes(&saved, &turned), []);
        prop_assert!(lines(&saved, &turned).iter().all(|line| line.kind.is_none()));
        let lines = lines(&saved, &edited);
        let old: Vec<_> = lines.iter().filter(|line| line.kind != Some(ChangeKind::Added)).map(|line| line.text.as_str()).collect();
        prop_assert_eq!(old.join("\n"), to_json(&saved).lines().collect::<Vec<_>>().join("\n"));
        let one_side = saved.len().abs_diff(edited.len());
        prop_assert!(changes(&saved, &edited).len() >= one_side);
    }
}
