//! Findings and classes of outsiders on small sets, whose answers people can check by reading them.

use claimgate::IssuerDefinition;
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::parse_policies;
use claimgate_analysis::policy_tests::{TestFile, run_tests};
use claimgate_analysis::{Analysis, CheckOptions, Finding, PolicyModel, check};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";
const EKS: &str = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";

fn issuer(url: &str, policies: &[&str]) -> IssuerDefinition {
    IssuerDefinition {
        url: url.to_owned(),
        policies: parse_policies(&format!("[{}]", policies.join(","))).unwrap(),
        ..IssuerDefinition::default()
    }
}

fn allow(rules: &str) -> String {
    format!(r#"{{"decision": "allow", "tokenType": "organization", "rules": {{{rules}}}}}"#)
}

fn deny(rules: &str) -> String {
    format!(r#"{{"decision": "deny", "tokenType": "organization", "rules": {{{rules}}}}}"#)
}

fn found(issuer: &IssuerDefinition, dialect: Dialect) -> Vec<Finding> {
    check(issuer, &CheckOptions::new(dialect)).unwrap().findings
}

fn findings(url: &str, policies: &[&str]) -> Vec<Finding> {
    found(&issuer(url, policies), Dialect::Pulumi)
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|own| &*own.diagnostic.code).collect()
}

fn with_code<'a>(findings: &'a [Finding], code: &str) -> &'a Finding {
    let mut own = findings.iter().filter(|own| own.diagnostic.code == code);
    own.next()
        .unwrap_or_else(|| panic!("{code} in {:?}", codes(findings)))
}

#[test]
fn a_team_that_cannot_be_named_is_one_finding() {
    let policy =
        r#"{"decision": "allow", "tokenType": "team", "teamName": "a b", "rules": {"sub": "z"}}"#;
    let found = findings("https://ci.example.com", &[policy]);
    assert!(codes(&found).contains(&"target-unreachable"));
    assert!(!codes(&found).contains(&"rules-unsatisfiable"), "{found:?}");
}

