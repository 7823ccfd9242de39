//! Questions about one policy, or two.

use claimgate::explain::ReasonCode;
use claimgate::policy::{Decision, RequestedToken};
use claimgate::sorted::distinct;
use claimgate::text::list;

use super::session::{Analysis, ask};
use crate::answer::{Answer, Proof, ProofStep, RequestKind};
use crate::model::{lists_admin, role};
use crate::query::{Cube, Query};

/// The most steps to find a least set of policies, besides those of the last question.
const LEAST_STEPS: u64 = 1_000_000;

impl Analysis<'_> {
    /// Whether there is a token that a policy matches.
    #[must_use]
    pub fn is_satisfiable(&mut self, policy: usize) -> Answer {
        let model = self.model;
        let Some((kind, cube)) = self.set.kind_and_cube(policy) else {
            return nothing();
        };
        ask(
            &mut self.space,
            &kind,
            &query(&[cube], &[]),
            |claims, request| model.matches(policy, claims, request),
        )
    }

    /// Whether there is a token and a request that two policies both match.
    #[must_use]
    pub fn overlap(&mut self, first: usize, second: usize) -> Answer {
        let model = self.model;
        let (Some((kind, a)), Some((other, b))) = (
            self.set.kind_and_cube(first),
            self.set.kind_and_cube(second),
        ) else {
            return nothing();
        };
        if kind != other {
            return nothing();
        }
        ask(
            &mut self.space,
            &kind,
            &query(&[a, b], &[]),
            |claims, request| {
                let matches = |index| model.matches(index, claims, request);
                matches(first) && matches(second)
            },
        )
    }

    /// Whether there is a token that an allow policy matches and that no deny policy denies. If not,
    /// the proof names a least set of denies that cover it: without any of them it would be effective. If
    /// that takes too long to find, it may name more.
    #[must_use]
    pub fn is_effective(&mut self, allow: usize) -> Answer {
        let Some((kind, _)) = self.set.kind_and_cube(allow) else {
            return nothing();
        };
        let denies = self.set.denies(&kind);
        let answer = self.effective_without(&kind, allow, &denies);
        match &answer {
            Answer::No { proof } => {
                let (kind, used) = (kind.clone(), proof.policies.clone());
                self.least(used, answer, |own, denies| {
                    own.effective_without(&kind, allow, denies)
                })
            }
            _ => answer,
        }
    }

    fn effective_without(&mut self, kind: &RequestKind, allow: usize, denies: &[usize]) -> Answer {
        let model = self.model;
        let (positives, negatives) = (self.set.with_audiences(allow), self.set.pick(denies));
        let query = query(&positives, &negatives);
        ask(&mut self.space, kind, &query, |claims, request| {
            model.matches(allow, claims, request) && model.none_decides(denies, claims, request)
        })
    }

    /// Removes policies one by one from those that a proof rests on, as long as there is a proof and it
    /// does not take too long.
    fn least(
        &mut self,
        mut used: Vec<usize>,
        mut answer: Answer,
        mut ask: impl FnMut(&mut Self, &[usize]) -> Answer,
    ) -> Answer {
        let mut at = 0;
        let until = self.space.store.budget.left().saturating_sub(LEAST_STEPS);
        while at < used.len() && used.len() > 1 && self.space.store.budget.left() > until {
            let mut fewer = used.clone();
            fewer.remove(at);
            match ask(self, &fewer) {
                Answer::No { proof } => {
                    used.clone_from(&proof.policies);
                    answer = Answer::No { proof };
                }
                _ => at += 1,
            }
        }
        answer
    }

    /// Whether there is a token for which an allow policy is needed: it matches, no deny does, and no
    /// other allow that grants at least as much. `dropped` are allows that are left out already.
    pub(super) fn is_needed(&mut self, allow: usize, dropped: &Policies) -> Answer {
        let model = self.model;
        let Some((kind, _)) = self.set.kind_and_cube(allow) else {
            return nothing();
        };
        let is_cover = |other: &usize| {
            *other != allow && !dropped.contains(*other) && self.grants_as_much(*other, allow)
        };
        let allows = self.set.allows(&kind);
        let covers: Vec<usize> = allows.iter().copied().filter(is_cover).collect();
        let positives = self.set.with_audiences(allow);
        let mut negatives = self.set.pick(&self.set.denies(&kind));
        negatives.extend(self.set.pick(&covers));
        let query = query(&positives, &negatives);
        ask(&mut self.space, &kind, &query, |claims, request| {
            let verdict = model.evaluate(claims, request);
            verdict.is_some_and(|verdict| verdict.reason.code != ReasonCode::DenyMatched)
                && model.none_decides(&covers, claims, request)
                && model.matches(allow, claims, request)
        })
    }

    /// Whether an allow grants what another one does.
    fn grants_as_much(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.model.definition(one), self.model.definition(other))
        else {
            return false;
        };
        let is_role = role(other).is_none_or(|own| role(one) == Some(own));
        is_role && (lists_admin(one) || !lists_admin(other))
    }

    /// Whether there is a token that a deny policy keeps out: some allow matches, and no other deny.
    /// `dropped` are denies that are left out already.
    pub(super) fn is_useful(&mut self, deny: usize, dropped: &Policies) -> Answer {
        let model = self.model;
        let Some((kind, cube)) = self.set.kind_and_cube(deny) else {
            return nothing();
        };
        let is_other = |other: &usize| *other != deny && !dropped.contains(*other);
        let denies = self.set.denies(&kind);
        let others: Vec<usize> = denies.iter().copied().filter(is_other).collect();
        let negatives = self.set.pick(&others);
        let (mut proof, mut undecided) = (Proof::default(), None);
        for allow in self.set.allows(&kind).iter().copied() {
            self.space.store.budget.question();
            let own = self.set.cube(allow);
            if own.is_some_and(|own| self.space.are_apart(cube, own)) {
                continue;
            }
            let mut positives = self.set.with_audiences(allow);
            positives.push(cube);
            let query = query(&positives, &negatives);
            let answer = ask(&mut self.space, &kind, &query, |claims, request| {
                model.matches(deny, claims, request)
                    && model.matches(allow, claims, request)
                    && model.none_decides(&others, claims, request)
            });
            match answer {
                Answer::Yes { .. } => return answer,
                Answer::No { proof: own } => proof.join(own),
                Answer::Undecided { .. } => undecided = undecided.or(Some(answer)),
            }
        }
        undecided.unwrap_or(Answer::No { proof })
    }

    /// Whether there is a token that is refused because two allow policies give different roles.
    #[must_use]
    pub fn is_role_ambiguous(&mut self, first: usize, second: usize) -> Answer {
        let model = self.model;
        let kind = RequestKind::Organization { admin: false };
        let roles = [first, second].map(|index| model.definition(index).and_then(role));
        if roles[0].is_none() || roles[1].is_none() || roles[0] == roles[1] {
            return nothing();
        }
        let mut positives = self.set.pick(&[first, second]);
        positives.extend(&self.set.audiences);
        let negatives = self.set.pick(&self.set.denies(&kind));
        let query = query(&positives, &negatives);
        ask(&mut self.space, &kind, &query, |claims, request| {
            let verdict = model.evaluate(claims, request);
            verdict.is_some_and(|verdict| verdict.reason.code == ReasonCode::RoleAmbiguous)
        })
    }

    /// Whether there is a token that gets admin permission by an allow policy, and that no policy
    /// allows without it: there are allows that do not list `admin`, and none of them matches.
    #[must_use]
    pub fn is_admin_wider(&mut self, allow: usize) -> Answer {
        let model = self.model;
        let kind = RequestKind::Organization { admin: true };
        let is_plain = |other: &usize| {
            model
                .definition(*other)
                .is_some_and(|own| !lists_admin(own))
        };
        let plain = self.set.allows(&RequestKind::Organization { admin: false });
        let plain: Vec<usize> = plain.iter().copied().filter(is_plain).collect();
        if plain.is_empty() || !self.set.allows(&kind).contains(&allow) {
            return nothing();
        }
        let positives = self.set.with_audiences(allow);
        let mut negatives = self.set.pick(&self.set.denies(&kind));
        negatives.extend(self.set.pick(&plain));
        negatives.extend(self.set.clashes(allow));
        let query = query(&positives, &negatives);
        ask(&mut self.space, &kind, &query, |claims, request| {
            // Without admin, a decision names the allows that match, whether they list it or not.
            let without = RequestedToken::Organization { admin: false };
            model.admits(claims, request) && model.none_decides(&plain, claims, &without)
        })
    }

    /// Whether a policy allows.
    pub(crate) fn is_allow(&self, policy: usize) -> bool {
        let definition = self.model.definition(policy);
        definition.is_some_and(|own| own.decision == Decision::Allow)
    }
}

