//! What policies may cost: the bound of matching, the limit of a decision, what is recorded of many
//! values, and how much policies may contain.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::diagnostic::Diagnostics;
use claimgate::exchange::{
    BodyKind, ExchangeOptions, ExchangeRequest, OauthError, approve, begin_exchange,
};
use claimgate::explain::{
    Explanation, MAX_STEPS, Outcome, PolicyOutcome, ReasonCode, RuleOutcome, cost,
    count_comparisons, count_steps, decide, explain, render_text, verdict,
};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::pattern::{Dialect, MAX_PATTERN_CHARS, Pattern};
use claimgate::policy::{
    CompileOptions, Decision, Limits, PolicyDefinition, PolicySet, RequestedToken, TokenType,
};
use proptest::prelude::*;

use crate::backend::{Backend, exchange};
use crate::cases::cases;
use crate::common::{Key, signed};

const REQUEST: RequestedToken = RequestedToken::Organization { admin: false };

fn deny(path: &str, pattern: impl Into<String>) -> PolicyDefinition {
    PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule(path, pattern)
}

fn allow(pattern: impl Into<String>) -> PolicyDefinition {
    PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", pattern)
}

fn compile(policies: &[PolicyDefinition]) -> PolicySet {
    PolicySet::compile(policies, Dialect::Pulumi).unwrap()
}

fn claims(json: &str) -> TrustedClaims {
    TrustedClaims::dangerous_assume_verified(Claims::from_json(json).unwrap())
}

