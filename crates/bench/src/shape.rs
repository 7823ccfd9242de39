//! Policies and requests of a large organization's shape, and adversarial shapes.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::policy::{Decision, PolicyDefinition, RequestedToken, TokenType};

pub const REQUEST: RequestedToken = RequestedToken::Organization { admin: false };

fn policy(decision: Decision) -> PolicyDefinition {
    PolicyDefinition::new(decision, TokenType::Organization)
}

fn is_special(i: usize) -> bool {
    i % 10 == 3 || i % 5 == 1 || i % 100 == 50
}

/// A policy for each repository; a tenth with two or three `*`, a fifth with another claim, one in
/// a hundred a deny.
pub fn ordinary(n: usize) -> Vec<PolicyDefinition> {
    (0..n)
        .map(|i| {
            let org = i % 100;
            let decision = if i % 100 == 50 {
                Decision::Deny
            } else {
                Decision::Allow
            };
            let policy = policy(decision).rule("aud", format!("urn:pulumi:org:org{org}"));
            match i % 10 {
                3 if i % 20 == 3 => {
                    policy.rule("sub", format!("repo:org{org}/*:environment:prod*"))
                }
                3 => policy.rule("sub", format!("repo:org{org}/*{i}*:environment:prod*")),
                1 => policy
                    .rule("sub", format!("repo:org{org}/repo{i}:*"))
                    .rule("environment", "prod*"),
                6 => policy
                    .rule("sub", format!("repo:org{org}/repo{i}:*"))
                    .rule("ref", "refs/heads/release/*"),
                _ => policy.rule("sub", format!("repo:org{org}/repo{i}:*")),
            }
        })
        .collect()
}

/// Claims like those of GitHub Actions, about 25.
pub fn claims(org: usize, repository: &str, sub: &str) -> TrustedClaims {
    let text = format!(
        r#"{{"jti":"4a8e5c0b-0d5c-4b0e-9d7c-7a1c5b1c2d3e","sub":"{sub}","aud":"urn:pulumi:org:org{org}","ref":"refs/heads/main",
        "sha":"f9d3b7c1c0e5a4d2b8a6978685746352413f0e1d","repository":"org{org}/{repository}","repository_owner":"org{org}",
        "repository_owner_id":"65","run_id":"6412589153","run_number":"10","run_attempt":"1","repository_visibility":"private",
        "repository_id":"74","actor_id":"12","actor":"octocat","workflow":"deploy","head_ref":"","base_ref":"","event_name":"push",
        "ref_protected":"true","ref_type":"branch","workflow_ref":"org{org}/{repository}/.github/workflows/deploy.yml@refs/heads/main",
        "job_workflow_ref":"org{org}/{repository}/.github/workflows/deploy.yml@refs/heads/main","runner_environment":"github-hosted",
        "iss":"https://token.actions.githubusercontent.com","nbf":1763942100,"exp":1763946000,"iat":1763942400}}"#
    );
    TrustedClaims::dangerous_assume_verified(Claims::from_json(&text).expect("claims"))
}

/// Requests: half match one policy near the end, half none.
pub fn requests(n: usize) -> Vec<TrustedClaims> {
    let near_end = (0..n).rev().filter(|i| !is_special(*i)).take(32);
    let mut requests = Vec::new();
    for i in near_end {
        let (org, repository) = (i % 100, format!("repo{i}"));
        requests.push(claims(
            org,
            &repository,
            &format!("repo:org{org}/{repository}:ref:refs/heads/main"),
        ));
        let other = format!("other{i}");
        requests.push(claims(
            org,
            &other,
            &format!("repo:org{org}/{other}:ref:refs/heads/main"),
        ));
    }
    requests
}

/// A shape's name, its policies and its requests.
pub type Shape = (&'static str, Vec<PolicyDefinition>, Vec<TrustedClaims>);

pub fn adversarial(n: usize) -> Vec<Shape> {
    let shared = |sub: &dyn Fn(usize) -> String| -> Vec<PolicyDefinition> {
        (0..n)
            .map(|i| {
                policy(Decision::Allow)
                    .rule("aud", "urn:pulumi:org:org0")
                    .rule("sub", sub(i))
            })
            .collect()
    };
    let usual = || {
        requests(n.max(1000))
            .into_iter()
            .take(16)
            .collect::<Vec<_>>()
    };
    let ours = |sub: String| claims(0, "repo", &sub);
    let end = n - 1;
    let long = "a".repeat(10_000);
    let nearly = format!("{}b", "a".repeat(9_999));
    let wildcards = |i: usize| format!("{}{}", "?".repeat(i % 40), ".".repeat(i / 40 % 60));
    vec![
        (
            "one aud, one prefix, ends differ",
            shared(&|i| format!("repo:org0/*:environment:env{i}")),
            vec![
                ours(format!("repo:org0/repo:environment:env{end}")),
                ours("repo:org0/repo:environment:none".into()),
            ],
        ),
        (
            "one aud, one prefix, middles differ",
            shared(&|i| format!("repo:org0/*-{i}-*:environment:*")),
            vec![
                ours(format!("repo:org0/x-{end}-y:environment:prod")),
                ours("repo:org0/x-none-y:environment:prod".into()),
            ],
        ),
        (
            "nothing but wildcards",
            shared(&wildcards),
            vec![ours("x".repeat(120)), ours("x".repeat(98))],
        ),
        (
            "*, **, *?*, equivalent",
            shared(&|i| "*?".repeat(i % 50 + 1)),
            usual(),
        ),
        (
            "*a*a*a*a* and the like on 10 kB",
            shared(&|i| format!("*{}", "a*".repeat(i % 50 + 1))),
            vec![ours(long.clone()), ours("b".repeat(10_000))],
        ),
        (
            "*a*a*…*b{i} on 10 kB",
            shared(&|i| format!("*a*a*a*a*b{i}")),
            vec![ours(long), ours(nearly)],
        ),
        (
            "every policy on a claim of its own",
            (0..n)
                .map(|i| policy(Decision::Allow).rule(format!("claim{i}"), "*"))
                .collect(),
            usual(),
        ),
        (
            "every policy for another user",
            (0..n)
                .map(|i| {
                    let mut policy = PolicyDefinition::new(Decision::Allow, TokenType::Personal)
                        .rule("sub", "repo:*");
                    policy.user_login = Some(format!("user{i}"));
                    policy
                })
                .collect(),
            usual(),
        ),
    ]
}

/// The request for a shape.
pub fn request_of(policies: &[PolicyDefinition]) -> RequestedToken {
    match policies.last().and_then(|policy| policy.user_login.clone()) {
        Some(login) => RequestedToken::Personal { login },
        None => REQUEST,
    }
}