#[test]
fn audiences_are_written_in_the_dialect() {
    let own = issuer(
        GITHUB,
        &[&allow(r#""sub": "repo:acme/web:ref:refs/heads/main""#)],
    );
    for dialect in Dialect::ALL {
        let found = found(&own, dialect);
        assert_eq!(
            with_code(&found, "audience-unpinned").diagnostic.message,
            "a token that was issued for `sts.amazonaws.com` is admitted"
        );
    }
}

#[test]
fn a_claim_that_an_audience_requires_cannot_be_left_out() {
    let policies = [
        allow(r#""sub": "svc""#),
        deny(r#""aud": "https://api.example.com/legacy""#),
    ];
    let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
    let own = IssuerDefinition {
        audiences: Some(vec!["https://api.example.com/*".to_owned()]),
        ..issuer("https://ci.example.com", &policies)
    };
    let found = found(&own, Dialect::Pulumi);
    for code in ["analysis-undecided", "deny-avoidable"] {
        assert!(!codes(&found).contains(&code), "{found:?}");
    }
}

#[test]
fn strangers_with_a_claim_that_is_not_known_depend_on_it() {
    let own = [&*allow(r#""aud": "x", "email": "a@b.c""#)];
    let found = findings(GITHUB, &own);
    let strangers = with_code(&found, "shared-issuer-unpinned");
    let message = &strangers.diagnostic.message;
    assert!(
        message.starts_with(
            "if GitHub Actions sends `email`, which is not known, strangers are admitted"
        ),
        "{message}"
    );
    assert_ne!(
        strangers.diagnostic.severity,
        claimgate::diagnostic::Severity::Error
    );
    let other = with_code(&found, "claim-of-other-provider");
    assert!(
        other
            .diagnostic
            .message
            .ends_with(", not of GitHub Actions")
    );
    let model = PolicyModel::new(&issuer(GITHUB, &own), Dialect::Pulumi).unwrap();
    let who = Analysis::new(&model).who(None);
    let which = who.rungs[0].admitted[0].which.as_deref().unwrap();
    assert_eq!(
        which,
        "only if GitHub Actions sends `email`, which is not known"
    );
}

#[test]
fn a_group_of_people_is_no_project() {
    let rules = r#""aud": "x", "groups_direct": "acme/admins", "ref_protected": "true""#;
    let found = findings(GITLAB, &[&allow(rules)]);
    let person = with_code(&found, "actor-only");
    assert_eq!(
        person.diagnostic.help.as_deref(),
        Some("add a rule on whose job it is: `sub`, or `project_id`")
    );
    assert!(!codes(&found).contains(&"shared-issuer-unpinned"));
}

#[test]
fn a_claim_by_which_a_deny_is_avoided_is_shown() {
    let policies = [
        allow(r#""aud": "x", "repository": "acme/web""#),
        deny(r#""event_name": "pull_request""#),
    ];
    let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
    let model = PolicyModel::new(&issuer(GITHUB, &policies), Dialect::Pulumi).unwrap();
    let who = Analysis::new(&model).who(None);
    let rung = who
        .rungs
        .iter()
        .find(|rung| rung.id == "pull-request")
        .unwrap();
    let witness = rung.answer.witness().unwrap();
    assert!(
        witness.matters.iter().any(|claim| claim == "event_name"),
        "{witness:?}"
    );
    // Where no deny is in the way, it does not matter.
    let model = PolicyModel::new(&issuer(GITHUB, &policies[..1]), Dialect::Pulumi).unwrap();
    let who = Analysis::new(&model).who(None);
    let rung = who
        .rungs
        .iter()
        .find(|rung| rung.id == "pull-request")
        .unwrap();
    let witness = rung.answer.witness().unwrap();
    assert!(
        !witness.matters.iter().any(|claim| claim == "event_name"),
        "{witness:?}"
    );
}

#[test]
fn one_value_is_shown_where_one_is_enough() {
    let policies = [allow(r#""flag": "true""#), deny(r#""flag": "t*""#)];
    let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
    let model = PolicyModel::new(
        &issuer("https://ci.example.com", &policies),
        Dialect::Pulumi,
    )
    .unwrap();
    let answer = Analysis::new(&model).overlap(0, 1);
    let flag = answer.witness().and_then(|own| own.claim("flag")).unwrap();
    assert_eq!(flag.as_str(), Some("true"));
}

#[test]
fn names_are_ended_on_issuers_that_are_not_shared_too() {
    for (url, rules, claim, help) in [
        (
            EKS,
            r#""aud": "x", "sub": "system:serviceaccount:prod*:deploy""#,
            "sub",
            "write `:` right after the name, before any wildcard, unless all whose names begin with `prod` are meant",
        ),
        (
            "https://vstoken.dev.azure.com/0123",
            r#""aud": "x", "sub": "p://acme/web*/deploy""#,
            "sub",
            "write `/` right after the name, before any wildcard, unless all whose names begin with `web` are meant",
        ),
        (
            "https://agent.buildkite.com",
            r#""aud": "x", "organization_slug": "acme", "pipeline_slug": "deploy*""#,
            "pipeline_slug",
            "write the whole name, unless all whose names begin with `deploy` are meant",
        ),
    ] {
        let found = findings(url, &[&allow(rules)]);
        let own = &with_code(&found, "name-without-separator").diagnostic;
        assert_eq!(own.path, format!("policies[0].rules.{claim}"));
        assert_eq!(own.help.as_deref(), Some(help), "{}", own.message);
    }
}

#[test]
fn any_environment_of_gitlab_is_found() {
    let rules = |environment: &str| {
        allow(&format!(
            r#""aud": "x", "project_path": "acme/web", "ref": "main", "ref_type": "branch", "environment": "{environment}""#
        ))
    };
    let open = findings(GITLAB, &[&rules("*")]);
    let path = &with_code(&open, "any-environment").diagnostic.path;
    assert_eq!(path, "policies[0].rules.environment");
    let named = findings(GITLAB, &[&rules("production")]);
    assert!(!codes(&named).contains(&"any-environment"));
}

#[test]
fn one_mistake_is_one_error() {
    for (rules, code) in [
        (
            r#""aud": "x", "sub": "repo:acme/web:*", "ref_protected": "True""#,
            "boolean-as-text",
        ),
        (
            r#""aud": "x", "sub": "repo:acme/web:*", "event_name": "Push""#,
            "case-never",
        ),
        (
            r#""aud": "x", "sub": "^repo:acme/web:pull_request$""#,
            "regex-in-glob",
        ),
    ] {
        let found = findings(GITHUB, &[&allow(rules)]);
        let own = with_code(&found, code);
        assert!(own.proof.is_some(), "{code}");
        assert!(!codes(&found).contains(&"never-matches-provider"), "{code}");
        assert!(code != "boolean-as-text" || !codes(&found).contains(&"case-never"));
    }
}

#[test]
fn what_never_matches_has_a_value_that_does() {
    for (claim, pattern, help) in [
        (
            "sub",
            "repo:acme/web:refs/heads/main",
            "did you mean `repo:acme/web:ref:refs/heads/main`?",
        ),
        (
            "runner_environment",
            "github-hostd",
            "did you mean `github-hosted`?",
        ),
    ] {
        let rules = format!(r#""aud": "x", "repository": "acme/web", "{claim}": "{pattern}""#);
        let found = findings(GITHUB, &[&allow(&rules)]);
        let own = with_code(&found, "never-matches-provider");
        assert_eq!(own.diagnostic.help.as_deref(), Some(help));
    }
    let rules = r#""aud": "x", "sub": "repo:acme/web:ref:refs/heads/main", "ref": "main""#;
    let found = findings(GITHUB, &[&allow(rules)]);
    let own = with_code(&found, "never-matches-provider");
    let help = "did you mean `refs/heads/main`?";
    assert_eq!(own.diagnostic.help.as_deref(), Some(help));
}

#[test]
fn proofs_name_the_policy_and_say_each_form_once() {
    let model = PolicyModel::new(
        &issuer(
            GITHUB,
            &[&allow(
                r#""aud": "x", "sub": "repo:acme/web:ref:refs/heads/main""#,
            )],
        ),
        Dialect::Pulumi,
    )
    .unwrap();
    let who = Analysis::new(&model).who(None);
    let claimgate_analysis::Answer::No { proof } = &who.rungs[0].answer else {
        panic!("{:?}", who.rungs[0]);
    };
    let texts: Vec<&str> = proof.steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!((texts[0], proof.steps[0].depth), ("policy 1", 0));
    let customized = "a job of a repository that customizes its subjects";
    // Those that can match, and those with an environment, which cannot.
    assert_eq!(
        texts.iter().filter(|text| **text == customized).count(),
        2,
        "{texts:#?}"
    );
    assert!(
        texts.contains(&"then it belongs to us, so it is not in this class"),
        "{texts:#?}"
    );
}

#[test]
fn what_a_test_file_names_has_to_exist() {
    let policies = format!("[{}]", allow(r#""aud": "x", "sub": "repo:acme/*""#));
    for (members, expected) in [
        (
            r#""properties": [{"noOutsiders": {"except": ["other-brnch"]}}]"#,
            "properties[0].noOutsiders.except[0]: expected a class of outsiders of GitHub Actions, found `other-brnch`",
        ),
        (
            r#""mine": "gitlab:acme", "cases": []"#,
            "mine: expected names of GitHub Actions, whose tokens the policies are for, found names of `gitlab`",
        ),
    ] {
        let text = format!(r#"{{"issuer": "{GITHUB}", "policies": {policies}, {members}}}"#);
        let file = TestFile::read(&Value::parse(&text).unwrap()).unwrap();
        let errors = run_tests("tests", &file, &mut |_| Err(String::new())).unwrap_err();
        assert_eq!(errors[0].to_string(), expected);
    }
}
