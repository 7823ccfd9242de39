//! What is there in tokens of a shape, and what must not hold in them.

use std::collections::{BTreeSet, HashMap};

use super::cube::{Cube, PathId};
use super::proof::{Negative, Tree};
use super::space::{ClaimInfo, Space};
use crate::automaton::{Exhausted, LangId};

/// The most ways in which all cubes that must not hold can hold.
const MAX_NEGATIVES: usize = 50_000;

/// The claims that tokens have which the rules need.
pub(super) struct Present {
    pub(super) shape: usize,
    /// Claims in the order in which they are written.
    pub(super) paths: Vec<PathId>,
    set: BTreeSet<PathId>,
    slots: BTreeSet<usize>,
}

impl Present {
    /// The claims of a shape that the rules on these paths need, and those that are always there; why
    /// there are none.
    pub(super) fn new(space: &Space, shape: usize, needed: &[PathId]) -> Result<Self, Tree> {
        let mut present = Self {
            shape,
            paths: Vec::new(),
            set: BTreeSet::new(),
            slots: BTreeSet::new(),
        };
        for path in space
            .shapes
            .get(shape)
            .into_iter()
            .flat_map(|shape| &shape.always)
        {
            present.add(space, *path);
        }
        for path in needed {
            if space
                .shapes
                .get(shape)
                .is_none_or(|shape| !shape.claims.contains_key(path))
            {
                return Err(Tree::Absent(*path));
            }
            let other = present
                .paths
                .iter()
                .find(|other| space.conflict(**other, *path));
            if let Some(other) = other {
                return Err(Tree::Conflict(*other, *path));
            }
            present.need(space, *path);
        }
        Ok(present)
    }

    fn add(&mut self, space: &Space, path: PathId) {
        if self.set.insert(path) {
            self.paths.push(path);
            let claims = space.shapes.get(self.shape).map(|shape| &shape.claims);
            let claim = claims.and_then(|claims| claims.get(&path));
            self.slots
                .extend(claim.into_iter().flat_map(ClaimInfo::slots));
        }
    }

    /// Adds a claim, or one that has the part which the rule is on.
    fn need(&mut self, space: &Space, path: PathId) {
        if space.segments(path).is_some() || path_is_team(space, path) {
            return self.add(space, path);
        }
        let Some(shape) = space.shapes.get(self.shape) else {
            return;
        };
        let slot = shape
            .claims
            .get(&path)
            .and_then(|claim| claim.slots().next());
        if slot.is_some_and(|slot| !self.slots.contains(&slot)) {
            let has = |id: &&PathId| {
                let claim = shape.claims.get(*id);
                let has = claim.is_some_and(|claim| claim.slots().any(|other| Some(other) == slot));
                has && space.segments(**id).is_some()
            };
            if let Some(claim) = shape.claims.keys().filter(has).min() {
                self.add(space, *claim);
            }
        }
        self.set.insert(path);
    }

    /// Whether a rule on this path can hold.
    pub(super) fn has(&self, space: &Space, path: PathId) -> bool {
        if self.set.contains(&path) {
            return true;
        }
        let claims = space.shapes.get(self.shape).map(|shape| &shape.claims);
        let claim = claims.and_then(|claims| claims.get(&path));
        space.segments(path).is_none()
            && claim.is_some_and(|claim| claim.slots().all(|slot| self.slots.contains(&slot)))
    }

    /// Whether a slot has a value.
    pub(super) fn has_slot(&self, slot: usize) -> bool {
        self.slots.contains(&slot)
    }

    /// The slots that have several values.
    pub(super) fn many(&self, space: &Space) -> BTreeSet<usize> {
        let shape = space.shapes.get(self.shape);
        let claims = shape.into_iter().flat_map(|shape| &shape.claims);
        let many = claims.filter(|(path, claim)| claim.is_many && self.set.contains(path));
        many.flat_map(|(_, claim)| claim.slots()).collect()
    }

    /// The ways in which the cubes can hold that must not.
    pub(super) fn negatives(
        &self,
        space: &mut Space,
        cubes: &[&Cube],
        wanted: &[usize],
        required: &HashMap<usize, Vec<LangId>>,
    ) -> Result<Vec<Negative>, Exhausted> {
        let mut all = Vec::new();
        for cube in wanted {
            let rules = cubes
                .get(*cube)
                .map(|cube| cube.rules.as_slice())
                .unwrap_or_default();
            if rules.iter().any(|(path, _)| !self.has(space, *path)) {
                continue;
            }
            let is_apart = |space: &Space, (slot, lang): &(usize, LangId)| {
                let required = required.get(slot);
                required
                    .is_some_and(|list| list.iter().all(|own| space.store.are_apart(*own, *lang)))
            };
            for atoms in self.expand(space, rules)? {
                if atoms.iter().any(|atom| is_apart(space, atom)) {
                    continue;
                }
                all.push(Negative { cube: *cube, atoms });
                if all.len() > MAX_NEGATIVES {
                    return Err(Exhausted::Ways);
                }
            }
        }
        Ok(all)
    }

    /// The ways in which all rules hold, apart from impossible ones.
    pub(super) fn expand(
        &self,
        space: &mut Space,
        rules: &[(PathId, LangId)],
    ) -> Result<Vec<Vec<(usize, LangId)>>, Exhausted> {
        let mut all = vec![Vec::new()];
        for (path, lang) in rules {
            let ways = space.ways(self.shape, *path, *lang)?;
            let mut next = Vec::new();
            for way in ways.iter().filter(|way| way.impossible.is_none()) {
                for atoms in &all {
                    let mut atoms: Vec<(usize, LangId)> = atoms.clone();
                    for part in &way.parts {
                        if !atoms.contains(part) {
                            atoms.push(*part);
                        }
                    }
                    next.push(atoms);
                }
            }
            if next.len() > MAX_NEGATIVES {
                return Err(Exhausted::Ways);
            }
            all = next;
        }
        Ok(all)
    }
}

fn path_is_team(space: &Space, path: PathId) -> bool {
    matches!(space.paths.get(path), Some(super::space::Path::Team))
}