/// Policies, by their indices.
#[derive(Clone, Debug)]
pub(super) struct Policies(Vec<bool>);

impl Policies {
    /// Of so many, those that are listed.
    pub(super) fn of(count: usize, listed: impl Fn(usize) -> bool) -> Self {
        Self((0..count).map(listed).collect())
    }

    pub(super) fn contains(&self, index: usize) -> bool {
        self.0.get(index).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, index: usize) {
        if let Some(own) = self.0.get_mut(index) {
            *own = true;
        }
    }
}

/// A question about tokens of any shape.
fn query<'a>(positives: &'a [&'a Cube], negatives: &'a [&'a Cube]) -> Query<'a> {
    Query {
        positives,
        negatives,
        shapes: &[],
    }
}

/// There is no such token, by the form of the question.
pub(super) fn nothing() -> Answer {
    Answer::No {
        proof: Proof::default(),
    }
}

impl Proof {
    /// The same, which says which policy it is about.
    pub(super) fn about(mut self, policy: usize) -> Self {
        for step in &mut self.steps {
            step.depth += 1;
        }
        let text = list::policies(&[policy]);
        self.steps.insert(0, ProofStep { depth: 0, text });
        self
    }

    /// Adds the proof of another case.
    pub(super) fn join(&mut self, other: Self) {
        self.policies.extend(other.policies);
        self.policies = distinct(std::mem::take(&mut self.policies));
        let room = 200_usize.saturating_sub(self.steps.len());
        self.left_out += other.left_out + other.steps.len().saturating_sub(room);
        self.steps.extend(other.steps.into_iter().take(room));
    }
}
