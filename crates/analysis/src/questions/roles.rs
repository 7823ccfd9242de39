//! Roles that only one side of a difference gives.

use claimgate::claims::Claims;
use claimgate::policy::RequestedToken;

use super::session::ask;
use super::set::Set;
use crate::answer::{Answer, RequestKind};
use crate::model::role;
use crate::query::{Cube, Query, Space};

/// A token to which an allow of one side gives a role, or none, that the other side does not give it, although
/// it admits all that the allow admits. `None` if roles do not matter.
pub(super) fn other_role(
    space: &mut Space,
    kind: &RequestKind,
    (one, other): (&Set<'_>, &Set<'_>),
    allow: usize,
) -> Option<Answer> {
    let is_plain = *kind == RequestKind::Organization { admin: false };
    if !is_plain || (one.roles().is_empty() && other.roles().is_empty()) {
        return None;
    }
    let own = one.with_audiences(allow);
    let cube = one.cube(allow)?;
    let own_role = role(one.model.definition(allow)?);
    let is_other = |claims: &Claims, request: &RequestedToken| {
        let here = one.model.granted_role(claims, request);
        let there = other.model.granted_role(claims, request);
        here.as_ref()
            .is_some_and(|here| here.as_deref() == own_role)
            && there.is_some()
            && here != there
    };
    let same = |set: &Set<'_>, wanted: &Cube, role: &str| {
        let mut roles = set.roles().iter();
        roles.any(|(index, own)| {
            *own == role
                && set
                    .cube(*index)
                    .is_some_and(|own| own.rules == wanted.rules)
        })
    };
    let mut refused = one.pick(&one.denies(kind));
    refused.extend(one.clashes(allow));
    let Some(own_role) = own_role else {
        // Where another allow gives a role as well, that one is asked about.
        refused.extend(one.roles().iter().filter_map(|(index, _)| one.cube(*index)));
        let mut undecided = None;
        for (index, role) in other.roles() {
            let Some(giving) = other.cube(*index).filter(|giving| !same(one, giving, role)) else {
                continue;
            };
            space.store.budget.question();
            if space.are_apart(cube, giving) {
                continue;
            }
            let query = Query {
                positives: &[own.as_slice(), &[giving][..]].concat(),
                negatives: &refused,
                shapes: &[],
            };
            match ask(space, kind, &query, is_other) {
                Answer::No { .. } => {}
                Answer::Undecided { reason } => {
                    undecided = undecided.or(Some(Answer::Undecided { reason }));
                }
                answer => return Some(answer),
            }
        }
        return undecided;
    };
    if same(other, cube, own_role) {
        return None;
    }
    let roles = other.roles().iter();
    let giving = roles.filter(|(_, role)| *role == own_role);
    refused.extend(giving.filter_map(|(index, _)| other.cube(*index)));
    let query = Query {
        positives: &own,
        negatives: &refused,
        shapes: &[],
    };
    Some(ask(space, kind, &query, is_other))
}
