//! Random policies as people write them, on GitHub's issuer, and random tokens of its shapes.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Outcome, decide};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
use claimgate_analysis::{Analysis, Relation, difference};

use crate::random::{Random, cases, model_at};

pub(crate) const GITHUB: &str = "https://token.actions.githubusercontent.com";
const OWNERS: [&str; 3] = ["acme", "acme-evil", "octo"];
const REPOSITORIES: [&str; 3] = ["web", "web-2", "infra"];
const BRANCHES: [&str; 3] = ["main", "release/1.2", "x"];
const REQUEST: RequestedToken = RequestedToken::Organization { admin: false };

/// A token of one of GitHub's shapes.
fn token(random: &mut Random) -> TrustedClaims {
    let (owner, repository) = (random.pick(&OWNERS), random.pick(&REPOSITORIES));
    let branch = random.pick(&BRANCHES);
    let (id, repository_id) = (random.pick(&["1", "2"]), random.pick(&["10", "20"]));
    let name = match random.below(2) {
        0 => format!("{owner}/{repository}"),
        _ => format!("{owner}@{id}/{repository}@{repository_id}"),
    };
    let (context, rest) = match random.below(4) {
        0 => (
            format!("ref:refs/heads/{branch}"),
            format!(r#""ref": "refs/heads/{branch}", "ref_type": "branch", "event_name": "push""#),
        ),
        1 => (
            format!("ref:refs/tags/{branch}"),
            format!(r#""ref": "refs/tags/{branch}", "ref_type": "tag", "event_name": "release""#),
        ),
        2 => (
            "pull_request".to_owned(),
            r#""ref": "refs/pull/7/merge", "ref_type": "branch", "event_name": "pull_request""#
                .to_owned(),
        ),
        _ => (
            format!("environment:{branch}"),
            format!(
                r#""environment": "{branch}", "ref": "refs/heads/main", "ref_type": "branch", "event_name": "push""#
            ),
        ),
    };
    let runner = random.pick(&["github-hosted", "self-hosted"]);
    let claims = format!(
        r#"{{"iss": "{GITHUB}", "exp": 1900000000, "sub": "repo:{name}:{context}", {rest},
        "aud": "acme", "repository": "{owner}/{repository}", "repository_owner": "{owner}",
        "repository_owner_id": "{id}", "repository_id": "{repository_id}", "repository_visibility": "public",
        "actor": "a", "actor_id": "1", "workflow": "w", "runner_environment": "{runner}", "sha": "0",
        "workflow_ref": "{owner}/{repository}/.github/workflows/w.yml@refs/heads/main",
        "run_id": "1", "run_number": "1", "run_attempt": "1"}}"#
    );
    TrustedClaims::dangerous_assume_verified(Claims::from_json(&claims).unwrap())
}

pub(crate) fn policy(random: &mut Random) -> PolicyDefinition {
    let decision = *random.pick(&[Decision::Allow, Decision::Allow, Decision::Deny]);
    let mut policy = PolicyDefinition::new(decision, TokenType::Organization);
    let owner = *random.pick(&[
        "acme", "acme*", "acme-*", "*", "octo", "a.me", "acme@1", "acme?1",
    ]);
    let repository = *random.pick(&["web", "web*", "*", "infra", "web-?", "web@*"]);
    let context = *random.pick(&[
        "*",
        "ref:refs/heads/main",
        "ref:refs/heads/*",
        "ref:*",
        "pull_request",
        "environment:*",
        "environment:x",
        "*:x",
        "ref:refs/*/release/1.2",
        "*request",
    ]);
    if random.below(3) > 0 {
        policy = policy.rule("sub", format!("repo:{owner}/{repository}:{context}"));
    }
    for (claim, patterns) in [
        (
            "ref",
            &["refs/heads/*", "refs/heads/main", "refs/*", "refs/tags/x"][..],
        ),
        ("event_name", &["push", "p*", "pull_request"]),
        ("environment", &["*", "x", "main"]),
        ("repository_owner", &["acme", "acme*"]),
        ("repository_owner_id", &["1"]),
        ("repository", &["acme/*", "*/web"]),
        ("runner_environment", &["self-hosted"]),
        ("aud", &["acme", "*"]),
    ] {
        if random.below(6) == 0 {
            policy = policy.rule(claim, *random.pick(patterns));
        }
    }
    if policy.rules.is_empty() {
        policy = policy.rule("repository_owner", "acme");
    }
    if decision == Decision::Allow {
        policy.role_id = random
            .pick(&[None, None, None, Some("r"), Some("s")])
            .map(str::to_owned);
    }
    policy
}

