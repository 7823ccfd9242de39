//! Policies on GitHub's issuer, whose tokens have shapes.

mod classes;

use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use claimgate_analysis::{Analysis, Answer, Defect, Mine, PolicyModel, Relation, difference};

use crate::random::model_at;

const GITHUB: &str = "https://token.actions.githubusercontent.com";

fn policy(decision: Decision, rules: &[(&str, &str)]) -> PolicyDefinition {
    let policy = PolicyDefinition::new(decision, TokenType::Organization);
    rules.iter().fold(policy, |policy, (claim, pattern)| {
        policy.rule(*claim, *pattern)
    })
}

fn allow(rules: &[(&str, &str)]) -> PolicyDefinition {
    policy(Decision::Allow, rules)
}

fn deny(rules: &[(&str, &str)]) -> PolicyDefinition {
    policy(Decision::Deny, rules)
}

fn github(policies: &[PolicyDefinition]) -> PolicyModel {
    model_at(GITHUB, policies)
}

fn claim(answer: &Answer, name: &str) -> String {
    let claims = &answer
        .witness()
        .unwrap_or_else(|| panic!("{answer:?}"))
        .claims;
    claims
        .get(name)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn strangers_get_in_where_nothing_pins_the_tenant() {
    for (rules, subject) in [
        (
            &[("sub", "repo:acme*")][..],
            "repo:acme-evil/web:ref:refs/heads/main",
        ),
        (
            &[("sub", "repo:acme*:pull_request")],
            "repo:acme-evil/web:pull_request",
        ),
        (
            &[("sub", "repo:ac.me/web:*")],
            "repo:acxme/web:ref:refs/heads/main",
        ),
        (
            &[("sub", "repo:*/web:environment:prod")],
            "repo:evil-corp/web:environment:prod",
        ),
        (&[("aud", "acme")], "repo:evil-corp/web:ref:refs/heads/main"),
        (
            &[("environment", "prod")],
            "repo:evil-corp/web:environment:prod",
        ),
        (
            &[("ref", "refs/heads/main"), ("sub", "*")],
            "repo:evil-corp/web:ref:refs/heads/main",
        ),
        (
            &[(
                "job_workflow_ref",
                "acme/ci/.github/workflows/deploy.yml@refs/heads/main",
            )],
            "repo:evil-corp/web:ref:refs/heads/main",
        ),
        (
            &[("repository_owner", "acme?")],
            "repo:acmex/web:ref:refs/heads/main",
        ),
    ] {
        let model = github(&[allow(rules)]);
        let answer = Analysis::new(&model).stranger(0).unwrap();
        assert_eq!(claim(&answer, "sub"), subject, "{rules:?}");
    }
}

#[test]
fn strangers_do_not_get_in_where_something_pins_it() {
    for rules in [
        &[("sub", "repo:acme/*")][..],
        &[("sub", "repo:acme/web:ref:refs/heads/*")],
        &[("sub", "repo:acme@12/web@34:*")],
        &[("repository_owner", "acme")],
        &[("repository_owner_id", "65"), ("sub", "*")],
        &[("repository_id", "74")],
        &[("repository", "acme/*")],
        &[("workflow_ref", "acme/web/.github/workflows/*")],
        &[("sub", "repository_owner:acme:*")],
        &[("enterprise", "acme")],
    ] {
        let model = github(&[allow(rules)]);
        let answer = Analysis::new(&model).stranger(0).unwrap();
        assert!(answer.is_no(), "{rules:?} {answer:?}");
    }
    let model = model_at(
        "https://ghe.example/_services/token",
        &[allow(&[("aud", "acme")])],
    );
    assert_eq!(Analysis::new(&model).stranger(0), None);
}

#[test]
fn claims_that_name_the_same_thing_agree() {
    // `sub` and `repository` name one owner, `ref` and `sub` one branch.
    for rules in [
        &[("sub", "repo:acme/*"), ("repository_owner", "other")][..],
        &[
            ("sub", "repo:acme/web:ref:refs/heads/main"),
            ("ref", "refs/heads/release"),
        ],
        &[
            ("sub", "repo:acme/web:environment:prod"),
            ("environment", "staging"),
        ],
        &[("sub", "repo:acme/web:ref:main")],
        &[
            ("sub", "repo:acme/web:pull_request"),
            ("event_name", "push"),
        ],
        &[
            ("ref_type", "tag"),
            ("ref", "refs/heads/*"),
            ("sub", "repo:acme/web:ref:*"),
        ],
    ] {
        let model = github(&[allow(rules)]);
        assert!(Analysis::new(&model).is_satisfiable(0).is_no(), "{rules:?}");
        assert!(
            Analysis::new(&model.without_facts())
                .is_satisfiable(0)
                .is_yes(),
            "{rules:?}"
        );
    }
}

#[test]
fn a_deny_on_a_claim_that_may_be_missing_is_avoided() {
    let policies = [
        allow(&[("sub", "repo:acme/*")]),
        deny(&[("environment", "*")]),
    ];
    let answer = Analysis::new(&github(&policies)).is_effective(0);
    assert_eq!(claim(&answer, "sub"), "repo:acme/web:ref:refs/heads/main");
    // `event_name` is always there.
    let policies = [
        allow(&[("sub", "repo:acme/*")]),
        deny(&[("event_name", "*")]),
    ];
    assert!(Analysis::new(&github(&policies)).is_effective(0).is_no());
    let model = github(&policies).without_facts();
    assert!(Analysis::new(&model).is_effective(0).is_yes());
}

#[test]
fn several_denies_together_kill_an_allow() {
    let policies = [
        allow(&[("sub", "repo:acme/web:ref:refs/heads/*")]),
        deny(&[("sub", "*:pull_request")]),
        deny(&[("ref", "refs/heads/m*")]),
        deny(&[("ref", "refs/heads/.*"), ("event_name", "p*")]),
        deny(&[
            ("ref", "refs/heads/*"),
            ("ref_type", "branch"),
            ("event_name", "*"),
        ]),
    ];
    let review = Analysis::new(&github(&policies)).review();
    let dead: Vec<_> = review
        .issues
        .iter()
        .filter(|issue| issue.defect == Defect::AllowDead)
        .collect();
    assert_eq!(dead.len(), 1, "{review:#?}");
    assert_eq!(dead[0].because_of, [4]);
    let Answer::No { proof } = &dead[0].answer else {
        panic!()
    };
    let steps: Vec<_> = proof.steps.iter().map(|step| step.text.as_str()).collect();
    assert!(steps.contains(&"then policy 5 matches"), "{steps:#?}");
}

#[test]
fn audiences_are_one_more_rule() {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::pattern::Dialect;
    let model = |audiences: Option<&[&str]>, aud: &str| {
        let issuer = IssuerDefinition {
            url: GITHUB.to_owned(),
            audiences: audiences.map(|list| list.iter().map(|own| (*own).to_owned()).collect()),
            policies: vec![allow(&[("sub", "repo:acme/*"), ("aud", aud)])],
            ..IssuerDefinition::default()
        };
        PolicyModel::new(&issuer, Dialect::Pulumi).unwrap()
    };
    let (open, closed) = (model(None, "*"), model(Some(&["urn:acme:*", "acme"]), "*"));
    assert_eq!(difference(&open, &closed).relation, Relation::Narrower);
    assert_eq!(difference(&closed, &open).relation, Relation::Wider);
    let opened = &difference(&closed, &model(Some(&["urn:*"]), "*")).kinds[0].opened[0];
    assert_eq!(
        opened
            .witness
            .claims
            .get("aud")
            .and_then(|aud| aud.as_str()),
        Some("urn:")
    );
    assert!(
        Analysis::new(&model(Some(&["acme"]), "other"))
            .is_effective(0)
            .is_no()
    );
}

#[test]
fn report_only_policies_can_be_analyzed_as_if_enforced() {
    let mut report = deny(&[("sub", "*")]);
    report.report_only = true;
    let model = github(&[allow(&[("sub", "repo:acme/*")]), report]);
    assert!(Analysis::new(&model).is_effective(0).is_yes());
    let enforced = model.clone().enforced();
    assert!(Analysis::new(&enforced).is_effective(0).is_no());
    assert_eq!(difference(&model, &enforced).relation, Relation::Narrower);
}

#[test]
fn answers_survive_json_and_are_the_same_every_time() {
    let policies = [
        allow(&[("sub", "repo:acme*")]),
        deny(&[("ref", "refs/heads/x*")]),
    ];
    let model = github(&policies);
    let who = Analysis::new(&model).who(None);
    let json = serde_json::to_string(&who).unwrap();
    assert_eq!(
        serde_json::from_str::<claimgate_analysis::Who>(&json).unwrap(),
        who
    );
    assert_eq!(
        serde_json::to_string(&Analysis::new(&model).who(None)).unwrap(),
        json
    );
    let review = Analysis::new(&model).review();
    let json = serde_json::to_string(&review).unwrap();
    assert_eq!(
        serde_json::from_str::<claimgate_analysis::Review>(&json).unwrap(),
        review
    );
}

#[test]
fn a_dot_is_a_dot_unless_another_character_is_the_point() {
    let rules = |audience| [("aud", audience), ("sub", "repo:acme/web:*")];
    let meant = github(&[allow(&rules("https://github\\.com/acme"))]);
    let written = github(&[allow(&rules("https://github.com/acme"))]);
    let admitted = Analysis::new(&written).is_effective(0);
    assert_eq!(claim(&admitted, "aud"), "https://github.com/acme");
    let change = &difference(&meant, &written).kinds[0].opened[0];
    let audience = change
        .witness
        .claims
        .get("aud")
        .and_then(|aud| aud.as_str());
    assert_eq!(audience, Some("https://githubxcom/acme"));
}
