//! What denies take away.

use claimgate::policy::Decision;
use serde::{Deserialize, Serialize};

use super::session::{Analysis, ask};
use crate::answer::{Answer, Proof};
use crate::grant::gives;
use crate::query::Query;

/// The most denies that are looked at.
const MAX_DENIES: usize = 100;

/// A deny, and what it takes away from allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DenyEffect {
    /// Index of the deny, from 0.
    pub policy: usize,
    /// Whether it only reports: then it takes away nothing yet.
    pub is_report_only: bool,
    /// What it refuses, for tokens that its rules match: "organization tokens".
    pub refuses: String,
    /// Whether there is a token that an allow admits, or would admit without this deny: that is what the
    /// deny takes away, or would take away.
    pub answer: Answer,
    /// Indices of the allows that admit less by it, from 0.
    pub policies: Vec<usize>,
}

impl Analysis<'_> {
    /// What each deny takes away: the first 100 of them.
    pub(super) fn deny_effects(&mut self) -> Vec<DenyEffect> {
        let definitions = self.model.definitions().iter().enumerate();
        let denies = definitions.filter(|(_, own)| own.decision == Decision::Deny);
        let denies: Vec<(usize, bool, String)> = denies
            .take(MAX_DENIES)
            .map(|(index, own)| (index, own.report_only, gives(own)))
            .collect();
        let effect = |(policy, is_report_only, refuses)| {
            let (answer, policies) = self.takes_away(policy);
            DenyEffect {
                policy,
                is_report_only,
                refuses,
                answer,
                policies,
            }
        };
        denies.into_iter().map(effect).collect()
    }

    /// A token that a deny takes away from allows, and these allows.
    fn takes_away(&mut self, deny: usize) -> (Answer, Vec<usize>) {
        let model = self.model;
        let Some((kind, cube)) = self.set.kind_and_cube(deny) else {
            return (super::single::nothing(), Vec::new());
        };
        let denies = self.set.denies(&kind);
        let others: Vec<usize> = denies.iter().copied().filter(|own| *own != deny).collect();
        let (mut yes, mut undecided, mut allows) = (None, None, Vec::new());
        let mut proof = Proof::default();
        for allow in self.set.allows(&kind).iter().copied() {
            self.space.store.budget.question();
            let own = self.set.cube(allow);
            if own.is_some_and(|own| self.space.are_apart(cube, own)) {
                continue;
            }
            let mut positives = self.set.with_audiences(allow);
            positives.push(cube);
            let mut negatives = self.set.pick(&others);
            negatives.extend(self.set.clashes(allow));
            let query = Query {
                positives: &positives,
                negatives: &negatives,
                shapes: &[],
            };
            let answer = ask(&mut self.space, &kind, &query, |claims, request| {
                model.matches(deny, claims, request)
                    && model.matches(allow, claims, request)
                    && others
                        .iter()
                        .all(|other| !model.matches(*other, claims, request))
            });
            match answer {
                Answer::Yes { .. } => {
                    allows.push(allow);
                    yes = yes.or(Some(answer));
                }
                Answer::No { proof: own } => proof.join(own),
                Answer::Undecided { .. } => undecided = undecided.or(Some(answer)),
            }
        }
        let answer = yes.or(undecided).unwrap_or(Answer::No { proof });
        (answer, allows)
    }
}
