//! `decide` and `explain` agree on any policies, claims and requests.
#![no_main]

use arbitrary::Arbitrary;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{decide, explain};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Policy<'a> {
    denies: bool,
    token_type: u8,
    target: &'a [u8],
    admin: bool,
    role: Option<bool>,
    rules: Vec<(u8, &'a [u8])>,
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    policies: Vec<Policy<'a>>,
    claims: Vec<(u8, Vec<&'a [u8]>)>,
    request: (u8, &'a [u8], bool),
    pulumi: bool,
}

const PATHS: [&str; 4] = ["sub", "aud", "ref", "n.m"];

fn text(bytes: &[u8]) -> String {
    const CHARS: [char; 10] = ['a', 'b', '*', '?', '.', ':', 'é', 'A', '7', '\\'];
    bytes
        .iter()
        .take(40)
        .map(|byte| CHARS[usize::from(byte % 10)])
        .collect()
}

fn definition(policy: &Policy<'_>) -> PolicyDefinition {
    let decision = if policy.denies {
        Decision::Deny
    } else {
        Decision::Allow
    };
    let mut definition =
        PolicyDefinition::new(decision, TokenType::ALL[usize::from(policy.token_type % 4)]);
    let target = Some(format!("a{}", text(policy.target)));
    match definition.token_type {
        TokenType::Organization => {
            definition.authorized_permissions = policy.admin.then(|| vec!["admin".to_owned()]);
            definition.role_id = policy.role.map(|role| role.to_string());
        }
        TokenType::Team => definition.team_name = target,
        TokenType::Personal => definition.user_login = target,
        TokenType::Runner => definition.runner_id = target,
    }
    for (path, pattern) in &policy.rules {
        let path = PATHS[usize::from(path % 4)];
        if definition.rules.iter().all(|(claim, _)| claim != path) {
            definition = definition.rule(path, text(pattern));
        }
    }
    definition
}

/// Claims with one text or several as their values.
fn claims(input: &[(u8, Vec<&[u8]>)]) -> TrustedClaims {
    let quote = |bytes: &&[u8]| format!("\"{}\"", text(bytes).replace('\\', "\\\\"));
    let mut members: Vec<String> = Vec::new();
    for (index, name) in ["sub", "aud", "ref", "n"].iter().enumerate() {
        let Some((_, values)) = input
            .iter()
            .find(|(place, _)| usize::from(place % 4) == index)
        else {
            continue;
        };
        let value = match values.as_slice() {
            [only] => quote(only),
            all => format!("[{}]", all.iter().map(quote).collect::<Vec<_>>().join(",")),
        };
        members.push(if *name == "n" {
            format!("\"n\":{{\"m\":{value}}}")
        } else {
            format!("\"{name}\":{value}")
        });
    }
    TrustedClaims::dangerous_assume_verified(
        Claims::from_json(&format!("{{{}}}", members.join(","))).expect("claims"),
    )
}

fuzz_target!(|input: Input<'_>| {
    let definitions: Vec<_> = input.policies.iter().take(40).map(definition).collect();
    let dialect = if input.pulumi {
        Dialect::Pulumi
    } else {
        Dialect::StringLike
    };
    let Ok(policies) = PolicySet::compile(&definitions, dialect) else {
        return;
    };
    let name = format!("a{}", text(input.request.1));
    let request = match input.request.0 % 4 {
        0 => RequestedToken::Organization {
            admin: input.request.2,
        },
        1 => RequestedToken::Team { name },
        2 => RequestedToken::Personal { login: name },
        _ => RequestedToken::Runner { name },
    };
    let claims = claims(&input.claims);
    let decided = decide(&policies, &claims, &request);
    let explained = explain(&policies, &claims, &request);
    let first = explained.reason.policies.first().copied();
    assert_eq!(
        (decided.decision, decided.reason, decided.policy),
        (explained.decision, explained.reason.code, first)
    );
    assert_eq!(decided.grant, explained.grant);
});
