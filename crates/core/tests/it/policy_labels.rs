//! SEMANTICS, section 4: the name and the note of a policy.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{decide, explain};
use claimgate::pattern::Dialect;
use claimgate::policy::{
    MAX_NAME_CHARS, MAX_NOTE_CHARS, PolicyDefinition, PolicySet, RequestedToken, parse_policies,
    to_json,
};

fn labelled(name: &str, note: &str) -> Vec<PolicyDefinition> {
    let [name, note] = [name, note].map(|text| serde_json::to_string(text).unwrap());
    let json = format!(
        r#"{{"name":{name},"note":{note},"decision":"allow","tokenType":"organization","rules":{{"sub":"a"}}}}"#
    );
    parse_policies(&json).unwrap()
}

#[test]
fn names_and_notes_are_kept_and_have_no_effect() {
    let policies = labelled("Deploys", "since the move, see the runbook");
    assert_eq!(policies[0].name.as_deref(), Some("Deploys"));
    assert_eq!(parse_policies(&to_json(&policies)), Ok(policies.clone()));
    let plain = vec![PolicyDefinition {
        name: None,
        note: None,
        ..policies[0].clone()
    }];
    let request = RequestedToken::Organization { admin: false };
    for sub in ["a", "b"] {
        let claims = Claims::from_json(&format!(r#"{{"sub":"{sub}"}}"#)).unwrap();
        let claims = TrustedClaims::dangerous_assume_verified(claims);
        let sets =
            [&policies, &plain].map(|list| PolicySet::compile(list, Dialect::Pulumi).unwrap());
        let [with, without] = sets.each_ref().map(|set| decide(set, &claims, &request));
        assert_eq!(with, without);
        let [with, without] = sets.each_ref().map(|set| explain(set, &claims, &request));
        assert_eq!(with, without);
    }
}

#[test]
fn an_empty_label_is_none() {
    let policies = labelled("", "");
    assert_eq!((&policies[0].name, &policies[0].note), (&None, &None));
    assert!(!to_json(&policies).contains("name"));
}

#[test]
fn labels_have_a_limit() {
    let text = |count: usize| "é".repeat(count);
    let longest = labelled(&text(MAX_NAME_CHARS), &text(MAX_NOTE_CHARS));
    assert!(PolicySet::compile(&longest, Dialect::Pulumi).is_ok());
    let longer = labelled(&text(MAX_NAME_CHARS + 1), &text(MAX_NOTE_CHARS + 1));
    let errors = PolicySet::compile(&longer, Dialect::Pulumi).unwrap_err();
    let found: Vec<_> = errors
        .iter()
        .map(|error| (&*error.path, &*error.code, &*error.message))
        .collect();
    assert_eq!(
        found,
        [
            (
                "policies[0].name",
                "policy-label-too-long",
                "expected at most 100 characters, found 101"
            ),
            (
                "policies[0].note",
                "policy-label-too-long",
                "expected at most 1000 characters, found 1001"
            ),
        ]
    );
    let error =
        parse_policies(r#"{"name":7,"decision":"deny","tokenType":"organization","rules":{}}"#);
    assert_eq!(error.unwrap_err()[0].path, "name");
}

#[test]
fn a_byte_order_mark_before_policies_is_skipped() {
    let json = to_json(&labelled("a", "b"));
    assert_eq!(
        parse_policies(&format!("\u{feff}{json}")),
        Ok(labelled("a", "b"))
    );
}
