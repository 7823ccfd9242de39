//! SEMANTICS, sections 2 to 4, as tables: claim paths, claim values, policies.

use claimgate::claim_path::ClaimPath;
use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Explanation, Outcome, ReasonCode, RuleOutcome, explain};
use claimgate::pattern::Dialect;
use claimgate::policy::{
    Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType, parse_policies, to_json,
};
use proptest::prelude::*;

use crate::cases::cases;

const ORGANIZATION: RequestedToken = RequestedToken::Organization { admin: false };
const ADMIN: RequestedToken = RequestedToken::Organization { admin: true };

fn decide(policies: &str, claims: &str, request: &RequestedToken) -> Explanation {
    let policies = parse_policies(policies).unwrap_or_else(|errors| panic!("{errors:?}"));
    let set = PolicySet::compile(&policies, Dialect::Pulumi)
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(claims).unwrap());
    explain(&set, &claims, request)
}

/// The errors of policies: place, code and message.
fn errors(policies: &str) -> Vec<(String, String, String)> {
    let errors = match parse_policies(policies) {
        Err(errors) => errors,
        Ok(policies) => PolicySet::compile(&policies, Dialect::Pulumi)
            .err()
            .unwrap_or_default(),
    };
    errors
        .into_iter()
        .map(|e| {
            (
                e.path,
                e.code.into_owned(),
                format!(
                    "{}{}",
                    e.message,
                    e.help.map(|h| format!("; {h}")).unwrap_or_default()
                ),
            )
        })
        .collect()
}

fn team(name: &str) -> RequestedToken {
    RequestedToken::Team {
        name: name.to_owned(),
    }
}

