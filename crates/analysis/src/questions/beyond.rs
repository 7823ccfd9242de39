//! What an allow of one side admits beyond another side.

use claimgate::claims::Claims;
use claimgate::policy::RequestedToken;

use super::session::ask;
use super::set::Set;
use crate::answer::{Answer, RequestKind};
use crate::query::{Cube, Query, Space};

/// A question for a token that an allow of one side admits, and the other side does not: none of its
/// allows that count matches, or a deny does, or two allows give different roles, or the audience is not
/// accepted.
pub(super) struct Beyond<'a> {
    pub(super) kind: &'a RequestKind,
    /// The index of the allow.
    pub(super) allow: usize,
    pub(super) other: &'a Set<'a>,
    /// The indices of the other side's allows that count.
    pub(super) covers: &'a [usize],
    /// What must not hold on the token either.
    pub(super) negatives: &'a [Cube],
}

impl Beyond<'_> {
    pub(super) fn ask(
        &self,
        space: &mut Space,
        one: &Set<'_>,
        confirm: impl Fn(&Claims, &RequestedToken) -> bool,
    ) -> Answer {
        let Self {
            kind, allow, other, ..
        } = *self;
        if one.has_more_pairs || other.has_more_pairs {
            return crate::automaton::Exhausted::Ways.into();
        }
        let own = one.with_audiences(allow);
        let denies = one.pick(&one.denies(kind));
        let refused = denies.iter().copied().chain(one.clashes(allow));
        let refused: Vec<&Cube> = refused.chain(self.negatives).collect();
        let mut undecided = None;
        let mut ask = |positives: &[&Cube], negatives: &[&Cube]| {
            let query = Query {
                positives: &[own.as_slice(), positives].concat(),
                negatives: &[refused.as_slice(), negatives].concat(),
                shapes: &[],
            };
            match ask(space, kind, &query, &confirm) {
                Answer::Yes { witness } => Some(Answer::Yes { witness }),
                Answer::No { .. } => None,
                answer => {
                    undecided = undecided.take().or(Some(answer));
                    None
                }
            }
        };
        let mut found = ask(&[], &other.pick(self.covers));
        let is_new = |deny: &&Cube| denies.iter().all(|own| own.rules != deny.rules);
        for deny in other.pick(&other.denies(kind)).into_iter().filter(is_new) {
            found = found.or_else(|| ask(&[deny], &[]));
        }
        if matches!(kind, RequestKind::Organization { .. }) {
            for pair in other.pairs() {
                found = found.or_else(|| ask(&[pair], &[]));
            }
        }
        if let Some(audiences) = &other.audiences {
            found = found.or_else(|| ask(&[], &[audiences]));
        }
        found.or(undecided).unwrap_or_else(super::single::nothing)
    }
}
