//! Mistakes of people in the field, one a line in `field-cases.jsonl`: a claim, a pattern, the token's claims
//! (or the one value), and what the explanation says: the hints' codes and their help.
//!
//! With `CLAIMGATE_WRITE=1` the file is written with what is said now. Read the difference before you accept it.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Outcome, explain_with};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
use serde_json::{Value, json};

use crate::sources::SOURCES;

/// What is said about a rule: codes and helps, in the order of the hints.
fn said(claim: &str, pattern: &str, claims: &Value) -> Vec<Value> {
    let claims = match claims {
        Value::Object(_) => claims.clone(),
        value => json!({ claim: value }),
    };
    let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization);
    let policies = match PolicySet::compile(&[policy.rule(claim, pattern)], Dialect::Pulumi) {
        Ok(policies) => policies,
        Err(errors) => {
            return errors
                .iter()
                .map(|error| json!([error.code, error.help]))
                .collect();
        }
    };
    let claims = Claims::from_json(&claims.to_string()).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(claims);
    let request = RequestedToken::Organization { admin: false };
    let explanation = explain_with(&policies, &claims, &request, SOURCES);
    assert_eq!(explanation.decision, Outcome::Denied, "{claim} {pattern}");
    explanation
        .hints
        .iter()
        .map(|hint| json!([hint.code, hint.help]))
        .collect()
}

#[test]
fn each_case_is_explained() {
    let text = include_str!("field-cases.jsonl");
    let (mut count, mut written) = (0, String::new());
    let mut wrong = Vec::new();
    for line in text.lines() {
        let case: Vec<Value> = serde_json::from_str(line).unwrap();
        let [claim, pattern, claims, expected] = case.as_slice() else {
            panic!("expected four members: {line}");
        };
        let found = Value::from(said(
            claim.as_str().unwrap(),
            pattern.as_str().unwrap(),
            claims,
        ));
        count += 1;
        if found != *expected {
            wrong.push(format!("{line}\n  {found}"));
        }
        written += &format!("{}\n", json!([claim, pattern, claims, found]));
    }
    if std::env::var_os("CLAIMGATE_WRITE").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/field-cases.jsonl");
        return std::fs::write(file, written).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 250, "{count}");
}
