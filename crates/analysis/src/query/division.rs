//! How patterns divide among the parts of claims, and cubes among those of tokens.

use std::rc::Rc;

use claimgate::sorted::distinct;

use super::cube::{Cube, PathId, Rule};
use super::shape::{Atoms, MAX_NEGATIVES, Way};
use super::space::Space;
use crate::automaton::{EMPTY, Exhausted, LangId, Segment, Token, WordsId, may_have, ways};

/// The most steps of the check that a part has no text of a pattern.
const MAX_IMPOSSIBLE_STEPS: u64 = 200_000;

impl Space {
    /// The segments of a claim's value, in tokens of a shape.
    pub(super) fn segments_of(&self, shape: usize, path: PathId) -> Option<Rc<[Segment]>> {
        let claim = self.shapes.get(shape)?.claims.get(&path)?;
        Some(claim.segments.clone())
    }

    /// The ways in which the claim's value can match, in tokens of a shape.
    pub(super) fn ways(
        &mut self,
        shape: usize,
        path: PathId,
        lang: LangId,
    ) -> Result<Rc<[Way]>, Exhausted> {
        let own = self.shapes.get(shape);
        if let Some(ways) = own.and_then(|own| own.divided.get(&(path, lang))) {
            return ways.clone();
        }
        let ways = self.divide(shape, path, lang);
        if is_final(&ways)
            && let Some(own) = self.shapes.get_mut(shape)
        {
            own.divided.insert((path, lang), ways.clone());
        }
        ways
    }

    fn divide(&mut self, shape: usize, path: PathId, lang: LangId) -> Result<Rc<[Way]>, Exhausted> {
        let segments = self.segments_of(shape, path).unwrap_or_default();
        let mut all = Vec::new();
        for parts in self.divisions(lang, &segments)? {
            let impossible = self.impossible(&parts)?;
            all.push(Way { parts, impossible });
        }
        Ok(all.into())
    }

    /// What the parts of a claim have to match in some way and shape in which it is possible.
    pub(crate) fn possible_parts(
        &mut self,
        path: PathId,
        lang: LangId,
    ) -> Result<Vec<(usize, LangId)>, Exhausted> {
        self.store.budget.question();
        let mut all = Vec::new();
        for shape in 0..self.shapes.len() {
            if self.segments_of(shape, path).is_some() {
                let ways = self.ways(shape, path, lang)?;
                let possible = ways.iter().filter(|way| way.impossible.is_none());
                all.extend(possible.flat_map(|way| way.parts.iter().copied()));
            }
        }
        Ok(distinct(all))
    }

    /// The ways without regard to grammars, but for the characters of parts; one, if there is one part.
    pub(super) fn divisions(
        &mut self,
        lang: LangId,
        segments: &[Segment],
    ) -> Result<Vec<Vec<(usize, LangId)>>, Exhausted> {
        let mut all: Vec<Vec<(usize, Vec<Token>)>> = Vec::new();
        let patterns = self.store.patterns(lang);
        let mut budget = std::mem::take(&mut self.store.budget);
        let has = |slot: usize, c: char| may_have(&self.store.words(self.words(slot)), c);
        let divided = patterns.iter().try_for_each(|pattern| {
            all.extend(ways(pattern, segments, &has, &mut budget)?);
            Ok(())
        });
        self.store.budget = budget;
        divided?;
        let mut parts = segments.iter().filter_map(|segment| match segment {
            Segment::Part(slot) => Some(*slot),
            Segment::Text(_) => None,
        });
        if let (Some(slot), None) = (parts.next(), parts.next()) {
            let patterns: Vec<_> = all.into_iter().flatten().map(|(_, own)| own).collect();
            let lang = (!patterns.is_empty()).then(|| self.store.lang(patterns));
            return Ok(lang.map(|lang| vec![(slot, lang)]).into_iter().collect());
        }
        let mut ways = Vec::new();
        for way in all {
            let own = |(slot, own): (usize, Vec<Token>)| (slot, self.store.lang([own]));
            ways.push(way.into_iter().map(own).collect());
        }
        Ok(ways)
    }

