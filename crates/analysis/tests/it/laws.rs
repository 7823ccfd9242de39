//! What holds for all sets of policies, on random ones as people write them.

use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_analysis::{Analysis, Difference, Mine, Relation, difference};

use crate::random::{Random, cases, model_at};
use crate::realistic::{GITHUB, policies, policy};

fn compare(old: &[PolicyDefinition], new: &[PolicyDefinition]) -> Difference {
    difference(&model_at(GITHUB, old), &model_at(GITHUB, new))
}

fn is_at_most(relation: Relation) -> bool {
    matches!(relation, Relation::Equivalent | Relation::Narrower)
}

#[test]
fn a_difference_turned_around_is_the_reverse() {
    for seed in 0..cases(80) {
        let mut random = Random::new(seed ^ 0x1001);
        let (old, new) = (policies(&mut random), policies(&mut random));
        let expected = match compare(&old, &new).relation {
            Relation::Wider => Relation::Narrower,
            Relation::Narrower => Relation::Wider,
            other => other,
        };
        assert_eq!(compare(&new, &old).relation, expected, "{seed}");
    }
}

#[test]
fn what_is_narrower_than_a_narrower_one_is_narrower() {
    let mut seen = 0;
    for seed in 0..cases(80) {
        let mut random = Random::new(seed ^ 0x2002);
        let first = policies(&mut random);
        let mut second = first.clone();
        let mut deny = policy(&mut random);
        (deny.decision, deny.role_id) = (Decision::Deny, None);
        second.push(deny);
        let mut third = second.clone();
        let place = random.below(third.len());
        let change = policy(&mut random);
        third[place].rules = change.rules;
        if is_at_most(compare(&second, &third).relation) {
            seen += 1;
            assert!(is_at_most(compare(&first, &second).relation), "{seed}");
            assert!(is_at_most(compare(&first, &third).relation), "{seed}");
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn another_allow_without_a_role_never_closes() {
    for seed in 0..cases(80) {
        let mut random = Random::new(seed ^ 0x3003);
        let old = policies(&mut random);
        let mut new = old.clone();
        let mut allow = policy(&mut random);
        (allow.decision, allow.role_id, allow.report_only) = (Decision::Allow, None, false);
        new.insert(random.below(new.len() + 1), allow);
        assert!(is_at_most(compare(&new, &old).relation), "{seed}");
    }
}

#[test]
fn policies_that_do_nothing_can_be_removed() {
    let mut seen = 0;
    for seed in 0..cases(120) {
        let own = policies(&mut Random::new(seed ^ 0x4004));
        let model = model_at(GITHUB, &own);
        let review = Analysis::new(&model).review();
        for issue in review.issues.iter().filter(|issue| issue.answer.is_no()) {
            // What covers a redundant policy may be redundant itself: one at a time.
            let mut fewer = own.clone();
            fewer.remove(issue.policies[0]);
            seen += 1;
            let relation = compare(&own, &fewer).relation;
            assert_eq!(
                relation,
                Relation::Equivalent,
                "{seed}: {:?} {own:#?}",
                issue.defect
            );
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn enforcing_reports_never_opens() {
    for seed in 0..cases(60) {
        let mut random = Random::new(seed ^ 0x5005);
        let mut own = policies(&mut random);
        for policy in &mut own {
            policy.report_only = policy.decision == Decision::Deny && random.below(2) == 0;
        }
        let model = model_at(GITHUB, &own);
        let relation = difference(&model, &model.clone().enforced()).relation;
        assert!(is_at_most(relation), "{seed}");
    }
}

#[test]
fn answers_do_not_depend_on_the_order_of_questions() {
    for seed in 0..cases(40) {
        let own = policies(&mut Random::new(seed ^ 0x6006));
        let model = model_at(GITHUB, &own);
        let mine = Mine("acme/web".to_owned());
        let mut first = Analysis::new(&model);
        let (review, who) = (first.review(), first.who(Some(&mine)));
        let mut second = Analysis::new(&model);
        assert_eq!(second.who(Some(&mine)), who, "{seed}");
        assert_eq!(second.review(), review, "{seed}");
    }
}
