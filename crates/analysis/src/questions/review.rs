//! All questions about a set of policies at once.

use claimgate::policy::Decision;
use claimgate::sorted::sorted_by;
use serde::{Deserialize, Serialize};

use super::session::Analysis;
use super::single::Policies;
use crate::answer::{Answer, Facts, RequestKind};
use crate::model::role;

/// The most pairs of allows that are reported as ambiguous.
const MAX_AMBIGUOUS: usize = 20;

/// What is wrong with policies, apart from whom they admit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Review {
    /// What was found, and what could not be decided; in the order of policies, then of defects.
    pub issues: Vec<Issue>,
    /// What the answers assume.
    pub facts: Facts,
}

/// Something that is wrong with a policy, or may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Issue {
    /// What it is.
    pub defect: Defect,
    /// Indices of the policies that have it, from 0: one, or two allows.
    pub policies: Vec<usize>,
    /// Indices of the policies that cause it: those that cover it.
    pub because_of: Vec<usize>,
    /// The proof or the witness; undecided if it is not known whether there is a defect.
    pub answer: Answer,
}

/// A defect of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Defect {
    /// No token matches it. Proved.
    Unsatisfiable,
    /// An allow: denies match every token that it matches. Proved.
    AllowDead,
    /// An allow: other allows that grant at least as much match every token that it matches and no
    /// deny does. Of two equal ones the later is. Proved.
    AllowRedundant,
    /// A deny: no allow matches a token that it matches. Proved.
    DenyDisjoint,
    /// A deny: other denies match every token that it matches and an allow does. Proved.
    DenyCovered,
    /// Two allows that give different roles match a token, which is refused. With a witness.
    RoleAmbiguous,
    /// An allow gives admin permission to a token that no allow without it matches. With a witness.
    AdminWider,
}

impl Analysis<'_> {
    /// Asks all questions about the policies of the set.
    #[must_use]
    pub fn review(&mut self) -> Review {
        let mut issues = Vec::new();
        let count = self.model.definitions().len();
        for policy in 0..count {
            self.on_policy(policy, &mut issues);
        }
        let is_void = |issues: &[Issue], policy: usize| {
            let void = [Defect::Unsatisfiable, Defect::AllowDead];
            let mut own = issues.iter().filter(|issue| issue.policies == [policy]);
            own.any(|issue| issue.answer.is_no() && void.contains(&issue.defect))
        };
        let void = Policies::of(count, |own| is_void(&issues, own));
        let mut dropped = void.clone();
        // Backwards, so that of two equal policies the later one is found.
        for policy in (0..count).rev().filter(|own| !void.contains(*own)) {
            if let Some(issue) = self.on_others(policy, &dropped) {
                if issue.answer.is_no() {
                    dropped.add(policy);
                }
                issues.push(issue);
            }
        }
        self.on_roles(&mut issues);
        let issues = sorted_by(issues, |issue| (issue.policies.clone(), issue.defect));
        Review {
            issues,
            facts: self.facts(),
        }
    }

    /// What a policy is by itself, and among denies.
    fn on_policy(&mut self, policy: usize, issues: &mut Vec<Issue>) {
        let mut add = |defect, answer: Answer, because_of| {
            issues.push(Issue {
                defect,
                policies: vec![policy],
                because_of,
                answer,
            });
        };
        if self.is_allow(policy) {
            let effective = self.is_effective(policy);
            if effective.is_yes() {
                return self.on_admin(policy, issues);
            }
            let because_of = proof_policies(&effective);
            if !because_of.is_empty() {
                return add(Defect::AllowDead, effective, because_of);
            }
        }
        let satisfiable = self.is_satisfiable(policy);
        if !satisfiable.is_yes() {
            return add(Defect::Unsatisfiable, satisfiable, Vec::new());
        }
        if self.is_allow(policy) {
            // Satisfiable, but not with an audience that is accepted; or it is not known.
            let effective = self.is_effective(policy);
            let defect = match effective {
                Answer::No { .. } => Defect::Unsatisfiable,
                _ => Defect::AllowDead,
            };
            add(defect, effective, Vec::new());
        }
    }

    fn on_admin(&mut self, policy: usize, issues: &mut Vec<Issue>) {
        let answer = self.is_admin_wider(policy);
        if !answer.is_no() {
            issues.push(Issue {
                defect: Defect::AdminWider,
                policies: vec![policy],
                because_of: Vec::new(),
                answer,
            });
        }
    }

    /// What a policy is among others of its kind.
    fn on_others(&mut self, policy: usize, dropped: &Policies) -> Option<Issue> {
        let definition = self.model.definition(policy)?;
        if definition.report_only {
            return None;
        }
        let (defect, answer) = match definition.decision {
            Decision::Allow => (Defect::AllowRedundant, self.is_needed(policy, dropped)),
            Decision::Deny => self.on_deny(policy, dropped),
        };
        let because_of = proof_policies(&answer);
        (!answer.is_yes()).then(|| Issue {
            defect,
            policies: vec![policy],
            because_of,
            answer,
        })
    }

    fn on_deny(&mut self, deny: usize, dropped: &Policies) -> (Defect, Answer) {
        let answer = self.is_useful(deny, dropped);
        let defect = match proof_policies(&answer).is_empty() {
            true => Defect::DenyDisjoint,
            false => Defect::DenyCovered,
        };
        (defect, answer)
    }

    /// Whether the literal texts of two policies show that they never match one token. If not, they may
    /// still never do so.
    pub(crate) fn are_apart(&mut self, first: usize, second: usize) -> bool {
        self.space.store.budget.question();
        match (self.set.cube(first), self.set.cube(second)) {
            (Some(first), Some(second)) => self.space.are_apart(first, second),
            _ => false,
        }
    }

    fn on_roles(&mut self, issues: &mut Vec<Issue>) {
        let allows = self.set.allows(&RequestKind::Organization { admin: false });
        let model = self.model;
        let role = |index: &usize| model.definition(*index).and_then(role);
        let has_role = |own: &usize| role(own).is_some();
        let roles: Vec<usize> = allows.iter().copied().filter(has_role).collect();
        let mut found = 0;
        for (place, first) in roles.iter().enumerate() {
            for second in roles.iter().skip(place + 1) {
                if found == MAX_AMBIGUOUS {
                    return;
                }
                if role(first) == role(second) || self.are_apart(*first, *second) {
                    continue;
                }
                let answer = self.is_role_ambiguous(*first, *second);
                if !answer.is_no() {
                    found += 1;
                    issues.push(Issue {
                        defect: Defect::RoleAmbiguous,
                        policies: vec![*first, *second],
                        because_of: Vec::new(),
                        answer,
                    });
                }
            }
        }
    }
}

/// The policies that a proof rests on.
fn proof_policies(answer: &Answer) -> Vec<usize> {
    match answer {
        Answer::No { proof } => proof.policies.clone(),
        _ => Vec::new(),
    }
}