    /// The part of a way whose grammar has no such text. Checked by the second procedure at once: what is
    /// left out here is in no proof.
    fn impossible(&mut self, parts: &[(usize, LangId)]) -> Result<Option<usize>, Exhausted> {
        for (slot, lang) in parts {
            let words = self.store.dfa_of_words(self.words(*slot))?;
            let own = self.store.dfa_of(*lang)?;
            let is_impossible = words == EMPTY || self.store.is_disjoint(words, own)?;
            let mut steps = MAX_IMPOSSIBLE_STEPS;
            if is_impossible
                && self.covers(*slot, vec![*lang], Vec::new(), &mut steps) == Some(true)
            {
                return Ok(Some(*slot));
            }
        }
        Ok(None)
    }

    /// The ways in which all rules of a cube hold in tokens of a shape, apart from impossible ones.
    /// None if a rule is on a claim that such tokens do not have.
    pub(super) fn expanded(&mut self, shape: usize, cube: &Cube) -> Result<Rc<[Atoms]>, Exhausted> {
        let own = self.shapes.get(shape);
        if let Some(Some(known)) = own.and_then(|own| own.expanded.get(cube.id.0)) {
            return known.clone();
        }
        let expanded = self.expand(shape, &cube.rules).map(Rc::from);
        if is_final(&expanded)
            && let Some(own) = self.shapes.get_mut(shape)
        {
            if own.expanded.len() <= cube.id.0 {
                own.expanded.resize(cube.id.0 + 1, None);
            }
            if let Some(place) = own.expanded.get_mut(cube.id.0) {
                *place = Some(expanded.clone());
            }
        }
        expanded
    }

    fn expand(&mut self, shape: usize, rules: &[Rule]) -> Result<Vec<Atoms>, Exhausted> {
        let mut all: Vec<Vec<(usize, LangId)>> = vec![Vec::new()];
        for (path, lang) in rules {
            if self.segments_of(shape, *path).is_none() {
                return Ok(Vec::new());
            }
            let ways = self.ways(shape, *path, *lang)?;
            let mut next = Vec::new();
            for way in ways.iter().filter(|way| way.impossible.is_none()) {
                self.store.budget.step(all.len())?;
                for atoms in &all {
                    let mut atoms = atoms.clone();
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
        Ok(all.into_iter().map(Rc::from).collect())
    }

    /// Whether two cubes never hold together, as far as the first and last characters of values and of
    /// their parts tell. That compares texts, so that it needs no proof.
    pub(crate) fn are_apart(&mut self, first: &Cube, second: &Cube) -> bool {
        let differ = |(path, own): &Rule| {
            let mut rules = second.rules.iter();
            rules.any(|(other, lang)| other == path && self.store.are_apart(*own, *lang))
                && !self.may_be_many(*path)
        };
        if first.rules.iter().any(differ) {
            return true;
        }
        (0..self.shapes.len()).all(|shape| self.are_apart_in(shape, first, second))
    }

    fn are_apart_in(&mut self, shape: usize, first: &Cube, second: &Cube) -> bool {
        let Ok(firsts) = self.expanded(shape, first) else {
            return false;
        };
        if firsts.is_empty() {
            return true;
        }
        let Ok(seconds) = self.expanded(shape, second) else {
            return false;
        };
        let many = self.shapes.get(shape).map(|shape| &shape.many);
        let is_single = |slot: usize| many.is_some_and(|many| !many.contains(slot));
        let differ = |first: &Atoms, second: &Atoms| {
            first.iter().any(|(slot, own)| {
                let mut others = second.iter().filter(|(other, _)| other == slot);
                others.any(|(_, lang)| self.store.are_apart(*own, *lang)) && is_single(*slot)
            })
        };
        firsts
            .iter()
            .all(|first| seconds.iter().all(|second| differ(first, second)))
    }

    /// The texts that a slot can have.
    pub(super) fn words(&self, slot: usize) -> WordsId {
        self.slots.get(slot).map_or(self.any, |slot| slot.words)
    }
}

/// Whether it would be the same with another budget.
fn is_final<T>(result: &Result<T, Exhausted>) -> bool {
    matches!(result, Ok(_) | Err(Exhausted::Ways | Exhausted::States))
}
