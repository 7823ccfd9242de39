//! Answers compared with all small tokens: a "no" is wrong if one of them is as required. A "yes"
//! comes with a token, which is evaluated here once more.
//!
//! `CLAIMGATE_ANALYSIS_CASES=100000 cargo test --release -p claimgate-analysis --test it brute`

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Outcome, decide, verdict};
use claimgate::pattern::{Dialect, Pattern};
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken};
use claimgate_analysis::{Analysis, Answer, Defect, Relation, Witness, difference};

use crate::random::{Random, cases, model};

/// The values that a claim can have: none, one text, or two.
struct Values(Vec<Vec<String>>);

impl Values {
    fn small() -> Self {
        let mut texts = vec![String::new()];
        let mut at = 0;
        while texts[at].len() < 3 {
            for letter in ["a", "b", "c"] {
                texts.push(format!("{}{letter}", texts[at]));
            }
            at += 1;
        }
        let mut all: Vec<Vec<String>> = vec![Vec::new()];
        all.extend(texts.iter().map(|text| vec![text.clone()]));
        for first in 0..13 {
            all.extend((0..first).map(|second| vec![texts[first].clone(), texts[second].clone()]));
        }
        Self(all)
    }

    /// Which of the values a rule matches.
    fn matching(&self, pattern: &str) -> Vec<bool> {
        let pattern = Pattern::new(pattern, Dialect::Pulumi).unwrap();
        let is_match = |value: &Vec<String>| value.iter().any(|text| pattern.is_match(text));
        self.0.iter().map(is_match).collect()
    }
}

/// For each policy: which values of `x` and `y` it matches.
struct Table(Vec<[Vec<bool>; 2]>);

impl Table {
    fn new(values: &Values, policies: &[PolicyDefinition]) -> Self {
        let row = |policy: &PolicyDefinition| {
            ["x", "y"].map(|claim| {
                let rule = policy.rules.iter().find(|(own, _)| own == claim);
                let any = || vec![true; values.0.len()];
                rule.map_or_else(any, |(_, pattern)| values.matching(pattern))
            })
        };
        Self(policies.iter().map(row).collect())
    }

    fn matches(&self, policy: usize, (x, y): (usize, usize)) -> bool {
        self.0[policy][0][x] && self.0[policy][1][y]
    }

    /// What SEMANTICS says, written once more.
    fn admits(&self, policies: &[PolicyDefinition], token: (usize, usize), admin: bool) -> bool {
        self.granted(policies, token, admin).is_some()
    }

    /// The role that is given, if any; `None` if the token is refused.
    fn granted(
        &self,
        policies: &[PolicyDefinition],
        token: (usize, usize),
        admin: bool,
    ) -> Option<Option<String>> {
        let matching = policies
            .iter()
            .enumerate()
            .filter(|(index, _)| self.matches(*index, token));
        let (mut allowed, mut has_admin, mut roles) = (false, false, Vec::new());
        for (_, policy) in matching {
            match policy.decision {
                Decision::Deny if policy.report_only => {}
                Decision::Deny => return None,
                Decision::Allow => {
                    allowed = true;
                    has_admin |= policy.authorized_permissions.is_some();
                    roles.extend(policy.role_id.clone());
                }
            }
        }
        roles.dedup();
        let is_one = roles.windows(2).all(|pair| pair[0] == pair[1]);
        (allowed && (has_admin || !admin) && is_one).then(|| roles.first().cloned())
    }
}

fn tokens(values: &Values) -> impl Iterator<Item = (usize, usize)> {
    let count = values.0.len();
    (0..count).flat_map(move |x| (0..count).map(move |y| (x, y)))
}

fn is_allowed(policies: &[PolicyDefinition], witness: &Witness) -> bool {
    let set = PolicySet::compile(policies, Dialect::Pulumi).unwrap();
    let claims = Claims::from_json(&witness.claims.to_json()).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(claims);
    decide(&set, &claims, &witness.request).decision == Outcome::Allowed
}

#[test]
fn policies_have_the_defects_that_all_small_tokens_show() {
    let values = Values::small();
    for seed in 0..cases(800) {
        let policies = Random::new(seed).policies();
        let table = Table::new(&values, &policies);
        let model = model(&policies);
        let review = Analysis::new(&model).review();
        let is_deny = |index: &usize| {
            policies[*index].decision == Decision::Deny && !policies[*index].report_only
        };
        let denies: Vec<usize> = (0..policies.len()).filter(is_deny).collect();
        for issue in &review.issues {
            let own = issue.policies[0];
            let is_refuted = |token: (usize, usize)| match issue.defect {
                Defect::Unsatisfiable => table.matches(own, token),
                Defect::AllowDead => {
                    table.matches(own, token)
                        && !issue
                            .because_of
                            .iter()
                            .any(|deny| table.matches(*deny, token))
                }
                Defect::AllowRedundant => {
                    table.matches(own, token)
                        && !denies.iter().any(|deny| table.matches(*deny, token))
                        && !issue
                            .because_of
                            .iter()
                            .any(|cover| table.matches(*cover, token))
                }
                Defect::DenyDisjoint | Defect::DenyCovered => {
                    let allows =
                        (0..policies.len()).filter(|i| policies[*i].decision == Decision::Allow);
                    table.matches(own, token)
                        && allows.into_iter().any(|allow| table.matches(allow, token))
                        && !issue
                            .because_of
                            .iter()
                            .any(|cover| table.matches(*cover, token))
                }
                _ => false,
            };
            match &issue.answer {
                Answer::No { .. } => {
                    let wrong = tokens(&values).find(|token| is_refuted(*token));
                    assert_eq!(wrong, None, "{seed}: {:?} of {policies:#?}", issue.defect);
                }
                Answer::Yes { witness } => {
                    let allowed = is_allowed(&policies, witness);
                    assert_eq!(
                        allowed,
                        issue.defect == Defect::AdminWider,
                        "{seed}: {witness:?}"
                    );
                }
                answer => panic!("{seed}: {answer:?}"),
            }
        }
        // What has no such defect has a token that shows it.
        for (policy, definition) in policies.iter().enumerate() {
            let has = |defect| {
                let mut issues = review.issues.iter();
                issues.any(|issue| issue.defect == defect && issue.policies == [policy])
            };
            let is_allow = definition.decision == Decision::Allow;
            if is_allow && !has(Defect::AllowDead) && !has(Defect::Unsatisfiable) {
                let answer = Analysis::new(&model).is_effective(policy);
                assert!(answer.is_yes(), "{seed}: {answer:?}");
            }
        }
    }
}

