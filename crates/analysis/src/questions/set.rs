//! The policies of one side of a question, as cubes.

use std::rc::Rc;

use claimgate::policy::{Decision, TokenType};
use rustc_hash::FxHashMap;

use crate::answer::RequestKind;
use crate::automaton::{only_star, tokens};
use crate::model::{PolicyModel, kinds_of, role};
use crate::query::{Cube, Origin, Space};

/// The most pairs of roles that are looked at.
const MAX_PAIRS: usize = 5_000;

/// The policies of one side.
pub(super) struct Set<'a> {
    pub(super) model: &'a PolicyModel,
    /// One for each policy.
    pub(super) cubes: Vec<Cube>,
    /// That the audience is accepted.
    pub(super) audiences: Option<Cube>,
    /// Two allows each that give different roles and are not known to be apart.
    pairs: Vec<Cube>,
    /// The allows that give roles.
    roles: Vec<(usize, &'a str)>,
    /// Allows and denies by kinds of requests.
    kinds: FxHashMap<RequestKind, ByDecision>,
    /// Whether there are too many of those pairs.
    pub(super) has_more_pairs: bool,
}

/// The indices of policies for requests of a kind.
#[derive(Default)]
struct ByDecision {
    allows: Rc<[usize]>,
    denies: Rc<[usize]>,
}

impl<'a> Set<'a> {
    pub(super) fn new(space: &mut Space, model: &'a PolicyModel, set: usize) -> Self {
        let indices = 0..model.definitions().len();
        space.store.budget.add_policies(indices.len());
        let cubes: Vec<Cube> = indices
            .map(|index| cube(space, model, set, index))
            .collect();
        let audiences = model.audiences().map(|list| {
            let lang = space.store.lang(list.iter().map(|entry| only_star(entry)));
            let aud = space.claim("aud");
            space.cube([(aud, lang)], Origin::Audiences { set })
        });
        let definitions = model.definitions().iter().enumerate();
        let allows = definitions.filter(|(_, own)| own.decision == Decision::Allow);
        let mut own = Self {
            model,
            cubes,
            audiences,
            pairs: Vec::new(),
            roles: allows
                .filter_map(|(index, own)| Some((index, role(own)?)))
                .collect(),
            kinds: kinds(model),
            has_more_pairs: false,
        };
        own.add_pairs(space, set);
        own
    }

    fn add_pairs(&mut self, space: &mut Space, set: usize) {
        space.store.budget.question();
        for (place, (first, role)) in self.roles.iter().enumerate() {
            for (second, other) in self.roles.iter().skip(place + 1) {
                let (Some(a), Some(b)) = (self.cubes.get(*first), self.cubes.get(*second)) else {
                    continue;
                };
                if role == other || space.are_apart(a, b) {
                    continue;
                }
                if self.pairs.len() == MAX_PAIRS {
                    self.has_more_pairs = true;
                    return;
                }
                let (first, second) = (*first, *second);
                let rules = [&*a.rules, &*b.rules].concat();
                let pair = space.cube(rules, Origin::Roles { set, first, second });
                self.pairs.push(pair);
            }
        }
    }

    /// The first kind of requests that a policy applies to, and its cube.
    pub(super) fn kind_and_cube(&self, policy: usize) -> Option<(RequestKind, &Cube)> {
        let definition = self.model.definition(policy)?;
        let kind = kinds_of(definition).into_iter().next()?;
        Some((kind, self.cube(policy)?))
    }

    pub(super) fn cube(&self, index: usize) -> Option<&Cube> {
        self.cubes.get(index)
    }

    /// The indices of the allows for requests of a kind; with admin only those that list it.
    pub(super) fn allows(&self, kind: &RequestKind) -> Rc<[usize]> {
        let kind = self.kinds.get(kind);
        kind.map(|kind| kind.allows.clone()).unwrap_or_default()
    }

    /// The indices of the denies for requests of a kind that do deny.
    pub(super) fn denies(&self, kind: &RequestKind) -> Rc<[usize]> {
        let kind = self.kinds.get(kind);
        kind.map(|kind| kind.denies.clone()).unwrap_or_default()
    }

    /// The cube of an allow, and that the audience is accepted.
    pub(super) fn with_audiences(&self, allow: usize) -> Vec<&Cube> {
        self.cube(allow)
            .into_iter()
            .chain(&self.audiences)
            .collect()
    }

    /// The cubes of policies.
    pub(super) fn pick(&self, indices: &[usize]) -> Vec<&Cube> {
        indices
            .iter()
            .filter_map(|index| self.cubes.get(*index))
            .collect()
    }

    /// What refuses a request that an allow allows, besides denies: others that give another role.
    pub(super) fn clashes(&self, allow: usize) -> Vec<&Cube> {
        let definition = self.model.definition(allow);
        if definition.is_none_or(|own| own.token_type != TokenType::Organization) {
            return Vec::new();
        }
        match definition.and_then(role) {
            Some(own) => {
                let others = self.roles.iter().filter(|(_, other)| *other != own);
                others
                    .filter_map(|(index, _)| self.cubes.get(*index))
                    .collect()
            }
            None => self.pairs.iter().collect(),
        }
    }

    /// The allows that give roles, by their indices.
    pub(super) fn roles(&self) -> &[(usize, &'a str)] {
        &self.roles
    }

    /// Two allows each that refuse a request by giving different roles.
    pub(super) fn pairs(&self) -> &[Cube] {
        &self.pairs
    }
}

/// The policies by kinds of requests. Where organization tokens are requested, with and without admin.
fn kinds(model: &PolicyModel) -> FxHashMap<RequestKind, ByDecision> {
    let mut lists: FxHashMap<RequestKind, [Vec<usize>; 2]> = FxHashMap::default();
    let mut add = |kind: RequestKind, decision: Decision, index: usize| {
        let [allows, denies] = lists.entry(kind).or_default();
        match decision {
            Decision::Allow => allows.push(index),
            Decision::Deny => denies.push(index),
        }
    };
    for (index, own) in model.definitions().iter().enumerate() {
        if own.report_only && own.decision == Decision::Deny {
            continue;
        }
        for kind in kinds_of(own) {
            if own.decision == Decision::Deny && own.token_type == TokenType::Organization {
                add(
                    RequestKind::Organization { admin: true },
                    own.decision,
                    index,
                );
            }
            add(kind, own.decision, index);
        }
    }
    let by_decision = |[allows, denies]: [Vec<usize>; 2]| ByDecision {
        allows: allows.into(),
        denies: denies.into(),
    };
    let lists = lists.into_iter();
    lists
        .map(|(kind, lists)| (kind, by_decision(lists)))
        .collect()
}

/// The rules of a policy, and the one on the requested team.
fn cube(space: &mut Space, model: &PolicyModel, set: usize, index: usize) -> Cube {
    let mut rules = Vec::new();
    if let Some(definition) = model.definition(index) {
        let dialect = model.dialect();
        for (claim, pattern) in &definition.rules {
            let lang = space.store.lang([tokens(pattern, dialect)]);
            rules.push((space.claim(claim), lang));
        }
        let team = definition.team_name.as_deref();
        if let Some(team) = team.filter(|_| definition.token_type == TokenType::Team) {
            let lang = space.store.lang([tokens(team, dialect)]);
            rules.push((space.team(), lang));
        }
    }
    space.cube(rules, Origin::Policy { set, index })
}
