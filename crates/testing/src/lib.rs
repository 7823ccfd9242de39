//! Strategies for property tests: random policies; and tables that tests of several crates read.

mod issuers;

pub use issuers::{IssuerCase, issuer_cases};

use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use proptest::prelude::*;

/// Valid and invalid texts, with some that other languages interpret.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z:/*.-]{1,10}",
        "[ -~\\n\u{80}-\u{24f}\u{2000}-\u{2070}😀]{1,10}",
        "[$${}a]{1,6}"
    ]
}

/// Policies that compile.
pub fn policy() -> impl Strategy<Value = PolicyDefinition> {
    let rules = prop::collection::btree_map("[a-z]{1,3}|\"[ -!#-\\[\\]-~]{1,4}\"", text(), 1..4);
    (
        any::<bool>(),
        0..4_usize,
        text(),
        rules,
        any::<bool>(),
        any::<bool>(),
        prop::option::of(text()),
    )
        .prop_map(|(allow, kind, target, rules, admin, report_only, label)| {
            let decision = if allow {
                Decision::Allow
            } else {
                Decision::Deny
            };
            let mut policy = PolicyDefinition::new(decision, TokenType::ALL[kind]);
            policy.report_only = report_only && !allow;
            policy.note.clone_from(&label);
            policy.name = label;
            match policy.token_type {
                TokenType::Organization => {
                    policy.role_id = Some(target);
                    policy.authorized_permissions = admin.then(|| vec!["admin".to_owned()]);
                }
                TokenType::Team => policy.team_name = Some(target),
                TokenType::Personal => policy.user_login = Some(target),
                TokenType::Runner => policy.runner_id = Some(target),
            }
            let mut seen = std::collections::BTreeSet::new();
            let mut is_new = |claim: &String| seen.insert(claim.trim_matches('"').to_owned());
            policy.rules = rules
                .into_iter()
                .filter(|(claim, _)| is_new(claim))
                .collect();
            policy
        })
}
