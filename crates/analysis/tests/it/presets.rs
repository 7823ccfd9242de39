//! The presets of all providers: their grammars admit the sample tokens, and strangers stay out.

use std::collections::BTreeMap;

use claimgate::claim_path::ClaimPath;
use claimgate::claims::{Claims, Value};
use claimgate::pattern::{Dialect, escape};
use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use claimgate_analysis::{Analysis, Answer};
use claimgate_providers::grammar::grammar;

use crate::random::model_at;

/// A rule for each scalar within a value that only it matches.
fn rules(value: &Value, path: &mut Vec<String>, policy: PolicyDefinition) -> PolicyDefinition {
    match value {
        Value::Object(members) => members.iter().fold(policy, |policy, (name, value)| {
            path.push(name.clone());
            let policy = rules(value, path, policy);
            path.pop();
            policy
        }),
        Value::Array(items) => match items.first().and_then(Value::scalar_text) {
            Some(text) => policy.rule(name(path), escape(&text, Dialect::Pulumi)),
            None => policy,
        },
        scalar => match scalar.scalar_text() {
            Some(text) => policy.rule(name(path), escape(&text, Dialect::Pulumi)),
            None => policy,
        },
    }
}

fn name(path: &[String]) -> String {
    ClaimPath::of(&path.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn grammars_admit_the_samples_of_presets() {
    let (mut known, mut wrong) = (0, Vec::new());
    for provider in claimgate_providers::all() {
        let filled = provider.fill(&BTreeMap::new(), 1_900_000_000);
        known += usize::from(grammar(&filled.url).is_some());
        let claims = Claims::from_json(&filled.claims).unwrap().into_value();
        let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization);
        let allow = rules(&claims, &mut Vec::new(), allow);
        let model = model_at(&filled.url, &[allow]);
        let answer = Analysis::new(&model).is_satisfiable(0);
        if let Answer::No { proof } = &answer {
            wrong.push((provider.id.clone(), proof.steps.clone()));
        }
        assert!(
            !matches!(answer, Answer::Undecided { .. }),
            "{}",
            provider.id
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(known >= 16, "{known}");
}

#[test]
fn presets_admit_no_stranger_and_have_no_defect() {
    let (mut shared, mut wrong) = (0, Vec::new());
    for provider in claimgate_providers::all() {
        let filled = provider.fill(&BTreeMap::new(), 1_900_000_000);
        let model = model_at(&filled.url, &filled.policies);
        let mut analysis = Analysis::new(&model);
        for policy in 0..filled.policies.len() {
            if let Some(answer) = analysis.stranger(policy) {
                shared += 1;
                assert!(answer.is_no(), "{}: {answer:#?}", provider.id);
            }
        }
        let issues = analysis.review().issues;
        if !issues.is_empty() {
            wrong.push((provider.id.clone(), issues));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(shared >= 6, "{shared}");
}
