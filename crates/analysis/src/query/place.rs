//! What is there in tokens of a shape, and what must not hold in them.

use std::rc::Rc;

use claimgate::sorted::distinct;

use super::cube::{Cube, PathId, Rule};
use super::present::Present;
use super::proof::{Negative, Tree};
use super::shape::MAX_NEGATIVES;
use super::space::{Path, Space};
use crate::automaton::{Exhausted, LangId};

/// What the slots have to match in any case.
#[derive(Default)]
pub(super) struct Required(Vec<(usize, LangId)>);

impl Present {
    /// The claims of a shape that the rules on these paths need, and those that are always there; why
    /// there are none.
    pub(super) fn new(space: &mut Space, shape: usize, rules: &[Rule]) -> Result<Self, Tree> {
        let own = space.shapes.get(shape);
        for (path, _) in rules {
            if own.is_none_or(|own| !own.claims.contains_key(path)) {
                return Err(Tree::Absent(*path));
            }
        }
        let mut present = (*Self::always(space, shape)).clone();
        for (path, _) in rules {
            let mut others = space.conflicts(*path).iter();
            if let Some(other) = others.find(|other| present.set.contains(**other)) {
                return Err(Tree::Conflict(*other, *path));
            }
            present.need(space, *path);
        }
        Ok(present)
    }

    /// The claims that all tokens of a shape have.
    fn always(space: &mut Space, shape: usize) -> Rc<Self> {
        let Some(own) = space.shapes.get(shape) else {
            return Rc::default();
        };
        if let Some(known) = &own.present {
            return known.clone();
        }
        let mut present = Self {
            shape,
            ..Self::default()
        };
        for path in &own.always {
            present.add(space, *path);
        }
        let present = Rc::new(present);
        if let Some(own) = space.shapes.get_mut(shape) {
            own.present = Some(present.clone());
        }
        present
    }

    fn add(&mut self, space: &Space, path: PathId) {
        if !self.set.insert(path) {
            return;
        }
        self.paths.push(path);
        let claims = space.shapes.get(self.shape).map(|shape| &shape.claims);
        let Some(claim) = claims.and_then(|claims| claims.get(&path)) else {
            return;
        };
        for slot in claim.slots() {
            self.slots.insert(slot);
            if claim.is_many {
                self.many.insert(slot);
            }
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
        if slot.is_some_and(|slot| !self.slots.contains(slot)) {
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
        if self.set.contains(path) {
            return true;
        }
        let claims = space.shapes.get(self.shape).map(|shape| &shape.claims);
        let claim = claims.and_then(|claims| claims.get(&path));
        space.segments(path).is_none()
            && claim.is_some_and(|claim| claim.slots().all(|slot| self.slots.contains(slot)))
    }

    /// The ways in which the cubes can hold that must not, but for those that differ from what is
    /// required in the first or last characters of some part.
    pub(super) fn negatives(
        &self,
        space: &mut Space,
        cubes: &[&Cube],
        required: &Required,
    ) -> Result<Vec<Negative>, Exhausted> {
        let mut all = Vec::new();
        space.store.budget.step(cubes.len())?;
        for (place, cube) in cubes.iter().enumerate() {
            if cube.rules.iter().any(|(path, _)| !self.has(space, *path)) {
                continue;
            }
            for atoms in space.expanded(self.shape, cube)?.iter() {
                if required.is_apart(self, space, atoms) {
                    continue;
                }
                all.push(Negative {
                    cube: place,
                    atoms: atoms.clone(),
                });
                if all.len() > MAX_NEGATIVES {
                    return Err(Exhausted::Ways);
                }
            }
        }
        Ok(all)
    }
}

impl Required {
    /// What rules with only one way require.
    pub(super) fn new(space: &mut Space, shape: usize, rules: &[Rule]) -> Result<Self, Exhausted> {
        let mut all = Vec::new();
        for (path, lang) in rules {
            if let [way] = &*space.ways(shape, *path, *lang)? {
                all.extend(way.parts.iter().copied());
            }
        }
        Ok(Self(distinct(all)))
    }

    /// Whether some atom begins or ends otherwise than what its slot has to match: the one value of the
    /// slot, or all values that are needed.
    fn is_apart(&self, present: &Present, space: &Space, atoms: &[(usize, LangId)]) -> bool {
        atoms.iter().any(|(slot, lang)| {
            let mut own = self.0.iter().filter(|(other, _)| other == slot).peekable();
            let is_apart = |(_, own): &(usize, LangId)| space.store.are_apart(*own, *lang);
            match present.is_many(*slot) {
                true => own.peek().is_some() && own.all(is_apart),
                false => own.any(is_apart),
            }
        })
    }
}

fn path_is_team(space: &Space, path: PathId) -> bool {
    matches!(space.paths.get(path), Some(Path::Team))
}
