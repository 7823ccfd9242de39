//! What is shown of who gets in, and of what a change opens, is true of each policy that is named.

use claimgate::claims::TrustedClaims;
use claimgate::explain::{Outcome, decide};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, PolicySet, parse_policies};
use claimgate_analysis::{
    Analysis, Answer, Mine, PolicyModel, Relation, Rung, Who, Witness, difference,
};

use crate::random::{Random, cases, model_at};
use crate::realistic::{GITHUB, policies};

const BUILDKITE: &str = "https://agent.buildkite.com";

fn parsed(policies: &[&str]) -> Vec<PolicyDefinition> {
    parse_policies(&format!("[{}]", policies.join(","))).unwrap()
}

fn allow(more: &str, rules: &str) -> String {
    format!(
        r#"{{"decision": "allow", "tokenType": "organization", {more} "rules": {{"aud": "acme", {rules}}}}}"#
    )
}

fn deny(more: &str, rules: &str) -> String {
    format!(r#"{{"decision": "deny", "tokenType": "organization", {more} "rules": {{{rules}}}}}"#)
}

fn model(url: &str, policies: &[String]) -> PolicyModel {
    let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
    model_at(url, &parsed(&policies))
}

fn who(url: &str, policies: &[String]) -> Who {
    Analysis::new(&model(url, policies)).who(None)
}

fn rung<'a>(who: &'a Who, id: &str) -> &'a Rung {
    who.rungs.iter().find(|rung| rung.id == id).unwrap()
}

fn text<'a>(witness: &'a Witness, claim: &str) -> &'a str {
    witness.claim(claim).and_then(|own| own.as_str()).unwrap()
}

