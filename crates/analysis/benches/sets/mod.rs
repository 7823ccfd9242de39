//! Sets of policies to measure with.

use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use claimgate_analysis::Answer;

/// Policies as an organization with many repositories writes them on GitHub's issuer: for branches,
/// environments and releases, some with roles, admin permission, teams and runners, and denies for pull
/// requests, work in progress and people; one in six is a deny.
pub(crate) fn of_size(size: usize) -> Vec<PolicyDefinition> {
    let denies = size / 6;
    let allows = (0..size - denies).map(allow);
    allows.chain((0..denies).map(deny)).collect()
}

fn allow(i: usize) -> PolicyDefinition {
    let context = [
        "ref:refs/heads/main",
        "environment:production",
        "*",
        "ref:refs/heads/release/*",
        "ref:refs/tags/v*",
    ][i % 5];
    let token_type = match i % 11 {
        9 => TokenType::Team,
        10 => TokenType::Runner,
        _ => TokenType::Organization,
    };
    let mut policy = PolicyDefinition::new(Decision::Allow, token_type)
        .rule("aud", "urn:pulumi:org:acme")
        .rule("sub", format!("repo:acme/app-{i}:{context}"));
    match token_type {
        TokenType::Team => policy.team_name = Some(format!("team-{}", i % 4)),
        TokenType::Runner => policy.runner_id = Some("pool".to_owned()),
        _ => {
            policy.role_id =
                [None, None, Some("deployer"), Some("reader")][i % 4].map(str::to_owned);
            policy.authorized_permissions = (i % 8 == 1).then(|| vec!["admin".to_owned()]);
        }
    }
    if i.is_multiple_of(7) {
        policy = policy.rule("runner_environment", "github-hosted");
    }
    policy
}

fn deny(i: usize) -> PolicyDefinition {
    let policy = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
    match i % 3 {
        0 => policy.rule("sub", format!("repo:acme/app-{}:pull_request", i * 5)),
        1 => policy
            .rule("ref", "refs/heads/wip/*")
            .rule("repository", format!("acme/app-{i}")),
        _ => policy.rule("actor", format!("contractor-{i}")),
    }
}

/// The same with one allow that admits more.
pub(crate) fn with_one_change(policies: &[PolicyDefinition]) -> Vec<PolicyDefinition> {
    let mut changed = policies.to_vec();
    changed[3].rules[1].1 = "repo:acme/app-3:*".to_owned();
    changed
}

/// The same by other claims: the repository instead of the subject where that says no more.
pub(crate) fn said_otherwise(policies: &[PolicyDefinition]) -> Vec<PolicyDefinition> {
    let mut changed = policies.to_vec();
    for (i, policy) in changed.iter_mut().enumerate() {
        let sub = policy.rules.iter_mut().find(|(claim, _)| claim == "sub");
        let Some((claim, pattern)) = sub else {
            continue;
        };
        match pattern.strip_suffix(":*") {
            Some(repository) => {
                *pattern = repository.replace("repo:", "");
                "repository".clone_into(claim);
            }
            None if i % 2 == 0 => policy
                .rules
                .push(("repository_owner".to_owned(), "acme".to_owned())),
            None => policy
                .rules
                .push(("repository".to_owned(), "acme/*".to_owned())),
        }
    }
    changed
}

/// Sets that are written to take long, with names.
pub(crate) fn adversarial() -> Vec<(&'static str, Vec<PolicyDefinition>)> {
    let dots = ".".repeat(20);
    let both = |first: &str, second: &str| {
        let one = |decision, start: &str| policy(decision, &[("sub", &format!("*{start}{dots}"))]);
        vec![one(Decision::Allow, first), one(Decision::Deny, second)]
    };
    let ways = "*:*/*@*/".repeat(12);
    vec![
        ("3-SAT of 40 variables and 170 clauses", formula(40, 170)),
        ("3-SAT of 40 variables and 120 clauses", formula(40, 120)),
        ("`*a` and 20 dots against `*b`", both("a", "b")),
        ("`*a` and 20 dots against itself", both("a", "a")),
        (
            "`*a` and 20 dots against `*`",
            vec![
                policy(Decision::Allow, &[("sub", &format!("*a{dots}"))]),
                policy(Decision::Deny, &[("sub", "*")]),
            ],
        ),
        (
            "a pattern of many ways",
            vec![
                policy(Decision::Allow, &[("sub", &ways), ("workflow_ref", &ways)]),
                policy(
                    Decision::Deny,
                    &[("sub", &format!("a{ways}")), ("job_workflow_ref", &ways)],
                ),
            ],
        ),
    ]
}

/// A formula whose clauses are denies, as a value of each claim that is empty or one character.
fn formula(variables: usize, clauses: usize) -> Vec<PolicyDefinition> {
    let names: Vec<String> = (0..variables).map(|i| format!("v{i}")).collect();
    let all: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "?")).collect();
    let mut policies = vec![policy(Decision::Allow, &all)];
    let mut state = 0x2545_f491_u64;
    let mut below = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    for _ in 0..clauses {
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < 3 {
            let variable = below(variables);
            if !chosen.contains(&variable) {
                chosen.push(variable);
            }
        }
        let rules: Vec<(&str, &str)> = chosen
            .iter()
            .map(|variable| (names[*variable].as_str(), ["", "."][below(2)]))
            .collect();
        policies.push(policy(Decision::Deny, &rules));
    }
    policies
}

fn policy(decision: Decision, rules: &[(&str, &str)]) -> PolicyDefinition {
    let policy = PolicyDefinition::new(decision, TokenType::Organization);
    rules.iter().fold(policy, |policy, (claim, pattern)| {
        policy.rule(*claim, *pattern)
    })
}

/// An answer in a word or two.
pub(crate) fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Yes { .. } => "yes".to_owned(),
        Answer::No { .. } => "no".to_owned(),
        Answer::Undecided { reason } => format!("undecided: {reason:?}"),
        other => format!("{other:?}"),
    }
}

/// Answers, each with how often it is given.
pub(crate) fn answers<'a>(all: impl Iterator<Item = &'a Answer>) -> String {
    let mut counts = std::collections::BTreeMap::new();
    for own in all {
        *counts.entry(answer(own)).or_insert(0) += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(answer, count)| format!("{count} {answer}"))
        .collect();
    counts.join(", ")
}

/// Policies as a document.
pub(crate) fn json(policies: &[PolicyDefinition]) -> String {
    claimgate::policy::to_json(policies)
}
