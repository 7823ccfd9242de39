//! `decide` and `verdict` look policies up in an index, `explain` goes through them all: they must
//! not differ in anything.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Outcome, ReasonCode, decide, explain, verdict};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::cases::cases;

/// Few letters and many wildcards, so that much matches and much shares a start, an end or a
/// middle.
const TEXTS: [&str; 28] = [
    "", "a", "b", "ab", "ba", "aab", "a.b", "a:b", "é", "aé", "A", "true", "7", "*", "a*", "*a",
    "*a*", "a*b", "a*a*b", "?", "a?", "?a?", ".", "a.", ".*a", r"a\*", r"\.", "*a.b*a",
];
const PATHS: [&str; 8] = ["sub", "aud", "ref", "n.m", "n", r#""n.m""#, "flag", "list"];
const VALUES: [&str; 22] = [
    r#""""#,
    r#""a""#,
    r#""b""#,
    r#""ab""#,
    r#""aab""#,
    r#""abab""#,
    r#""a.b""#,
    r#""a:b""#,
    r#""é""#,
    r#""aé""#,
    r#""A""#,
    r#""a*""#,
    "true",
    "7",
    "7.5",
    "null",
    "[]",
    r#"["a","ab"]"#,
    r#"["b",7,true,null,["a"]]"#,
    r#"{"m":"ab"}"#,
    r#"{"m":["a",7]}"#,
    "{}",
];

fn text() -> impl Strategy<Value = String> {
    (0..TEXTS.len()).prop_map(|index| TEXTS[index].to_owned())
}

fn policy() -> impl Strategy<Value = PolicyDefinition> {
    let rules = proptest::sample::subsequence(PATHS.to_vec(), 0..4).prop_flat_map(|paths| {
        let count = paths.len();
        (Just(paths), vec(text(), count))
    });
    (
        any::<(bool, bool)>(),
        0..4_usize,
        text(),
        any::<bool>(),
        option::of(0..2_usize),
        rules,
    )
        .prop_map(
            |((denies, report_only), kind, target, admin, role, (paths, patterns))| {
                let decision = if denies && patterns.len() != 1 {
                    Decision::Deny
                } else {
                    Decision::Allow
                };
                let token_type = TokenType::ALL[if kind == 3 { 0 } else { kind }];
                let mut policy = PolicyDefinition::new(decision, token_type);
                policy.report_only = report_only && decision == Decision::Deny;
                let target = if target.is_empty() {
                    "a".to_owned()
                } else {
                    target
                };
                match token_type {
                    TokenType::Organization => {
                        policy.authorized_permissions = admin.then(|| vec!["admin".to_owned()]);
                        policy.role_id = role.map(|role| ["one", "two"][role].to_owned());
                    }
                    TokenType::Team => policy.team_name = Some(target),
                    TokenType::Personal => policy.user_login = Some(target),
                    TokenType::Runner => policy.runner_id = Some(target),
                }
                for (path, pattern) in paths.into_iter().zip(patterns) {
                    policy = policy.rule(path, pattern);
                }
                if policy.rules.is_empty() && decision == Decision::Allow {
                    policy.rule("sub", "*")
                } else {
                    policy
                }
            },
        )
}

fn claims() -> impl Strategy<Value = TrustedClaims> {
    let names = ["sub", "aud", "ref", "n", "n.m", "flag", "list"];
    vec((0..names.len(), 0..VALUES.len()), 0..7).prop_map(move |members| {
        let mut seen = Vec::new();
        let text: Vec<String> = members
            .into_iter()
            .filter(|(name, _)| {
                !seen.contains(name) && {
                    seen.push(*name);
                    true
                }
            })
            .map(|(name, value)| format!("\"{}\":{}", names[name], VALUES[value]))
            .collect();
        let claims = Claims::from_json(&format!("{{{}}}", text.join(","))).expect("claims");
        TrustedClaims::dangerous_assume_verified(claims)
    })
}

fn request() -> impl Strategy<Value = RequestedToken> {
    (0..5_usize, text()).prop_map(|(kind, name)| match kind {
        0 => RequestedToken::Team { name },
        1 => RequestedToken::Personal {
            login: name.to_uppercase(),
        },
        2 => RequestedToken::Runner { name },
        kind => RequestedToken::Organization { admin: kind == 3 },
    })
}

/// Whether they agree, and what they say.
fn agreed(policies: &PolicySet, claims: &TrustedClaims, request: &RequestedToken) -> ReasonCode {
    let decided = decide(policies, claims, request);
    let explained = explain(policies, claims, request);
    let first = explained.reason.policies.iter().min().copied();
    assert_eq!(decided.decision, explained.decision);
    assert_eq!(
        (decided.reason, decided.policy),
        (explained.reason.code, first),
        "{}",
        explained.summary
    );
    assert_eq!(decided.grant, explained.grant);
    assert_eq!(
        decided.grant.is_some(),
        decided.decision == Outcome::Allowed
    );
    let short = verdict(policies, claims, request);
    assert_eq!(
        (short.decision, short.reason, short.summary),
        (explained.decision, explained.reason, explained.summary)
    );
    assert_eq!(short.report, explained.report);
    assert_eq!(short.grant, explained.grant);
    decided.reason
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn decide_and_explain_agree(
        definitions in vec(policy(), 0..12), claims in vec(claims(), 1..4), request in request(), pulumi: bool,
    ) {
        let dialect = if pulumi { Dialect::Pulumi } else { Dialect::StringLike };
        let policies = PolicySet::compile(&definitions, dialect).expect("policies");
        for claims in &claims {
            agreed(&policies, claims, &request);
        }
    }

    #[test]
    fn many_claims_in_the_index_change_nothing(definitions in vec(policy(), 0..6), claims in claims(), request in request()) {
        let many = (0..40).map(|n| PolicyDefinition::new(Decision::Deny, TokenType::ALL[n % 4]).rule(format!("c{n}"), "a"));
        let many = many.map(|mut policy| {
            match policy.token_type {
                TokenType::Organization => {}
                TokenType::Team => policy.team_name = Some("*".to_owned()),
                TokenType::Personal => policy.user_login = Some("a".to_owned()),
                TokenType::Runner => policy.runner_id = Some("a".to_owned()),
            }
            policy
        });
        let single = (0..40).map(|n| PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule(format!("d{n}"), "a"));
        let definitions: Vec<_> = many.chain(single).chain(definitions).collect();
        let policies = PolicySet::compile(&definitions, Dialect::Pulumi).expect("policies");
        agreed(&policies, &claims, &request);
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_report_is_the_denial_if_report_only_policies_were_enforced(
        definitions in vec(policy(), 0..12), claims in claims(), request in request(),
    ) {
        let policies = PolicySet::compile(&definitions, Dialect::Pulumi).expect("policies");
        let found = verdict(&policies, &claims, &request);
        let without: Vec<_> = definitions.iter().filter(|policy| !policy.report_only).cloned().collect();
        let without = PolicySet::compile(&without, Dialect::Pulumi).expect("policies");
        let enforced = verdict(&without, &claims, &request);
        prop_assert_eq!((found.decision, found.reason.code, found.grant), (enforced.decision, enforced.reason.code, enforced.grant));

        let enforce = |policy: &PolicyDefinition| PolicyDefinition { report_only: false, ..policy.clone() };
        let all: Vec<_> = definitions.iter().map(enforce).collect();
        let all = PolicySet::compile(&all, Dialect::Pulumi).expect("policies");
        let all = verdict(&all, &claims, &request);
        let is_report_only = |index: &usize| definitions[*index].report_only;
        let is_theirs = all.reason.code == ReasonCode::DenyMatched && all.reason.policies.iter().all(is_report_only);
        prop_assert_eq!(found.report.map(|report| (report.policies, report.summary)), is_theirs.then_some((all.reason.policies, all.summary)));
    }
}

#[test]
fn every_reason_comes_up() {
    let organization = |decision| PolicyDefinition::new(decision, TokenType::Organization);
    let role = |name: &str, sub: &str| PolicyDefinition {
        role_id: Some(name.to_owned()),
        ..organization(Decision::Allow).rule("sub", sub)
    };
    let definitions = [
        organization(Decision::Allow).rule("sub", "a*"),
        organization(Decision::Deny).rule("sub", "a:deny"),
        role("one", "*role*"),
        role("two", "*roles"),
    ];
    let policies = PolicySet::compile(&definitions, Dialect::Pulumi).unwrap();
    let table = [
        ("b", false, ReasonCode::DefaultDeny),
        ("a", false, ReasonCode::AllowMatched),
        ("a", true, ReasonCode::AdminNotGranted),
        ("a:deny", false, ReasonCode::DenyMatched),
        ("a:role", false, ReasonCode::AllowMatched),
        ("a:roles", false, ReasonCode::RoleAmbiguous),
    ];
    for (sub, admin, reason) in table {
        let claims = Claims::from_json(&format!(r#"{{"sub":"{sub}"}}"#)).unwrap();
        let claims = TrustedClaims::dangerous_assume_verified(claims);
        assert_eq!(
            agreed(&policies, &claims, &RequestedToken::Organization { admin }),
            reason,
            "{sub}"
        );
    }
}

#[test]
fn policies_that_say_the_same_are_all_named() {
    let allow = |sub: &str| {
        PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", sub)
    };
    let policies = PolicySet::compile(
        &[
            allow("a*"),
            allow("b"),
            allow("a*"),
            allow("a"),
            allow("a**"),
        ],
        Dialect::Pulumi,
    );
    let claims =
        TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"sub":"a"}"#).unwrap());
    let policies = policies.unwrap();
    let request = RequestedToken::Organization { admin: false };
    assert_eq!(
        verdict(&policies, &claims, &request).summary,
        "allowed by policies 1, 3, 4 and 5"
    );
    agreed(&policies, &claims, &request);
}
