//! `duplicate-rule-meaning`: one claim is written in two ways.

use claimgate::diagnostic::{Basis, Severity};
use std::collections::HashMap;

use claimgate::claim_path::ClaimPath;

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "duplicate-rule-meaning",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "One claim is written in two ways in different policies.",
    about: "`\"aud\"` and `aud` are the same path. Searches and reviews miss one of them.",
    incident: "A claim is renamed in all policies but one, in which it is quoted.",
    remedy: "write the path without quotes where they are not needed",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } },
  { "decision": "allow", "tokenType": "organization", "rules": { "\"aud\"": "acme", "sub": "repo:acme/api:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } },
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/api:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let mut seen: HashMap<Vec<String>, String> = HashMap::new();
    for (policy, claim, _) in rules(cx) {
        let Ok(path) = ClaimPath::parse(&claim) else {
            continue;
        };
        let first = seen
            .entry(path.segments().to_vec())
            .or_insert_with(|| claim.clone());
        if *first != claim {
            let message = format!("`{claim}` is the same claim as `{first}`");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