pub(crate) fn policies(random: &mut Random) -> Vec<PolicyDefinition> {
    let count = 1 + random.below(5);
    (0..count).map(|_| policy(random)).collect()
}

fn is_allowed(set: &PolicySet, token: &TrustedClaims) -> bool {
    decide(set, token, &REQUEST).decision == Outcome::Allowed
}

#[test]
fn tokens_decide_as_differences_say() {
    let tokens: Vec<_> = (0..400).map(|seed| token(&mut Random::new(seed))).collect();
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..cases(150) {
        let mut random = Random::new(seed ^ 0x55aa);
        let old = policies(&mut random);
        let mut new = old.clone();
        match random.below(3) {
            0 => new = policies(&mut random),
            1 => new.push(policy(&mut random)),
            _ => {
                let place = random.below(new.len());
                new[place] = policy(&mut random);
            }
        }
        let change = difference(&model_at(GITHUB, &old), &model_at(GITHUB, &new));
        let [before, after] =
            [&old, &new].map(|own| PolicySet::compile(own, Dialect::Pulumi).unwrap());
        for token in &tokens {
            let (before, after) = (is_allowed(&before, token), is_allowed(&after, token));
            let fits = match change.relation {
                Relation::Equivalent => before == after,
                Relation::Wider => after || !before,
                Relation::Narrower => before || !after,
                Relation::Incomparable => true,
                relation => panic!("{seed}: {relation:?}"),
            };
            assert!(
                fits,
                "{seed}: {:?} {old:#?} {new:#?} {}",
                change.relation,
                token.claims().to_json()
            );
        }
        *seen.entry(format!("{:?}", change.relation)).or_insert(0) += 1;
    }
    assert!(
        seen.values().all(|count| *count > 3) && seen.len() == 4,
        "{seen:?}"
    );
}

#[test]
fn another_deny_never_opens_and_order_never_matters() {
    for seed in 0..cases(60) {
        let mut random = Random::new(seed ^ 0x77);
        let old = policies(&mut random);
        let mut new = old.clone();
        let mut deny = policy(&mut random);
        deny.decision = Decision::Deny;
        deny.role_id = None;
        new.insert(random.below(new.len() + 1), deny);
        let change = difference(&model_at(GITHUB, &old), &model_at(GITHUB, &new)).relation;
        assert!(
            matches!(change, Relation::Equivalent | Relation::Narrower),
            "{seed}: {change:?}"
        );
        let mut turned = old.clone();
        turned.reverse();
        turned.iter_mut().for_each(|policy| policy.rules.reverse());
        turned.push(old[0].clone());
        let same = difference(&model_at(GITHUB, &old), &model_at(GITHUB, &turned)).relation;
        assert_eq!(same, Relation::Equivalent, "{seed}: {old:#?}");
    }
}

#[test]
fn what_is_proved_never_to_happen_never_does() {
    let tokens: Vec<_> = (0..400).map(|seed| token(&mut Random::new(seed))).collect();
    for seed in 0..cases(60) {
        let own = policies(&mut Random::new(seed ^ 0x99));
        let model = model_at(GITHUB, &own);
        let set = PolicySet::compile(&own, Dialect::Pulumi).unwrap();
        let mut analysis = Analysis::new(&model);
        let rules = [("event_name".to_owned(), "pull_request*".to_owned())];
        let some = analysis.admits_some(&rules).unwrap();
        let others = analysis.admits_others(&rules).unwrap();
        for token in tokens.iter().filter(|token| is_allowed(&set, token)) {
            let event = token
                .claims()
                .get("event_name")
                .and_then(|event| event.as_str());
            let answer = match event {
                Some("pull_request") => &some,
                _ => &others,
            };
            assert!(answer.is_yes(), "{seed}: {own:#?}");
        }
        for answer in [&some, &others] {
            assert!(answer.is_yes() || answer.is_no(), "{seed}: {answer:?}");
        }
    }
}
