//! Ways to keep classes of outsiders out, and what they close besides.

use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use claimgate_analysis::{
    Analysis, Closing, Edit, Mine, PolicyModel, Relation, apply, closings, meaning,
};

use crate::random::model_at;

const GITHUB: &str = "https://token.actions.githubusercontent.com";

fn allow(rules: &[(&str, &str)]) -> PolicyDefinition {
    let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization);
    rules.iter().fold(policy, |policy, (claim, pattern)| {
        policy.rule(*claim, *pattern)
    })
}

/// An edit in short: `0: ref_type branch`, or `deny sub repo:*:pull_request`.
fn short(closing: &Closing) -> String {
    let edit = |edit: &Edit| match edit {
        Edit::SetRule {
            policy,
            claim,
            pattern,
        } => format!("{policy}: {claim} {pattern}"),
        Edit::AddDeny { claim, pattern, .. } => format!("deny {claim} {pattern}"),
        _ => String::new(),
    };
    let edits: Vec<_> = closing.edits.iter().map(edit).collect();
    edits.join("; ")
}

fn close(model: &PolicyModel, class: &str) -> Vec<String> {
    let mine = Mine("acme/web".to_owned());
    let found = closings(model, Some(&mine), class).unwrap();
    for closing in &found {
        let policies = apply(model.definitions(), &closing.edits);
        let changed = model.with_policies(policies).unwrap();
        let after = Analysis::new(&changed).who(Some(&mine));
        let rung = after.rungs.iter().find(|rung| rung.id == class).unwrap();
        assert!(rung.answer.is_no(), "{closing:?}");
        assert_eq!(closing.difference.relation, Relation::Narrower);
    }
    found.iter().map(short).collect()
}

#[test]
fn a_class_is_kept_out_by_a_rule_or_a_deny() {
    for (rules, class, expected) in [
        (
            &[("sub", "repo:acme*")][..],
            "look-alike-owner",
            "0: repository_owner acme",
        ),
        (&[("sub", "repo:*")], "anyone", "0: repository_owner acme"),
        (
            &[("sub", "repo:acme/*")],
            "other-repository",
            "0: repository acme/web",
        ),
        (
            &[("sub", "repo:acme/web:*")],
            "pull-request",
            "deny event_name pull_request*",
        ),
        (
            &[("sub", "repo:acme/web:*")],
            "other-tag",
            "deny ref_type tag",
        ),
        (
            &[("sub", "repo:acme/web:*")],
            "self-hosted-runner",
            "0: runner_environment github-hosted",
        ),
        (
            &[("sub", "repo:acme/web:*"), ("ref", "refs/*/main")],
            "other-tag",
            "0: ref_type branch",
        ),
    ] {
        let found = close(&model_at(GITHUB, &[allow(rules)]), class);
        assert!(
            found.iter().any(|found| found == expected),
            "{rules:?} {class}: {found:?}"
        );
    }
}

#[test]
fn a_class_that_is_out_needs_nothing() {
    let model = model_at(
        GITHUB,
        &[allow(&[("sub", "repo:acme/web:ref:refs/heads/main")])],
    );
    assert!(close(&model, "pull-request").is_empty());
    assert!(close(&model, "unheard-of").is_empty());
    assert!(
        close(
            &model_at("https://issuer.example", &[allow(&[("sub", "*")])]),
            "anyone"
        )
        .is_empty()
    );
}

#[test]
fn no_allow_is_made_useless() {
    let policies = [
        allow(&[("sub", "repo:acme/web:*")]),
        allow(&[("sub", "repo:acme/web:pull_request")]),
    ];
    let found = close(&model_at(GITHUB, &policies), "pull-request");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_change_means_the_classes_that_it_opens_and_closes() {
    let main = allow(&[("sub", "repo:acme/web:ref:refs/heads/main")]);
    let old = model_at(GITHUB, std::slice::from_ref(&main));
    let other = allow(&[("sub", "repo:acme/infra:ref:refs/heads/main")]);
    let new = model_at(GITHUB, &[main, other]);
    let ids = |rungs: &[claimgate_analysis::Rung]| -> Vec<String> {
        rungs.iter().map(|rung| rung.id.clone()).collect()
    };
    let opened = meaning(&old, &new, None);
    assert_eq!(ids(&opened.opened), ["other-repository"]);
    assert_eq!(opened.difference.relation, Relation::Wider);
    let closed = meaning(&new, &old, Some(&Mine("acme/web".to_owned())));
    assert_eq!(ids(&closed.closed), ["other-repository"]);
    assert!(closed.opened.is_empty());
}