fn sub(text: &str) -> TrustedClaims {
    claims(&format!(r#"{{"sub":"{text}"}}"#))
}

/// A claim `list` with that many elements.
fn list(count: usize, text: impl Fn(usize) -> String) -> TrustedClaims {
    let items: Vec<String> = (0..count)
        .map(|index| format!("\"{}\"", text(index)))
        .collect();
    claims(&format!(r#"{{"list":[{}]}}"#, items.join(",")))
}

/// The bounds of matching and tracing, in steps.
fn assert_bounded(pattern: &str, dialect: Dialect, value: &str) {
    let compiled = Pattern::new(pattern, dialect).unwrap();
    let words = pattern.chars().count() as u64 / 64 + 1;
    let characters = value.chars().count() as u64 + 1;
    let (matching, tracing) = compiled.count_steps(value);
    let most = if compiled.weight() == 0 {
        0
    } else {
        2 * words * characters
    };
    assert!(
        matching <= most,
        "matching `{pattern}` on `{value}`: {matching} of {most}"
    );
    let most = 6 * words * characters;
    assert!(
        tracing <= most,
        "tracing `{pattern}` on `{value}`: {tracing} of {most}"
    );
}

#[test]
fn the_slowest_shapes_stay_within_the_bound() {
    let repeat = |part: &str| part.repeat(MAX_PATTERN_CHARS / part.len() - 4);
    let long = "a".repeat(2_000);
    for part in ["a", ".", "?", "*", "a?", "*a", "?a", "*?a", "a.", ".?*"] {
        for (start, end) in [("", ""), ("*", ".c*"), ("*", "b"), ("?", "b"), ("a", "*")] {
            let pattern = format!("{start}{}{end}", repeat(part));
            for value in ["", "a", &long, &format!("{long}b"), &"ab".repeat(1_000)] {
                assert_bounded(&pattern, Dialect::Pulumi, value);
                assert_bounded(&pattern, Dialect::StringLike, value);
            }
        }
    }
}

fn repeated(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
    let part = (0..parts.len(), 1..200_usize);
    proptest::collection::vec(part, 0..8).prop_map(|repeated| {
        let parts = repeated
            .into_iter()
            .map(|(part, count)| parts[part].repeat(count));
        parts.collect()
    })
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_shape_stays_within_the_bound(
        pattern in repeated(&["a", "b", "*", "?", ".", "*a", "a?", "é"]), value in repeated(&["a", "b", "ab", "é"]), pulumi: bool,
    ) {
        assert_bounded(&pattern, if pulumi { Dialect::Pulumi } else { Dialect::StringLike }, &value);
    }

    #[test]
    fn a_decision_takes_no_more_steps_than_its_cost(
        patterns in proptest::collection::vec(repeated(&["a", "*", "?", ".", "*a", "a?"]), 1..6),
        values in proptest::collection::vec(repeated(&["a", "b", "ab"]), 0..6),
    ) {
        let policies: Vec<_> = patterns.iter().map(|pattern| deny("list", pattern).rule("list2", "?a?b")).collect();
        let policies = compile(&policies);
        let values = serde_json::to_string(&values).unwrap();
        let claims = claims(&format!(r#"{{"list":{values},"list2":{values}}}"#));
        let cost = cost(&policies, &claims, &REQUEST).steps;
        let (decided, steps) = count_steps(&policies, &claims, &REQUEST);
        prop_assert!(steps <= 8 * cost, "{} steps, cost {}", steps, cost);
        prop_assert_eq!(decided, decide(&policies, &claims, &REQUEST));
    }
}

#[test]
fn an_array_does_not_multiply_with_itself() {
    // Every element leads to the policy, and no element of the other claim matches.
    let policies = compile(&[deny("list", "*a*?*").rule("other", "*b?*a")]);
    let items = vec!["\"ab\""; 2_000].join(",");
    let claims = claims(&format!(r#"{{"list":[{items}],"other":[{items}]}}"#));
    let (decided, steps) = count_steps(&policies, &claims, &REQUEST);
    assert_eq!(decided.reason, ReasonCode::DefaultDeny);
    assert!(
        steps <= 8 * cost(&policies, &claims, &REQUEST).steps,
        "{steps}"
    );
}

/// Policies that differ only in their roles, so that none of them is left out as equivalent.
fn with_roles(count: usize, policy: &PolicyDefinition) -> Vec<PolicyDefinition> {
    let role = |index: usize| PolicyDefinition {
        role_id: Some(format!("r{index}")),
        ..policy.clone()
    };
    (0..count).map(role).collect()
}

#[test]
fn patterns_without_a_weight_are_compared_with_a_long_array_once() {
    const POLICIES: usize = 100;
    const ELEMENTS: usize = 200;
    let base = || PolicyDefinition::new(Decision::Allow, TokenType::Organization);
    let items = |text: &str| format!("\"{text}\",").repeat(ELEMENTS - 1) + &format!("\"{text}\"");
    // Another policy on the second claim makes the first one's key the better one.
    let shapes = [
        // Every element leads to all policies, and each fails at the claim that is missing.
        (
            base().rule("list", "a*").rule("x", "b"),
            base().rule("x", "b").rule("y", "c"),
            "",
        ),
        (
            base().rule("list", "*a").rule("x", "b"),
            base().rule("x", "b").rule("y", "c"),
            "",
        ),
        (
            base().rule("list", "ab*ba").rule("x", "b"),
            base().rule("x", "b").rule("y", "c"),
            "",
        ),
        // One value leads to all policies, and each fails at the elements.
        (
            base().rule("list", "*z").rule("x", "b*"),
            base().rule("list", "*z").rule("y", "c"),
            r#""x":"bb","#,
        ),
        (
            base().rule("list", "z").rule("x", "b*"),
            base().rule("list", "z").rule("y", "c"),
            r#""x":"bb","#,
        ),
        // All elements of one array lead to them, and each fails at those of another one.
        (
            base().rule("list", "a*").rule("other", "*z"),
            base().rule("other", "*z").rule("y", "c"),
            "",
        ),
        // They match, and are not wanted any more.
        (
            base().rule("list", "a*"),
            base().rule("list", "a*").rule("y", "c"),
            "",
        ),
    ];
    for (policy, other, more) in shapes {
        let policies = with_roles(POLICIES, &policy).into_iter().chain([other]);
        let policies = compile(&policies.collect::<Vec<_>>());
        let (list, other) = (items("aba"), items("aba"));
        let claims = claims(&format!(r#"{{{more}"list":[{list}],"other":[{other}]}}"#));
        all_agree(&policies, &claims);
        let comparisons = count_comparisons(&policies, &claims, &REQUEST);
        let most = 4 * (POLICIES + ELEMENTS) as u64;
        assert!(comparisons <= most, "{policy:?}: {comparisons} of {most}");
    }
}

#[test]
fn a_pattern_weighs_one_for_64_characters_unless_it_is_a_start_and_an_end() {
    let table = [
        ("", 0),
        ("*", 0),
        ("**", 0),
        ("abc", 0),
        ("a*", 0),
        ("*a", 0),
        ("a*b", 0),
        (r"a\*b\.c", 0),
        (r"\*a*", 0),
        ("a.b", 1),
        ("?", 1),
        ("*a*", 1),
        ("..", 1),
    ];
    for (pattern, weight) in table {
        assert_eq!(
            Pattern::new(pattern, Dialect::Pulumi).unwrap().weight(),
            weight,
            "`{pattern}`"
        );
    }
    let weight = |count: usize| {
        Pattern::new(&"?".repeat(count), Dialect::Pulumi)
            .unwrap()
            .weight()
    };
    assert_eq!([64, 65, 128, 129, 4096].map(weight), [1, 2, 2, 3, 64]);
}

#[test]
fn the_cost_is_the_weight_of_a_claims_rules_times_the_characters_of_its_values() {
    let team = PolicyDefinition {
        team_name: Some("o?s".to_owned()),
        ..PolicyDefinition::new(Decision::Allow, TokenType::Team).rule("sub", "?")
    };
    let policies = compile(&[
        deny("sub", "*a*"),
        deny("sub", "*a*"),
        deny("sub", "abc"),
        deny("list", "?"),
        deny("n", "?"),
        deny("none", "?"),
        team,
    ]);
    let claims = claims(
        r#"{"sub": "ébc", "list": ["ab", "", 17, true, null, ["aaaaa"]], "n": 12345, "other": "aaaa"}"#,
    );
    let of = |request: &RequestedToken| {
        let cost = cost(&policies, &claims, request);
        (cost.steps, cost.claim)
    };
    // An empty value counts as one character.
    assert_eq!(
        of(&REQUEST),
        (2 * 3 + (2 + 1 + 2 + 4) + 5, Some("list".to_owned()))
    );
    let team = RequestedToken::Team {
        name: "operations".to_owned(),
    };
    assert_eq!(of(&team), (3 + 10, None));
    let personal = RequestedToken::Personal {
        login: "a".to_owned(),
    };
    assert_eq!(of(&personal), (0, None));
}

fn all_agree(policies: &PolicySet, claims: &TrustedClaims) -> Explanation {
    let explained = explain(policies, claims, &REQUEST);
    let decided = decide(policies, claims, &REQUEST);
    let verdict = verdict(policies, claims, &REQUEST);
    assert_eq!(
        (decided.decision, decided.reason, decided.policy),
        (
            explained.decision,
            explained.reason.code,
            explained.reason.policies.first().copied()
        )
    );
    assert_eq!(
        (verdict.reason, verdict.summary),
        (explained.reason.clone(), explained.summary.clone())
    );
    assert_eq!(
        (verdict.report, verdict.grant),
        (explained.report.clone(), explained.grant.clone())
    );
    assert_eq!(explained.cost, cost(policies, claims, &REQUEST));
    explained
}

#[test]
fn a_decision_beyond_the_limit_is_denied_and_one_at_the_limit_is_made() {
    let weight = (MAX_PATTERN_CHARS / 64) as u64;
    let length = usize::try_from(MAX_STEPS / weight).unwrap();
    let policies = compile(&[
        deny("sub", format!("b{}", "?".repeat(MAX_PATTERN_CHARS - 1))),
        allow("a*"),
    ]);
    let at_limit = all_agree(&policies, &sub(&"a".repeat(length)));
    assert_eq!(
        (at_limit.decision, at_limit.cost.steps),
        (Outcome::Allowed, MAX_STEPS)
    );
    let beyond = all_agree(&policies, &sub(&"a".repeat(length + 1)));
    assert_eq!(
        (beyond.decision, beyond.reason.code),
        (Outcome::Denied, ReasonCode::DecisionTooCostly)
    );
    assert!(beyond.policies.is_empty() && beyond.grant.is_none() && beyond.hints.is_empty());
    insta::assert_snapshot!(render_text(&beyond), @r"
    DENIED[decision-too-costly]: denied: matching the policies takes 32000064 steps, more than the limit of 32000000, most of them on claim `sub`
      default denial: not needed: the policies were not evaluated
    ");
}

#[test]
fn an_exchange_beyond_the_limit_is_an_invalid_request() {
    let key = Key::P256(1).jwk(r#""kid":"a""#);
    let policies = (0..1_000).map(|index| allow(format!("*?{index}?*")));
    let definition = IssuerDefinition {
        url: "https://ci.example".to_owned(),
        jwks: Some(format!(r#"{{"keys":[{key}]}}"#)),
        policies: policies.chain([allow("*")]).collect(),
        ..IssuerDefinition::default()
    };
    let issuers = Issuers::from(vec![Issuer::compile(&definition, Dialect::Pulumi).unwrap()]);
    let payload = |length: usize| {
        let sub = "a".repeat(length);
        format!(r#"{{"iss":"https://ci.example","sub":"{sub}","exp":2000}}"#)
    };
    let decided = |length: usize| {
        let header = r#"{"alg":"ES256","kid":"a"}"#;
        let token = signed(Key::P256(1), "ES256", header, &payload(length));
        let body = format!(
            "audience=urn:pulumi:org:o&grant_type=urn:ietf:params:oauth:grant-type:token-exchange&\
            subject_token_type=urn:ietf:params:oauth:token-type:id_token&subject_token={token}&\
            requested_token_type=urn:pulumi:token-type:access_token:organization"
        );
        let request = ExchangeRequest::parse(&body, BodyKind::Form).unwrap();
        let options = ExchangeOptions::at(1_900);
        let short = begin_exchange(&request, Some(&issuers), &options)
            .unwrap()
            .verify_with(&Backend);
        let short = approve(&request, &short).map_err(|rejection| rejection.error);
        let full = exchange(&request, Some(&issuers), &options).map_err(|refusal| refusal.error);
        assert_eq!(short.as_ref().err(), full.as_ref().err());
        full.map(|grant| grant.policies)
    };
    assert_eq!(decided(1_000), Ok(vec![1_000]));
    let error = decided(40_000).unwrap_err();
    assert_eq!(
        (error.code(), error.oauth(), error.status()),
        ("decision-too-costly", OauthError::InvalidRequest, 400)
    );
    assert_eq!(error.description(), "the decision is too costly");
    insta::assert_snapshot!(error, @"denied: matching the policies takes 40000000 steps, more than the limit of 32000000, most of them on claim `sub`");
}

#[test]
fn at_most_twenty_values_of_a_rule_are_recorded_with_the_one_that_matches() {
    let policies = compile(&[
        allow("x"),
        deny("list", "9?"),
        deny("list", "77"),
        deny("list", "none"),
    ]);
    let explained = all_agree(&policies, &list(100, |index| index.to_string()));
    let rule = |policy: usize| {
        let rule = &explained.policies[policy].rules[0];
        let indices: Vec<_> = rule
            .values
            .iter()
            .map(|value| value.index.unwrap())
            .collect();
        (
            rule.outcome,
            indices,
            rule.values_left_out,
            rule.sentence.as_str(),
        )
    };
    let first: Vec<usize> = (0..20).collect();
    assert_eq!(
        rule(1),
        (
            RuleOutcome::Matched,
            first.clone(),
            80,
            "`9`, one of 100 elements, matches"
        )
    );
    let with_match = (0..19).chain([77]).collect::<Vec<usize>>();
    assert_eq!(
        rule(2),
        (
            RuleOutcome::Matched,
            with_match,
            80,
            "`77`, one of 100 elements, matches"
        )
    );
    assert_eq!(
        rule(3),
        (
            RuleOutcome::Mismatch,
            first,
            80,
            "none of 100 elements matches"
        )
    );
    assert_eq!(explained.policies[0].rules[0].values_left_out, 0);
    assert!(render_text(&explained).contains("= and 80 more"));
}

#[test]
fn the_first_element_that_matches_is_found_among_many() {
    let claims = list(500, |index| {
        ["b", "ab", "abc", "a", "abd"][index % 5].to_owned()
    });
    for (pattern, matched) in [
        ("abc", Some(2)),
        ("ab*", Some(1)),
        ("a*d", Some(4)),
        ("*c", Some(2)),
        ("?", Some(0)),
        ("", None),
        ("abx*", None),
        ("ac", None),
    ] {
        let policies = compile(&[deny("list", pattern)]);
        let explained = all_agree(&policies, &claims);
        let values = &explained.policies[0].rules[0].values;
        let found = values
            .iter()
            .find(|value| value.trace.is_match())
            .and_then(|value| value.index);
        assert_eq!(found, matched, "`{pattern}`");
    }
}

#[test]
fn what_is_recorded_of_long_values_has_a_limit() {
    let long = "a".repeat(40_000);
    let policies: Vec<_> = (0..2_000)
        .map(|index| deny("sub", format!("b{index}")))
        .collect();
    let explained = all_agree(&compile(&policies), &sub(&long));
    let rules: Vec<_> = explained
        .policies
        .iter()
        .map(|policy| &policy.rules[0])
        .collect();
    let recorded = rules.iter().filter(|rule| !rule.values.is_empty()).count();
    assert!((100..2_000).contains(&recorded), "{recorded}");
    for rule in rules {
        assert_eq!(rule.values.len() + rule.values_left_out, 1);
        assert_eq!(rule.outcome, RuleOutcome::Mismatch);
        assert!(rule.sentence.chars().count() < 300, "{}", rule.sentence);
    }
    assert!(
        explained
            .policies
            .iter()
            .all(|policy| policy.outcome == PolicyOutcome::NotMatched)
    );
    assert!(explained.nearest_miss.is_none());
}

#[test]
fn a_reason_names_the_first_twenty_policies() {
    let equal: Vec<_> = (0..30).map(|_| allow("a*")).collect();
    let distinct: Vec<_> = (0..30)
        .map(|index| allow(format!("a*{}", "?".repeat(index))))
        .collect();
    let mixed: Vec<_> = equal.iter().chain(&distinct).rev().cloned().collect();
    for policies in [equal, distinct, mixed] {
        let explained = all_agree(&compile(&policies), &sub(&"a".repeat(40)));
        assert_eq!(explained.reason.policies, (0..20).collect::<Vec<_>>());
        assert!(explained.reason.others);
        assert!(
            explained.summary.ends_with(", 19, 20 and others"),
            "{}",
            explained.summary
        );
    }
    let exactly = all_agree(&compile(&vec![allow("a"); 20]), &sub("a"));
    assert!(!exactly.reason.others && exactly.summary.ends_with(", 19 and 20"));
    let reporting: Vec<_> = (0..25)
        .map(|_| PolicyDefinition {
            report_only: true,
            ..deny("sub", "a")
        })
        .collect();
    let report = all_agree(&compile(&reporting), &sub("a")).report.unwrap();
    assert!(report.others && report.policies.len() == 20);
}

#[test]
fn roles_and_admin_permission_of_policies_that_are_not_named_count() {
    let admin = PolicyDefinition {
        authorized_permissions: Some(vec!["admin".to_owned()]),
        ..allow("*a")
    };
    let role = |name: &str| PolicyDefinition {
        role_id: Some(name.to_owned()),
        ..allow("*a")
    };
    let many = || (0..40).map(|index| allow(format!("{}*", "?".repeat(index))));
    let claims = sub(&"a".repeat(50));
    let policies = compile(&many().chain([admin]).collect::<Vec<_>>());
    let request = RequestedToken::Organization { admin: true };
    assert_eq!(
        verdict(&policies, &claims, &request).decision,
        Outcome::Allowed
    );
    let policies = compile(&many().chain([role("one"), role("two")]).collect::<Vec<_>>());
    assert_eq!(
        all_agree(&policies, &claims).reason.code,
        ReasonCode::RoleAmbiguous
    );
    let policies = compile(&many().chain([role("one")]).collect::<Vec<_>>());
    assert_eq!(
        all_agree(&policies, &claims)
            .grant
            .unwrap()
            .role_id
            .as_deref(),
        Some("one")
    );
}

fn errors(policies: &[PolicyDefinition], limits: Limits) -> Diagnostics {
    let options = CompileOptions::new(Dialect::Pulumi).limits(limits);
    assert!(PolicySet::compile_with(policies, &options.limits(Limits::NONE)).is_ok());
    PolicySet::compile_with(policies, &options).unwrap_err()
}

#[test]
fn policies_have_limits_that_stored_ones_are_exempt_from() {
    let mut limits = Limits::STANDARD;
    limits.bytes = 20;
    insta::assert_snapshot!(errors(&[deny("sub", "a".repeat(18))], limits), @"policies: expected policies with at most 20 bytes of claim paths, patterns and names, found 21");
    assert!(
        PolicySet::compile_with(
            &[deny("sub", "a".repeat(17))],
            &CompileOptions::new(Dialect::Pulumi).limits(limits)
        )
        .is_ok()
    );
    let paths = |count: usize| {
        (0..count)
            .map(|index| deny(&format!("claim{index}"), "a"))
            .collect::<Vec<_>>()
    };
    insta::assert_snapshot!(errors(&paths(1_001), Limits::STANDARD), @"policies: expected rules on at most 1000 claims, found 1001");
    // The same path, written in another way, counts once.
    let again = paths(1_000)
        .into_iter()
        .chain([deny(r#""claim0""#, "b")])
        .collect::<Vec<_>>();
    assert!(PolicySet::compile(&again, Dialect::Pulumi).is_ok());
    let one = |count: usize| {
        (0..count).fold(allow("a"), |policy, index| {
            policy.rule(format!("claim{index}"), "a")
        })
    };
    insta::assert_snapshot!(errors(&[one(100)], Limits::STANDARD), @"policies[0].rules: expected rules on at most 100 claims, found 101");
    assert!(PolicySet::compile(&[one(99)], Dialect::Pulumi).is_ok());
    let long = errors(&[deny(&"a".repeat(257), "a")], Limits::STANDARD);
    assert_eq!(
        (long[0].code.as_ref(), long[0].message.as_str()),
        (
            "claim-path-too-long",
            "expected a claim path of at most 256 characters, found 257"
        )
    );
    assert!(PolicySet::compile(&[deny(&"a".repeat(256), "a")], Dialect::Pulumi).is_ok());
}