#[test]
fn what_all_redundant_policies_leave_decides_alike() {
    let values = Values::small();
    for seed in 0..cases(500) {
        let policies = Random::new(seed ^ 0xabcd).policies();
        let model = model(&policies);
        let review = Analysis::new(&model).review();
        let is_superfluous = |index: usize| {
            let mut own = review
                .issues
                .iter()
                .filter(|issue| issue.policies == [index]);
            own.any(|issue| {
                !matches!(issue.defect, Defect::AdminWider | Defect::RoleAmbiguous)
                    && issue.answer.is_no()
            })
        };
        let kept: Vec<_> = (0..policies.len())
            .filter(|index| !is_superfluous(*index))
            .map(|index| policies[index].clone())
            .collect();
        let (before, after) = (Table::new(&values, &policies), Table::new(&values, &kept));
        for token in tokens(&values) {
            for admin in [false, true] {
                assert_eq!(
                    before.admits(&policies, token, admin),
                    after.admits(&kept, token, admin),
                    "{seed}: {policies:#?}, kept {kept:#?}"
                );
            }
        }
    }
}

#[test]
fn differences_are_those_of_all_small_tokens() {
    let values = Values::small();
    let mut seen = [0; 4];
    for seed in 0..cases(800) {
        let mut random = Random::new(seed ^ 0x1234_5678);
        let (old, mut new) = (random.policies(), random.policies());
        if seed.is_multiple_of(3) {
            // A change of one policy.
            new.clone_from(&old);
            let place = random.below(new.len());
            new[place] = random.policy(new[place].decision);
        }
        let difference = difference(&model(&old), &model(&new));
        let tables = [Table::new(&values, &old), Table::new(&values, &new)];
        for kind in &difference.kinds {
            assert_eq!(kind.undecided, [], "{seed}");
            let RequestedToken::Organization { admin } = request(kind) else {
                unreachable!()
            };
            let (mut opened, mut closed, mut other_role) = (false, false, false);
            for token in tokens(&values) {
                let before = tables[0].granted(&old, token, admin);
                let after = tables[1].granted(&new, token, admin);
                opened |= after.is_some() && before.is_none();
                closed |= before.is_some() && after.is_none();
                other_role |= before.is_some() && after.is_some() && before != after;
            }
            let says = |one: bool, list: &[claimgate_analysis::Change]| !one || !list.is_empty();
            assert!(says(opened, &kind.opened), "{seed}: {old:#?} {new:#?}");
            assert!(says(closed, &kind.closed), "{seed}: {old:#?} {new:#?}");
            // Where roles change, something is opened and something closed.
            let is_incomparable = difference.relation == Relation::Incomparable;
            assert!(!other_role || is_incomparable, "{seed}: {old:#?} {new:#?}");
            for change in kind.opened_roles.iter().chain(&kind.closed_roles) {
                let (before, after) = (role(&old, &change.witness), role(&new, &change.witness));
                assert!(before.is_some() && after.is_some(), "{seed}: {change:?}");
                assert_ne!(before, after, "{seed}: {change:?}");
            }
            for change in &kind.opened {
                assert!(is_allowed(&new, &change.witness) && !is_allowed(&old, &change.witness));
            }
            for change in &kind.closed {
                assert!(is_allowed(&old, &change.witness) && !is_allowed(&new, &change.witness));
            }
        }
        let relations = [
            Relation::Equivalent,
            Relation::Wider,
            Relation::Narrower,
            Relation::Incomparable,
        ];
        seen[relations
            .iter()
            .position(|own| *own == difference.relation)
            .unwrap()] += 1;
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}

/// The role that an evaluation gives; `None` if it refuses the token.
fn role(policies: &[PolicyDefinition], witness: &Witness) -> Option<Option<String>> {
    let set = PolicySet::compile(policies, Dialect::Pulumi).unwrap();
    let claims = TrustedClaims::dangerous_assume_verified(witness.claims.clone());
    let verdict = verdict(&set, &claims, &witness.request);
    (verdict.decision == Outcome::Allowed).then(|| verdict.grant.and_then(|grant| grant.role_id))
}

fn request(kind: &claimgate_analysis::KindDifference) -> RequestedToken {
    match kind.kind {
        claimgate_analysis::RequestKind::Organization { admin } => {
            RequestedToken::Organization { admin }
        }
        _ => unreachable!(),
    }
}
