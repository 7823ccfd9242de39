//! The policies of one side of a question, as cubes.

use claimgate::policy::{Decision, TokenType};

use crate::answer::RequestKind;
use crate::automaton::{only_star, tokens};
use crate::model::{PolicyModel, applies, lists_admin, role};
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
    /// Whether there are too many of those pairs.
    pub(super) has_more_pairs: bool,
}

impl<'a> Set<'a> {
    pub(super) fn new(space: &mut Space, model: &'a PolicyModel, set: usize) -> Self {
        let indices = 0..model.definitions().len();
        let cubes: Vec<Cube> = indices
            .map(|index| cube(space, model, set, index))
            .collect();
        let audiences = model.audiences().map(|list| Cube {
            rules: vec![(
                space.claim("aud"),
                space.store.lang(list.iter().map(|entry| only_star(entry))),
            )],
            origin: Origin::Audiences { set },
        });
        let mut own = Self {
            model,
            cubes,
            audiences,
            pairs: Vec::new(),
            has_more_pairs: false,
        };
        own.add_pairs(space, set);
        own
    }

    fn add_pairs(&mut self, space: &Space, set: usize) {
        let roles: Vec<(usize, &str)> = self.with_roles().collect();
        for (place, (first, role)) in roles.iter().enumerate() {
            for (second, other) in roles.iter().skip(place + 1) {
                let (Some(a), Some(b)) = (self.cubes.get(*first), self.cubes.get(*second)) else {
                    continue;
                };
                if role == other || are_apart(space, a, b) {
                    continue;
                }
                if self.pairs.len() == MAX_PAIRS {
                    self.has_more_pairs = true;
                    return;
                }
                let (first, second) = (*first, *second);
                self.pairs.push(Cube {
                    rules: [a.rules.as_slice(), b.rules.as_slice()].concat(),
                    origin: Origin::Roles { set, first, second },
                });
            }
        }
    }

    fn with_roles(&self) -> impl Iterator<Item = (usize, &'a str)> {
        let definitions = self.model.definitions().iter().enumerate();
        let allows = definitions.filter(|(_, own)| own.decision == Decision::Allow);
        allows.filter_map(|(index, own)| Some((index, role(own)?)))
    }

    pub(super) fn cube(&self, index: usize) -> Option<&Cube> {
        self.cubes.get(index)
    }

    /// The indices of the allows for requests of a kind; with admin only those that list it.
    pub(super) fn allows(&self, kind: &RequestKind) -> Vec<usize> {
        let wants_admin = *kind == RequestKind::Organization { admin: true };
        let definitions = self.model.definitions().iter().enumerate();
        definitions
            .filter(|(_, own)| own.decision == Decision::Allow && applies(own, kind))
            .filter(|(_, own)| !wants_admin || lists_admin(own))
            .map(|(index, _)| index)
            .collect()
    }

    /// The indices of the denies for requests of a kind that do deny.
    pub(super) fn denies(&self, kind: &RequestKind) -> Vec<usize> {
        let definitions = self.model.definitions().iter().enumerate();
        definitions
            .filter(|(_, own)| own.decision == Decision::Deny && !own.report_only)
            .filter(|(_, own)| applies(own, kind))
            .map(|(index, _)| index)
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
                let others = self.with_roles().filter(|(_, other)| *other != own);
                others
                    .filter_map(|(index, _)| self.cubes.get(index))
                    .collect()
            }
            None => self.pairs.iter().collect(),
        }
    }

    /// Two allows each that refuse a request by giving different roles.
    pub(super) fn pairs(&self) -> &[Cube] {
        &self.pairs
    }
}

/// Whether two cubes differ in the first or last characters of some claim that has one value.
pub(super) fn are_apart(space: &Space, first: &Cube, second: &Cube) -> bool {
    let single = first
        .rules
        .iter()
        .filter(|(path, _)| !space.may_be_many(*path));
    single.into_iter().any(|(path, own)| {
        let mut rules = second.rules.iter();
        rules.any(|(other, lang)| other == path && space.store.are_apart(*own, *lang))
    })
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
    Cube {
        rules,
        origin: Origin::Policy { set, index },
    }
}
