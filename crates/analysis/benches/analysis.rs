//! How long analyses take: `cargo bench -p claimgate-analysis`. Prints the table of
//! `docs/benchmarks.md`; medians of nine runs, of three where one takes long.

use std::time::Instant;

use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use claimgate_analysis::{Analysis, Answer, CheckOptions, Mine, PolicyModel, check, difference};

fn main() {
    println!("| analysis | ms | |\n|---|---:|---|");
    for (allows, denies) in [(30, 10), (850, 150)] {
        let model = model(&ordinary(allows, denies));
        let name = format!("{allows} allows and {denies} denies");
        let runs = if allows > 100 { 3 } else { 9 };
        measure(&format!("{name}: review"), runs, || {
            format!("{} issues", Analysis::new(&model).review().issues.len())
        });
        let issuer = issuer(&ordinary(allows, denies));
        measure(&format!("{name}: check"), runs, || {
            let checked = check(&issuer, &CheckOptions::new(Dialect::Pulumi));
            format!("{} findings", checked.expect("valid").findings.len())
        });
        if allows > 100 {
            continue;
        }
        measure(&format!("{name}: who"), runs, || {
            let who = Analysis::new(&model).who(Some(&Mine("acme/app-1".to_owned())));
            format!(
                "{} of {} classes get in",
                who.rungs.iter().filter(|rung| rung.answer.is_yes()).count(),
                who.rungs.len()
            )
        });
        let mut changed = ordinary(allows, denies);
        changed[3].rules[1].1 = "repo:acme/app-3:*".to_owned();
        let changed = self::model(&changed);
        measure(&format!("{name}: difference of one policy"), runs, || {
            format!("{:?}", difference(&model, &changed).relation)
        });
        measure(&format!("{name}: difference to itself"), runs, || {
            format!("{:?}", difference(&model, &model).relation)
        });
    }
    adversarial();
}

fn adversarial() {
    let formula = model(&formula(40, 170)).without_facts();
    measure(
        "3-SAT of 40 variables and 170 clauses: one question",
        3,
        || answer(&Analysis::new(&formula).is_effective(0)),
    );
    let dots = ".".repeat(20);
    let wide = [
        policy(Decision::Allow, &[("sub", &format!("*a{dots}"))]),
        policy(Decision::Deny, &[("sub", &format!("*b{dots}"))]),
    ];
    let wide = model(&wide).without_facts();
    measure("`*a` and 20 dots: one question", 3, || {
        answer(&Analysis::new(&wide).is_effective(0))
    });
}

fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Yes { .. } => "yes".to_owned(),
        Answer::No { .. } => "no".to_owned(),
        other => format!("{other:?}"),
    }
}

fn measure(name: &str, runs: usize, mut run: impl FnMut() -> String) {
    let mut times: Vec<f64> = Vec::new();
    let mut says = String::new();
    for _ in 0..runs {
        let start = Instant::now();
        says = run();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("| {name} | {:.2} | {says} |", times[runs / 2]);
}

/// Policies as an organization with many repositories writes them.
fn ordinary(allows: usize, denies: usize) -> Vec<PolicyDefinition> {
    let allow = |i: usize| {
        let context = [
            "ref:refs/heads/main",
            "environment:production",
            "*",
            "ref:refs/heads/release/*",
        ][i % 4];
        let mut policy = policy(
            Decision::Allow,
            &[
                ("aud", "urn:pulumi:org:acme"),
                ("sub", &format!("repo:acme/app-{i}:{context}")),
            ],
        );
        if i.is_multiple_of(7) {
            policy = policy.rule("runner_environment", "github-hosted");
        }
        policy
    };
    let deny = |i: usize| match i % 3 {
        0 => policy(
            Decision::Deny,
            &[("sub", &format!("repo:acme/app-{}:pull_request", i * 5))],
        ),
        1 => policy(
            Decision::Deny,
            &[
                ("ref", "refs/heads/wip/*"),
                ("repository", &format!("acme/app-{i}")),
            ],
        ),
        _ => policy(Decision::Deny, &[("actor", &format!("contractor-{i}"))]),
    };
    (0..allows)
        .map(allow)
        .chain((0..denies).map(deny))
        .collect()
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

fn issuer(policies: &[PolicyDefinition]) -> IssuerDefinition {
    IssuerDefinition {
        url: "https://token.actions.githubusercontent.com".to_owned(),
        policies: policies.to_vec(),
        ..IssuerDefinition::default()
    }
}

fn model(policies: &[PolicyDefinition]) -> PolicyModel {
    PolicyModel::new(&issuer(policies), Dialect::Pulumi).expect("valid policies")
}