#[test]
fn claim_paths_are_segments() {
    let table: [(&str, &[&str]); 8] = [
        ("sub", &["sub"]),
        ("repository_owner", &["repository_owner"]),
        (
            r#""kubernetes.io".serviceaccount.name"#,
            &["kubernetes.io", "serviceaccount", "name"],
        ),
        (
            r#""oidc.circleci.com/vcs-ref""#,
            &["oidc.circleci.com/vcs-ref"],
        ),
        (r#"a."b c""#, &["a", "b c"]),
        (r#""say \"hi\"""#, &[r#"say "hi""#]),
        (r#""back\\slash""#, &[r"back\slash"]),
        ("cognito:groups.ü", &["cognito:groups", "ü"]),
    ];
    for (source, segments) in table {
        let path = ClaimPath::parse(source).unwrap();
        assert_eq!(path.segments(), segments);
        assert_eq!(
            ClaimPath::parse(&ClaimPath::of(segments))
                .unwrap()
                .segments(),
            segments
        );
    }
}

#[test]
fn what_is_no_claim_path_says_where() {
    for (source, message) in [
        ("", "expected a claim name, found nothing"),
        (
            "a..b",
            "expected a claim name at character 3, found an empty segment",
        ),
        (
            ".a",
            "expected a claim name at character 1, found an empty segment",
        ),
        (
            "a.",
            "expected a claim name at character 3, found an empty segment",
        ),
        (
            r#""""#,
            "expected a claim name at character 1, found an empty segment",
        ),
        (r#"a."b"#, "the `\"` at character 3 is never closed"),
        (
            r#""a\n""#,
            "expected `\\\"` or `\\\\` at character 3, found `\\n`",
        ),
        (
            r#""a"b"#,
            "expected `.` or the end after the closing quote at character 4, found `b`",
        ),
        (
            "a/b",
            "`/` at character 2 is only allowed in double quotes: `\"a/b\"`",
        ),
        (
            "a b",
            "` ` at character 2 is only allowed in double quotes: `\"a b\"`",
        ),
        (
            "a\"b",
            r#"`\"` at character 2 is only allowed in double quotes: `"a\"b"`"#,
        ),
    ] {
        assert_eq!(
            ClaimPath::parse(source).unwrap_err().to_string(),
            message,
            "{source}"
        );
    }
}

#[test]
fn a_rule_sees_values_as_the_table_says() {
    use RuleOutcome::{Matched, Mismatch, MissingClaim, UnusableValue};
    let table = [
        (r#""text""#, "text", Matched),
        (r#""text""#, "Text", Mismatch),
        ("true", "true", Matched),
        ("true", "false", Mismatch),
        ("false", "f*", Matched),
        ("0", "0", Matched),
        ("-7", "-7", Matched),
        ("18446744073709551615", "18446744073709551615", Matched),
        ("7", "8", Mismatch),
        (r#"["a", "b"]"#, "b", Matched),
        (r#"["a", 1, true]"#, "true", Matched),
        (r#"[{"x": 1}, "b"]"#, "b", Matched),
        (r#"["a", "b"]"#, "c", Mismatch),
        (r#"[["b"]]"#, "b", UnusableValue),
        ("1.5", "*", UnusableValue),
        ("1.0", "*", UnusableValue),
        ("1e3", "*", UnusableValue),
        ("18446744073709551616", "*", UnusableValue),
        ("null", "*", UnusableValue),
        ("{}", "*", UnusableValue),
        ("[]", "*", UnusableValue),
        ("[null, 1.5]", "*", UnusableValue),
    ];
    for (value, pattern, outcome) in table {
        let claims = format!(r#"{{"c": {value}}}"#);
        for decision in ["allow", "deny"] {
            let policy = format!(
                r#"{{"decision": "{decision}", "tokenType": "organization", "rules": {{"c": "{pattern}"}}}}"#
            );
            let explanation = decide(&policy, &claims, &ORGANIZATION);
            assert_eq!(
                explanation.policies[0].rules[0].outcome, outcome,
                "{value} against {pattern}"
            );
            let allowed = outcome == Matched && decision == "allow";
            assert_eq!(
                explanation.decision == Outcome::Allowed,
                allowed,
                "{value} against {pattern}"
            );
        }
    }
    let missing = |claims: &str, path: &str| {
        let policy = format!(
            r#"{{"decision": "deny", "tokenType": "organization", "rules": {{"{path}": "*"}}}}"#
        );
        let rule = decide(&policy, claims, &ORGANIZATION)
            .policies
            .remove(0)
            .rules
            .remove(0);
        assert_eq!(rule.outcome, MissingClaim);
        rule.sentence
    };
    assert_eq!(missing("{}", "sub"), "the token has no claim `sub`");
    assert_eq!(
        missing(r#"{"a": {}}"#, "a.b"),
        "the token has no claim `a.b`"
    );
    assert_eq!(
        missing(r#"{"a": "x"}"#, "a.b"),
        "claim `a` is a string, and has no member `b`"
    );
}

#[test]
fn policies_keep_pulumis_field_names_in_and_out() {
    let json = r#"{
  "policies": [
    {
      "decision": "allow",
      "tokenType": "organization",
      "roleID": "role-1",
      "authorizedPermissions": [
        "admin"
      ],
      "rules": {
        "aud": "urn:pulumi:org:acme",
        "\"kubernetes.io\".namespace": "prod"
      }
    },
    {
      "decision": "allow",
      "tokenType": "team",
      "teamName": "dream-*",
      "rules": {
        "sub": "*"
      }
    },
    {
      "decision": "deny",
      "tokenType": "personal",
      "userLogin": "octocat",
      "rules": {}
    },
    {
      "decision": "deny",
      "tokenType": "runner",
      "runnerID": "r1",
      "rules": {}
    }
  ]
}"#;
    assert_eq!(to_json(&parse_policies(json).unwrap()), json);
}

#[test]
fn wrong_policies_say_where_and_what() {
    let allow =
        |fields: &str| format!(r#"{{"decision": "allow", "tokenType": "organization", {fields}}}"#);
    let table = [
        (
            allow(r#""rules": {"a": "b"}, "teamname": "x""#),
            "teamname",
            "unknown-key",
            "unknown key `teamname`; did you mean `teamName`?",
        ),
        (
            allow(r#""rules": {}"#),
            "policies[0].rules",
            "allow-without-rules",
            "an allow needs a rule, found none; an allow without a rule would admit every token of the issuer",
        ),
        (
            allow(r#""rules": {"a..b": "x"}"#),
            "policies[0].rules.a..b",
            "claim-path-empty-segment",
            "expected a claim name at character 3, found an empty segment",
        ),
        (
            allow(r#""rules": {"a": "b"}, "teamName": "x""#),
            "policies[0].teamName",
            "field-misplaced",
            "`teamName` goes with token type `team`, found with `organization`",
        ),
        (
            allow(r#""rules": {"a": "b"}, "authorizedPermissions": ["standard"]"#),
            "policies[0].authorizedPermissions[0]",
            "unknown-permission",
            "expected permission `admin`, found `standard`",
        ),
        (
            allow(r#""rules": {"a": "b", "\"a\"": "c"}"#),
            "policies[0].rules.\"a\"",
            "rule-repeated",
            "claim `\"a\"` already has a rule",
        ),
        (
            allow(r#""rules": {"a": null}"#),
            "rules.a",
            "policy-wrong-value",
            "expected a pattern in a string, found null",
        ),
        (
            r#"{"decision": "allow", "tokenType": "team", "rules": {"a": "b"}}"#.into(),
            "policies[0].teamName",
            "field-missing",
            "token type `team` needs `teamName`, found none",
        ),
        (
            r#"{"decision": "Allow", "tokenType": "team", "teamName": "x", "rules": {"a": "b"}}"#
                .into(),
            "decision",
            "policy-wrong-value",
            "expected one of `allow`, `deny`, found `Allow`; did you mean `allow`?",
        ),
        (
            r#"{"polices": []}"#.into(),
            "polices",
            "unknown-key",
            "unknown key `polices`; did you mean `policies`?",
        ),
        (
            r#"{"policies": {}}"#.into(),
            "policies",
            "policy-wrong-value",
            "expected an array of policies, found an object",
        ),
        (
            r#"{"decision": "deny", "decision": "allow"}"#.into(),
            "",
            "json-duplicate-member",
            "member `decision` occurs twice in one object (line 1, column 31)",
        ),
    ];
    for (json, path, code, message) in table {
        assert_eq!(
            errors(&json),
            [(path.to_owned(), code.to_owned(), message.to_owned())],
            "{json}"
        );
    }
    assert_eq!(
        errors(&allow(
            r#""rules": {"a": "b"}, "teamName": null, "userLogin": """#
        )),
        []
    );
}

#[test]
fn a_policy_applies_to_its_own_type_and_target() {
    let table = [
        (r#""tokenType": "organization""#, ORGANIZATION, true),
        (r#""tokenType": "organization""#, team("x"), false),
        (
            r#""tokenType": "team", "teamName": "dream-*""#,
            team("dream-team"),
            true,
        ),
        (
            r#""tokenType": "team", "teamName": "dream-*""#,
            team("Dream-team"),
            false,
        ),
        (
            r#""tokenType": "team", "teamName": "dream-*""#,
            ORGANIZATION,
            false,
        ),
        (
            r#""tokenType": "personal", "userLogin": "OctoCat""#,
            RequestedToken::Personal {
                login: "octocat".into(),
            },
            true,
        ),
        (
            r#""tokenType": "personal", "userLogin": "octo*""#,
            RequestedToken::Personal {
                login: "octocat".into(),
            },
            false,
        ),
        (
            r#""tokenType": "runner", "runnerID": "r1""#,
            RequestedToken::Runner { name: "r1".into() },
            true,
        ),
        (
            r#""tokenType": "runner", "runnerID": "r1""#,
            RequestedToken::Runner { name: "R1".into() },
            false,
        ),
    ];
    for (fields, request, applies) in table {
        let policy = format!(r#"{{"decision": "allow", {fields}, "rules": {{"sub": "s"}}}}"#);
        let explanation = decide(&policy, r#"{"sub": "s"}"#, &request);
        assert_eq!(
            explanation.decision == Outcome::Allowed,
            applies,
            "{fields} for {request:?}"
        );
    }
}

#[test]
fn decisions_are_folded_as_the_law_says() {
    let allow =
        r#"{"decision": "allow", "tokenType": "organization", "rules": {"aud": "a", "sub": "s*"}}"#;
    let admin = r#"{"decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": {"sub": "s1"}}"#;
    let deny = r#"{"decision": "deny", "tokenType": "organization", "rules": {"sub": "s2"}}"#;
    let deny_all = r#"{"decision": "deny", "tokenType": "organization", "rules": {}}"#;
    let deny_team = r#"{"decision": "deny", "tokenType": "team", "teamName": "*", "rules": {}}"#;
    let role = |id: &str| {
        format!(
            r#"{{"decision": "allow", "tokenType": "organization", "roleID": "{id}", "rules": {{"sub": "s*"}}}}"#
        )
    };
    type Case = (
        Vec<String>,
        &'static str,
        RequestedToken,
        ReasonCode,
        &'static [usize],
    );
    let table: [Case; 11] = [
        (vec![], "s1", ORGANIZATION, ReasonCode::DefaultDeny, &[]),
        (
            vec![allow.into()],
            "s1",
            ORGANIZATION,
            ReasonCode::AllowMatched,
            &[0],
        ),
        (
            vec![allow.into()],
            "t1",
            ORGANIZATION,
            ReasonCode::DefaultDeny,
            &[],
        ),
        (
            vec![allow.into(), deny.into()],
            "s2",
            ORGANIZATION,
            ReasonCode::DenyMatched,
            &[1],
        ),
        (
            vec![allow.into(), deny.into()],
            "s1",
            ORGANIZATION,
            ReasonCode::AllowMatched,
            &[0],
        ),
        (
            vec![deny_all.into(), allow.into()],
            "s1",
            ORGANIZATION,
            ReasonCode::DenyMatched,
            &[0],
        ),
        (
            vec![deny_team.into(), allow.into()],
            "s1",
            ORGANIZATION,
            ReasonCode::AllowMatched,
            &[1],
        ),
        (
            vec![allow.into(), admin.into()],
            "s1",
            ADMIN,
            ReasonCode::AllowMatched,
            &[0, 1],
        ),
        (
            vec![allow.into(), admin.into()],
            "s3",
            ADMIN,
            ReasonCode::AdminNotGranted,
            &[0],
        ),
        (
            vec![role("a"), role("b")],
            "s1",
            ORGANIZATION,
            ReasonCode::RoleAmbiguous,
            &[0, 1],
        ),
        (
            vec![role("a"), role("a"), allow.into()],
            "s1",
            ORGANIZATION,
            ReasonCode::AllowMatched,
            &[0, 1, 2],
        ),
    ];
    for (policies, sub, request, code, deciders) in table {
        let claims = format!(r#"{{"aud": ["x", "a"], "sub": "{sub}"}}"#);
        let explanation = decide(&format!("[{}]", policies.join(",")), &claims, &request);
        assert_eq!(
            (
                explanation.reason.code,
                explanation.reason.policies.as_slice()
            ),
            (code, deciders),
            "{policies:?}"
        );
        assert_eq!(
            explanation.default_denial.applied,
            code == ReasonCode::DefaultDeny
        );
        assert_eq!(
            explanation.grant.is_some(),
            code == ReasonCode::AllowMatched
        );
    }
    let admin_asked = decide(&format!("[{admin}]"), r#"{"sub": "s1"}"#, &ADMIN)
        .grant
        .unwrap();
    let not_asked = decide(&format!("[{admin}]"), r#"{"sub": "s1"}"#, &ORGANIZATION)
        .grant
        .unwrap();
    assert_eq!(
        (admin_asked.admin, not_asked.admin),
        (true, false),
        "admin is granted only where it is requested"
    );
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn order_never_matters(
        policies in prop::collection::vec((any::<bool>(), prop::collection::vec(("[abc]", "[ab*?.]{1,2}"), 1..3)), 0..5)
            .prop_flat_map(|policies| (Just(policies.clone()), Just(policies).prop_shuffle())),
        values in prop::collection::vec("[ab]{0,2}", 3),
    ) {
        let claims = format!(r#"{{"a": "{}", "b": "{}", "c": "{}"}}"#, values[0], values[1], values[2]);
        let write = |policies: &[(bool, Vec<(String, String)>)], reversed: bool| {
            let policies: Vec<String> = policies.iter().map(|(allow, rules)| {
                let mut rules: Vec<(String, String)> = rules.clone();
                rules.sort();
                rules.dedup_by(|one, other| one.0 == other.0);
                if reversed { rules.reverse(); }
                let rules: Vec<String> = rules.iter().map(|(claim, pattern)| format!(r#""{claim}": "{pattern}""#)).collect();
                let decision = if *allow { "allow" } else { "deny" };
                format!(r#"{{"decision": "{decision}", "tokenType": "organization", "rules": {{{}}}}}"#, rules.join(","))
            }).collect();
            format!("[{}]", policies.join(","))
        };
        let (first, second) = policies;
        let one = decide(&write(&first, false), &claims, &ORGANIZATION);
        let other = decide(&write(&second, true), &claims, &ORGANIZATION);
        prop_assert_eq!(one.decision, other.decision);
        prop_assert_eq!(one.reason.code, other.reason.code);
    }
}

#[test]
fn a_report_only_deny_is_read_written_and_denies_nothing() {
    let json = r#"[{"decision": "deny", "tokenType": "organization", "reportOnly": true, "rules": {"sub": "a*"}},
        {"decision": "allow", "tokenType": "organization", "rules": {"sub": "*"}}]"#;
    let definitions = parse_policies(json).unwrap();
    assert_eq!(
        definitions
            .iter()
            .map(|policy| policy.report_only)
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(parse_policies(&to_json(&definitions)).unwrap(), definitions);
    let policies = PolicySet::compile(&definitions, Dialect::Pulumi).unwrap();
    let claims =
        TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"sub": "ab"}"#).unwrap());
    let explanation = explain(
        &policies,
        &claims,
        &RequestedToken::Organization { admin: false },
    );
    assert_eq!(explanation.decision, Outcome::Allowed);
    let report = explanation.report.unwrap();
    assert_eq!(report.policies, [0]);
    assert_eq!(
        report.summary,
        "denied by policy 1: a matching deny wins over any allow"
    );
    assert_eq!(
        explanation.policies[0].title,
        "policy 1: deny organization, report-only"
    );
}

#[test]
fn an_issuer_that_reports_only_denies_nothing() {
    let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", "*");
    let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "*");
    let definition = claimgate::issuer::IssuerDefinition {
        url: "https://ci.example".to_owned(),
        policies: vec![allow, deny],
        report_only: true,
        ..Default::default()
    };
    let issuer = claimgate::issuer::Issuer::compile(&definition, Dialect::Pulumi).unwrap();
    let claims =
        TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"sub": "ab"}"#).unwrap());
    let explanation = explain(
        issuer.policies(),
        &claims,
        &RequestedToken::Organization { admin: false },
    );
    assert_eq!(explanation.decision, Outcome::Allowed);
    assert_eq!(
        explanation.report.map(|report| report.policies),
        Some(vec![1])
    );
}

#[test]
fn an_allow_cannot_be_report_only() {
    let json = r#"{"decision": "allow", "tokenType": "team", "teamName": "a", "reportOnly": true, "rules": {"sub": "a"}}"#;
    let errors = PolicySet::compile(&parse_policies(json).unwrap(), Dialect::Pulumi).unwrap_err();
    assert_eq!(
        (errors[0].code.as_ref(), errors[0].path.as_str()),
        ("report-only-allow", "policies[0].reportOnly")
    );
    let errors = parse_policies(&json.replace("true", "\"yes\"")).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "reportOnly: expected `true` or `false`, found `yes`"
    );
}