/// Whether a policy alone allows the token.
fn allows(policy: &PolicyDefinition, witness: &Witness) -> bool {
    let set = PolicySet::compile(std::slice::from_ref(policy), Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(witness.claims.clone());
    decide(&set, &claims, &witness.request).decision == Outcome::Allowed
}

#[test]
fn the_token_of_a_class_matches_each_policy_that_is_named_with_it() {
    let mut groups = 0;
    for seed in 0..cases(60) {
        let own = policies(&mut Random::new(seed ^ 0x7007));
        let model = model_at(GITHUB, &own);
        let who = Analysis::new(&model).who(Some(&Mine("acme/web".to_owned())));
        for rung in &who.rungs {
            let mut named: Vec<usize> = Vec::new();
            for group in &rung.admitted {
                groups += 1;
                named.extend(&group.policies);
                for policy in &group.policies {
                    let is_allowed = allows(&own[*policy], &group.witness);
                    assert!(is_allowed, "{seed}: {} {policy} {group:?}", rung.id);
                }
            }
            named.sort_unstable();
            assert_eq!(named, rung.policies, "{seed}: {}", rung.id);
        }
    }
    assert!(groups > 100, "{groups}");
}

#[test]
fn policies_share_a_token_only_if_they_give_the_same() {
    let own = [
        allow(
            r#""roleID": "a","#,
            r#""sub": "repo:acme/web:environment:x""#,
        ),
        allow(
            r#""authorizedPermissions": ["admin"],"#,
            r#""sub": "repo:acme/infra:environment:x""#,
        ),
        allow("", r#""sub": "repo:acme/docs:*""#),
        allow("", r#""repository": "acme/docs""#),
    ];
    let who = who(GITHUB, &own);
    let shown: Vec<_> = rung(&who, "self-hosted-runner")
        .admitted
        .iter()
        .map(|group| {
            (
                group.policies.as_slice(),
                group.gives.as_str(),
                text(&group.witness, "repository"),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (&[0][..], "organization tokens with role a", "acme/web"),
            (
                &[1],
                "organization tokens with admin permission",
                "acme/infra"
            ),
            (&[2, 3], "organization tokens", "acme/docs"),
        ]
    );
}

/// A dot that stands for any character admits what differs there, and nothing else.
#[test]
fn which_of_a_class_get_in_is_said() {
    for (rules, class, expected) in [
        (
            r#""workflow_ref": "acme/web/.github/workflows/deploy.prod.yml@*""#,
            "other-workflow",
            Some(
                "only if the workflow file differs from `.github/workflows/deploy.prod.yml` in one character, in place of a `.`",
            ),
        ),
        (
            r#""workflow_ref": "acme/web/.github/workflows/deploy*""#,
            "other-workflow",
            Some("only if the workflow file matches `.github/workflows/deploy*`"),
        ),
        (r#""workflow_ref": "acme/web/*""#, "other-workflow", None),
        (
            r#""repository": "acme/web", "ref": "refs/tags/v*""#,
            "other-tag",
            Some("only if the tag begins with `v`"),
        ),
        (
            r#""repository": "acme/web", "ref": "refs/heads/*-ok""#,
            "other-branch",
            Some("only if the branch matches `*-ok`"),
        ),
        (
            r#""sub": "repo:ac.me/web:*""#,
            "anyone",
            Some("only if the owner differs from `ac.me` in one character, in place of a `.`"),
        ),
        (r#""sub": "repo:acme/web:*""#, "other-branch", None),
        (r#""sub": "repo:acme/web:*""#, "self-hosted-runner", None),
    ] {
        let who = who(GITHUB, &[allow("", rules)]);
        let rung = rung(&who, class);
        let group = rung
            .admitted
            .first()
            .unwrap_or_else(|| panic!("{rules}: {rung:?}"));
        assert_eq!(group.which.as_deref(), expected, "{rules}");
    }
}

/// The name of a workflow file ends with `.yml` or `.yaml`, so its last dot is one.
#[test]
fn the_dot_of_an_extension_lets_in_no_other_workflow() {
    let rules = r#""sub": "repo:acme/web:ref:refs/heads/main", "workflow_ref": "acme/web/.github/workflows/apply.yml@refs/heads/main""#;
    let who = who(GITHUB, &[allow("", rules)]);
    assert!(rung(&who, "other-workflow").answer.is_no());
    let witness = rung(&who, "self-hosted-runner").answer.witness().unwrap();
    assert_eq!(
        text(witness, "workflow_ref"),
        "acme/web/.github/workflows/apply.yml@refs/heads/main"
    );
}

#[test]
fn no_witness_is_a_token_that_the_provider_does_not_send() {
    for rules in [
        r#""repository": "acme/web", "ref": "refs/tags/v*", "event_name": "pull_request*""#,
        r#""repository": "acme/web", "ref_type": "tag", "event_name": "pull_request_target""#,
        r#""repository": "acme/web", "ref": "refs/tags/v*", "ref_type": "branch""#,
        r#""repository": "acme/web", "ref": "refs/heads/main", "ref_type": "tag""#,
    ] {
        let model = model(GITHUB, &[allow("", rules)]);
        assert!(Analysis::new(&model).is_satisfiable(0).is_no(), "{rules}");
        let bare = model.without_facts();
        assert!(Analysis::new(&bare).is_satisfiable(0).is_yes(), "{rules}");
    }
    // A deny of pull requests takes nothing from tags, so removing it opens nothing there.
    let rules = r#""repository": "acme/web", "ref": "refs/tags/v*""#;
    let stop = deny("", r#""event_name": "pull_request*""#);
    let old = model(GITHUB, &[allow("", rules), stop]);
    let new = model(GITHUB, &[allow("", rules)]);
    assert_eq!(difference(&old, &new).relation, Relation::Equivalent);
    // Whatever else is required, `ref_type` says what `ref` is.
    let answer = Analysis::new(&new).is_effective(0);
    assert_eq!(text(answer.witness().unwrap(), "ref_type"), "tag");

    let rules = r#""sub": "organization:acme:pipeline:web:*""#;
    let branch = who(BUILDKITE, &[allow("", rules)]);
    let witness = rung(&branch, "other-branch").answer.witness().unwrap();
    let (sub, branch) = (text(witness, "sub"), text(witness, "build_branch"));
    assert!(
        sub.contains(&format!(":ref:refs/heads/{branch}:commit:")),
        "{sub} {branch}"
    );
    let contradiction = r#""sub": "organization:acme:pipeline:web:ref:refs/heads/main:*", "build_branch": "feature""#;
    let model = model(BUILDKITE, &[allow("", contradiction)]);
    assert!(Analysis::new(&model).is_satisfiable(0).is_no());
}

#[test]
fn a_name_that_someone_else_has_registered_is_a_strangers() {
    let who = who(
        GITHUB,
        &[allow("", r#""sub": "repo:acme/web:environment:x""#)],
    );
    let strangers: Vec<_> = who.rungs.iter().filter(|rung| rung.is_stranger).collect();
    let ids: Vec<_> = strangers.iter().map(|rung| rung.id.as_str()).collect();
    assert_eq!(ids, ["anyone", "look-alike-owner", "recycled-name"]);
    assert!(strangers[2].answer.is_yes());
}

#[test]
fn denies_are_shown_with_what_they_take_away() {
    let own = [
        allow("", r#""sub": "repo:acme/web:*""#),
        allow("", r#""sub": "repo:acme/docs:ref:refs/heads/main""#),
        deny("", r#""sub": "*:pull_request""#),
        deny(r#""reportOnly": true,"#, r#""ref": "refs/tags/*""#),
        deny("", r#""sub": "repo:other/*""#),
    ];
    let who = who(GITHUB, &own);
    let shown: Vec<_> = who
        .denies
        .iter()
        .map(|deny| (deny.policy, deny.is_report_only, deny.policies.as_slice()))
        .collect();
    assert_eq!(
        shown,
        [(2, false, &[0][..]), (3, true, &[0]), (4, false, &[])]
    );
    let witness = |deny: usize| who.denies[deny].answer.witness().unwrap();
    assert_eq!(text(witness(0), "sub"), "repo:acme/web:pull_request");
    assert!(text(witness(1), "ref").starts_with("refs/tags/"));
    assert!(matches!(who.denies[2].answer, Answer::No { .. }));
}

/// The same tokens with another role are a difference: something is opened, and something closed.
#[test]
fn another_role_is_a_difference() {
    let sub = r#""sub": "repo:acme/web:*""#;
    let with = |role: &str| model(GITHUB, &[allow(&format!(r#""roleID": "{role}","#), sub)]);
    let plain = model(GITHUB, &[allow("", sub)]);
    for (old, new, gives, because) in [
        (
            &with("reader"),
            &with("admin"),
            "organization tokens with role admin",
            "old policy 1 gives it the role `reader`",
        ),
        (
            &plain,
            &with("admin"),
            "organization tokens with role admin",
            "old policy 1 gives it no role",
        ),
        (
            &with("reader"),
            &plain,
            "organization tokens",
            "old policy 1 gives it the role `reader`",
        ),
    ] {
        let found = difference(old, new);
        assert_eq!(found.relation, Relation::Incomparable);
        let kind = &found.kinds[0];
        assert!(kind.opened.is_empty() && kind.closed.is_empty(), "{kind:?}");
        let change = &kind.opened_roles[0];
        assert_eq!(
            (change.gives.as_str(), change.because.as_str()),
            (gives, because)
        );
        assert_eq!(kind.closed_roles.len(), 1);
        assert_eq!(difference(old, old).relation, Relation::Equivalent);
    }
}

#[test]
fn a_change_says_why_the_other_side_refuses() {
    let sub = |pattern: &str| format!(r#""sub": "repo:acme/web:{pattern}""#);
    let role = |role: &str, pattern: &str| allow(&format!(r#""roleID": "{role}","#), &sub(pattern));
    let old = [role("reader", "ref:*")];
    for (new, because) in [
        (
            vec![role("reader", "ref:refs/tags/*")],
            "no new policy allows it",
        ),
        (
            vec![
                role("reader", "ref:*"),
                deny("", r#""ref": "refs/heads/*""#),
            ],
            "new policy 2 denies it",
        ),
        (
            vec![role("reader", "ref:*"), role("writer", "*")],
            "new policies 1 and 2 match it and give different roles, `reader` and `writer`, so it is refused",
        ),
    ] {
        let found = difference(&model(GITHUB, &old), &model(GITHUB, &new));
        let closed = &found.kinds[0].closed[0];
        assert_eq!(closed.because, because);
        assert_eq!(closed.gives, "organization tokens with role reader");
    }
}

/// Classes, and whether one of them is admitted.
type Classes = &'static [(&'static str, bool)];

/// Subjects that a repository or a project customizes belong to the same classes: their claims tell.
#[test]
fn customized_subjects_belong_to_the_classes_too() {
    const GITLAB: &str = "https://gitlab.com";
    let pulls = || deny("", r#""sub": "*:pull_request""#);
    let cases: [(&str, Vec<String>, Classes); 9] = [
        (
            GITHUB,
            vec![allow(
                "",
                r#""sub": "repository_owner:acme:*", "repository": "acme/web""#,
            )],
            &[
                ("pull-request", true),
                ("other-branch", true),
                ("other-tag", true),
                ("other-environment", true),
            ],
        ),
        (
            GITHUB,
            vec![allow(
                "",
                r#""sub": "repository:acme/web:ref:refs/heads/main""#,
            )],
            &[
                ("pull-request", false),
                ("other-branch", false),
                ("other-tag", false),
                ("other-environment", false),
            ],
        ),
        (
            GITHUB,
            vec![allow(
                "",
                r#""sub": "repo:acme/web:ref:refs/heads/main:actor:*""#,
            )],
            &[
                ("pull-request", false),
                ("other-branch", false),
                ("other-tag", false),
                ("other-environment", false),
            ],
        ),
        (
            GITHUB,
            vec![allow(
                "",
                r#""sub": "repository:acme/web:environment:production""#,
            )],
            &[
                ("pull-request", false),
                ("other-branch", false),
                ("other-environment", false),
            ],
        ),
        // The usual subjects are denied, and those of a repository that customizes them are not.
        (
            GITHUB,
            vec![allow("", r#""sub": "repo:acme/web:*""#), pulls()],
            &[("pull-request", true)],
        ),
        (
            GITHUB,
            vec![
                allow("", r#""sub": "repo:acme/web:*""#),
                deny("", r#""event_name": "pull_request*""#),
            ],
            &[("pull-request", false)],
        ),
        (
            GITHUB,
            vec![allow(
                "",
                r#""sub": "repository:acme/web:*", "ref": "refs/heads/main""#,
            )],
            &[("other-branch", false), ("other-tag", false)],
        ),
        (
            GITLAB,
            vec![allow("", r#""sub": "project_path:acme/web:ref:main""#)],
            &[("other-branch", false)],
        ),
        (
            GITLAB,
            vec![allow(
                "",
                r#""sub": "project_path:acme/web:ref_protected:true""#,
            )],
            &[("other-branch", true), ("other-tag", true)],
        ),
    ];
    for (url, policies, expected) in cases {
        let who = who(url, &policies);
        for (class, is_admitted) in expected {
            let answer = &rung(&who, class).answer;
            let is_so = match is_admitted {
                true => answer.is_yes(),
                false => answer.is_no(),
            };
            assert!(is_so, "{policies:?} {class}: {answer:?}");
        }
    }
}

/// An identifier says whose tokens a policy is meant for as well as a name does.
#[test]
fn policies_that_pin_identifiers_have_classes_and_findings_too() {
    use claimgate_analysis::{CheckOptions, check};

    for (rules, classes, codes) in [
        (
            r#""repository_id": "65836417", "event_name": "pull_request*""#,
            &[
                ("pull-request", true),
                ("other-repository", false),
                ("anyone", false),
            ][..],
            &["pull-request-admitted"][..],
        ),
        (
            r#""repository_owner_id": "42""#,
            &[
                ("pull-request", true),
                ("other-repository", true),
                ("anyone", false),
            ],
            &["any-repository"],
        ),
        (
            r#""enterprise_id": "7""#,
            &[("other-repository", true), ("anyone", false)],
            &["any-repository"],
        ),
    ] {
        let own = [allow(r#""authorizedPermissions": ["admin"],"#, rules)];
        let who = who(GITHUB, &own);
        assert_eq!(who.ours.len(), 1, "{rules}: {:?}", who.ours);
        for (class, is_admitted) in classes {
            assert_eq!(
                rung(&who, class).answer.is_yes(),
                *is_admitted,
                "{rules} {class}"
            );
        }
        let model = model(GITHUB, &own);
        let issuer = claimgate::issuer::IssuerDefinition {
            url: GITHUB.to_owned(),
            policies: model.definitions().to_vec(),
            ..Default::default()
        };
        let found = check(&issuer, &CheckOptions::new(Dialect::Pulumi))
            .unwrap()
            .findings;
        for code in codes {
            let is_found = found.iter().any(|own| own.diagnostic.code == *code);
            assert!(is_found, "{rules} {code}: {found:?}");
        }
    }
}
