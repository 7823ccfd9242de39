//! Questions about one policy, or two.

use claimgate::explain::ReasonCode;
use claimgate::policy::Decision;

use super::session::Analysis;
use super::set::are_apart;
use crate::answer::{Answer, Proof, RequestKind};
use crate::model::{kinds_of, lists_admin, role};
use crate::query::Cube;

impl Analysis<'_> {
    /// Whether there is a token that a policy matches.
    #[must_use]
    pub fn is_satisfiable(&mut self, policy: usize) -> Answer {
        let model = self.model;
        let Some((kind, cube)) = self.kind_and_cube(policy) else {
            return nothing();
        };
        self.ask(&kind, &[&cube], &[], |claims, request| {
            model.matches(policy, claims, request)
        })
    }

    /// Whether there is a token and a request that two policies both match.
    #[must_use]
    pub fn overlap(&mut self, first: usize, second: usize) -> Answer {
        let model = self.model;
        let (Some((kind, a)), Some((other, b))) =
            (self.kind_and_cube(first), self.kind_and_cube(second))
        else {
            return nothing();
        };
        if kind != other {
            return nothing();
        }
        self.ask(&kind, &[&a, &b], &[], |claims, request| {
            let matches = |index| model.matches(index, claims, request);
            matches(first) && matches(second)
        })
    }

    /// Whether there is a token that an allow policy matches and that no deny policy denies. If not,
    /// the proof names a least set of denies that cover it: without any of them it would be effective.
    #[must_use]
    pub fn is_effective(&mut self, allow: usize) -> Answer {
        let Some((kind, _)) = self.kind_and_cube(allow) else {
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
        let (positives, negatives) = (self.with_audiences(allow), self.cubes(denies));
        let (positives, negatives) = (refs(&positives), refs(&negatives));
        let denies = denies.to_vec();
        self.ask(kind, &positives, &negatives, |claims, request| {
            model.matches(allow, claims, request)
                && denies
                    .iter()
                    .all(|deny| !model.matches(*deny, claims, request))
        })
    }

    /// Removes policies one by one from those that a proof rests on, as long as there is a proof.
    fn least(
        &mut self,
        mut used: Vec<usize>,
        mut answer: Answer,
        mut ask: impl FnMut(&mut Self, &[usize]) -> Answer,
    ) -> Answer {
        let mut at = 0;
        while at < used.len() && used.len() > 1 {
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
    pub(super) fn is_needed(&mut self, allow: usize, dropped: &[usize]) -> Answer {
        let model = self.model;
        let Some((kind, _)) = self.kind_and_cube(allow) else {
            return nothing();
        };
        let covers: Vec<usize> = self
            .set
            .allows(&kind)
            .into_iter()
            .filter(|other| *other != allow && !dropped.contains(other))
            .filter(|other| self.grants_as_much(*other, allow))
            .collect();
        let denies = self.set.denies(&kind);
        let positives = self.with_audiences(allow);
        let negatives = self.cubes(&[denies, covers.clone()].concat());
        self.ask(
            &kind,
            &refs(&positives),
            &refs(&negatives),
            |claims, request| {
                let verdict = model.evaluate(claims, request);
                let Some(reason) = verdict.map(|verdict| verdict.reason) else {
                    return false;
                };
                let is_cover = |index: &usize| covers.contains(index);
                let is_covered = match reason.others {
                    true => covers
                        .iter()
                        .any(|cover| model.matches(*cover, claims, request)),
                    false => reason.policies.iter().any(is_cover),
                };
                reason.code != ReasonCode::DenyMatched
                    && !is_covered
                    && model.matches(allow, claims, request)
            },
        )
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
    pub(super) fn is_useful(&mut self, deny: usize, dropped: &[usize]) -> Answer {
        let model = self.model;
        let Some((kind, cube)) = self.kind_and_cube(deny) else {
            return nothing();
        };
        let mut others = self.set.denies(&kind);
        others.retain(|other| *other != deny && !dropped.contains(other));
        let negatives = self.cubes(&others);
        let (mut proof, mut undecided) = (Proof::default(), None);
        for allow in self.set.allows(&kind) {
            let is_apart = |own: &Cube| are_apart(&self.space, own, &cube);
            if self.set.cube(allow).is_some_and(is_apart) {
                continue;
            }
            let mut positives = self.with_audiences(allow);
            positives.push(cube.clone());
            let answer = self.ask(
                &kind,
                &refs(&positives),
                &refs(&negatives),
                |claims, request| {
                    model.matches(deny, claims, request)
                        && model.matches(allow, claims, request)
                        && others
                            .iter()
                            .all(|other| !model.matches(*other, claims, request))
                },
            );
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
        let positives = self.cubes(&[first, second]);
        let roles = [first, second].map(|index| model.definition(index).and_then(role));
        if roles[0].is_none() || roles[1].is_none() || roles[0] == roles[1] {
            return nothing();
        }
        let positives: Vec<Cube> = positives
            .into_iter()
            .chain(self.set.audiences.clone())
            .collect();
        let negatives = self.cubes(&self.set.denies(&kind));
        self.ask(
            &kind,
            &refs(&positives),
            &refs(&negatives),
            |claims, request| {
                let verdict = model.evaluate(claims, request);
                verdict.is_some_and(|verdict| verdict.reason.code == ReasonCode::RoleAmbiguous)
            },
        )
    }

    /// Whether there is a token that gets admin permission by an allow policy, and that no policy
    /// allows without it: there are allows that do not list `admin`, and none of them matches.
    #[must_use]
    pub fn is_admin_wider(&mut self, allow: usize) -> Answer {
        let model = self.model;
        let kind = RequestKind::Organization { admin: true };
        let mut plain = self.set.allows(&RequestKind::Organization { admin: false });
        plain.retain(|other| {
            model
                .definition(*other)
                .is_some_and(|own| !lists_admin(own))
        });
        if plain.is_empty() || !self.set.allows(&kind).contains(&allow) {
            return nothing();
        }
        let positives = self.with_audiences(allow);
        let denies = self.set.denies(&kind);
        let mut negatives = self.cubes(&[denies, plain.clone()].concat());
        negatives.extend(self.set.clashes(allow).into_iter().cloned());
        self.ask(
            &kind,
            &refs(&positives),
            &refs(&negatives),
            |claims, request| {
                model.admits(claims, request)
                    && plain
                        .iter()
                        .all(|other| !model.matches(*other, claims, request))
            },
        )
    }

    /// The first kind of requests that a policy applies to, and its cube.
    pub(super) fn kind_and_cube(&self, policy: usize) -> Option<(RequestKind, Cube)> {
        let definition = self.model.definition(policy)?;
        let kind = kinds_of(definition).into_iter().next()?;
        Some((kind, self.set.cube(policy)?.clone()))
    }

    /// The cube of an allow, and that the audience is accepted.
    pub(super) fn with_audiences(&self, allow: usize) -> Vec<Cube> {
        let cube = self.set.cube(allow).cloned();
        cube.into_iter().chain(self.set.audiences.clone()).collect()
    }

    pub(super) fn cubes(&self, policies: &[usize]) -> Vec<Cube> {
        self.set.pick(policies).into_iter().cloned().collect()
    }

    /// Whether a policy allows.
    pub(super) fn is_allow(&self, policy: usize) -> bool {
        let definition = self.model.definition(policy);
        definition.is_some_and(|own| own.decision == Decision::Allow)
    }
}

pub(super) fn refs(cubes: &[Cube]) -> Vec<&Cube> {
    cubes.iter().collect()
}

/// There is no such token, by the form of the question.
pub(super) fn nothing() -> Answer {
    Answer::No {
        proof: Proof::default(),
    }
}

impl Proof {
    /// Adds the proof of another case.
    pub(super) fn join(&mut self, other: Self) {
        self.policies.extend(other.policies);
        self.policies.sort_unstable();
        self.policies.dedup();
        let room = 200_usize.saturating_sub(self.steps.len());
        self.left_out += other.left_out + other.steps.len().saturating_sub(room);
        self.steps.extend(other.steps.into_iter().take(room));
    }
}
