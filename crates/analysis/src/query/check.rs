//! Checks refutations without the automata that they were found with.

use std::collections::BTreeMap;

use claimgate::sorted::distinct;

use super::cube::Rule;
use super::present::Present;
use super::proof::{End, InShape, Node, Refutation, Tree};
use super::question::Query;
use super::shape::Atoms;
use super::space::Space;
use crate::automaton::{Covering, LangId, covered};

/// The most steps of a check: leaves of the tree, and steps on each of them.
const MAX_STEPS: u64 = 4_000_000;

impl Space {
    /// Whether a refutation holds; `None` if that takes too long to find out.
    pub(crate) fn is_refuted(
        &mut self,
        query: &Query<'_>,
        refutation: &Refutation,
    ) -> Option<bool> {
        let mut steps = MAX_STEPS.min(self.store.budget.left());
        let limit = steps;
        let is_refuted = self.check(query, refutation, &mut steps);
        self.store.budget.spend(limit - steps);
        is_refuted
    }

    fn check(
        &mut self,
        query: &Query<'_>,
        refutation: &Refutation,
        steps: &mut u64,
    ) -> Option<bool> {
        let shapes = query.shape_numbers(&self.shapes);
        let shown: Vec<usize> = refutation.shapes.iter().map(|shape| shape.shape).collect();
        if shapes != shown {
            return Some(false);
        }
        let rules = query.rules();
        for in_shape in &refutation.shapes {
            if let Tree::Never { rule } = in_shape.tree {
                let rule = *rules.get(rule)?;
                match self.is_never(in_shape.shape, rule, steps)? {
                    true => continue,
                    false => return Some(false),
                }
            }
            let is_ok = match (Present::new(self, in_shape.shape, &rules), &in_shape.tree) {
                (Err(Tree::Absent(path)), Tree::Absent(shown)) => path == *shown,
                (Err(Tree::Conflict(..)), Tree::Conflict(first, second)) => {
                    self.conflicts(*first).contains(second)
                }
                (Ok(present), tree) => {
                    let mut checker = Checker {
                        query,
                        in_shape,
                        rules: &rules,
                        present,
                        required: BTreeMap::new(),
                        avoided: BTreeMap::new(),
                        steps: &mut *steps,
                    };
                    checker.tree(self, tree)?
                }
                _ => false,
            };
            if !is_ok {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Whether a rule holds on no token of a shape that has its claim: each way in which the value could
    /// match takes a part that has no such text.
    fn is_never(&mut self, shape: usize, rule: Rule, steps: &mut u64) -> Option<bool> {
        if let Some(is_never) = self.checked.never.get(&(shape, rule)) {
            return Some(*is_never);
        }
        self.segments_of(shape, rule.0)?;
        let mut is_never = true;
        for way in self.ways(shape, rule.0, rule.1).ok()?.iter() {
            let mut is_impossible = false;
            for (slot, lang) in &way.parts {
                is_impossible =
                    is_impossible || self.covers(*slot, vec![*lang], Vec::new(), steps)?;
            }
            is_never &= is_impossible;
        }
        self.checked.never.insert((shape, rule), is_never);
        Some(is_never)
    }

    /// Whether `by` covers all texts that a slot can have and that each of `each` has.
    pub(super) fn covers(
        &mut self,
        slot: usize,
        each: Vec<LangId>,
        by: Vec<LangId>,
        steps: &mut u64,
    ) -> Option<bool> {
        let words = self.words(slot);
        let key = (words, distinct(each), distinct(by));
        if let Some(is_covered) = self.checked.covered.get(&key) {
            return Some(*is_covered);
        }
        let patterns = |list: &[LangId]| -> Vec<_> {
            list.iter().map(|lang| self.store.patterns(*lang)).collect()
        };
        let covering = Covering {
            each: &patterns(&key.1),
            words: Some(self.store.words(words)),
            by: &patterns(&key.2),
        };
        let is_covered = covered(&covering, steps)?;
        self.checked.covered.insert(key, is_covered);
        Some(is_covered)
    }
}

struct Checker<'a> {
    query: &'a Query<'a>,
    in_shape: &'a InShape,
    rules: &'a [Rule],
    present: Present,
    /// What each slot has to match here.
    required: BTreeMap<usize, Vec<LangId>>,
    /// What each slot does not match here.
    avoided: BTreeMap<usize, Vec<LangId>>,
    steps: &'a mut u64,
}

impl Checker<'_> {
    fn tree(&mut self, space: &mut Space, tree: &Tree) -> Option<bool> {
        match tree {
            Tree::Absent(_) | Tree::Conflict(..) | Tree::Never { .. } => Some(false),
            Tree::Empty { slot } => self.is_covered(space, *slot, None),
            Tree::Search(node) => {
                let all_required = self.depth() == self.rules.len();
                Some(all_required && self.node(space, node)?)
            }
            Tree::Ways { rule, children } => self.ways(space, *rule, children),
        }
    }

    /// How many rules have been divided: each adds one level.
    fn depth(&self) -> usize {
        self.required.get(&usize::MAX).map_or(0, Vec::len)
    }

    fn ways(&mut self, space: &mut Space, rule: usize, children: &[Tree]) -> Option<bool> {
        let (path, lang) = *self.rules.get(rule)?;
        let ways = space.ways(self.in_shape.shape, path, lang).ok()?;
        if rule != self.depth() || ways.len() != children.len() {
            return Some(false);
        }
        self.required.entry(usize::MAX).or_default().push(lang);
        let before = self.required.clone();
        for (way, child) in ways.iter().zip(children) {
            for (slot, lang) in &way.parts {
                self.required.entry(*slot).or_default().push(*lang);
            }
            let is_ok = self.tree(space, child)?;
            self.required.clone_from(&before);
            if !is_ok {
                return Some(false);
            }
        }
        if let Some(levels) = self.required.get_mut(&usize::MAX) {
            levels.pop();
        }
        Some(true)
    }

    fn node(&mut self, space: &mut Space, node: &Node) -> Option<bool> {
        let before = self.avoided.clone();
        let is_ok = self.follow(space, node);
        self.avoided = before;
        is_ok
    }

    fn follow(&mut self, space: &mut Space, node: &Node) -> Option<bool> {
        for unit in &node.units {
            let atoms = self.atoms(space, unit.negative)?;
            for (place, (slot, lang)) in atoms.iter().enumerate() {
                if place != unit.atom && !self.is_covered(space, *slot, Some(*lang))? {
                    return Some(false);
                }
            }
            let (slot, lang) = *atoms.get(unit.atom)?;
            self.avoided.entry(slot).or_default().push(lang);
        }
        match &node.end {
            End::Closed { negative } => {
                for (slot, lang) in self.atoms(space, *negative)?.iter() {
                    if !self.is_covered(space, *slot, Some(*lang))? {
                        return Some(false);
                    }
                }
                Some(true)
            }
            End::Branch { negative, children } => self.branch(space, *negative, children),
        }
    }

    fn branch(
        &mut self,
        space: &mut Space,
        negative: usize,
        children: &[Option<std::rc::Rc<Node>>],
    ) -> Option<bool> {
        let atoms = self.atoms(space, negative)?;
        if atoms.len() != children.len() {
            return Some(false);
        }
        let before = self.required.clone();
        for ((slot, lang), child) in atoms.iter().zip(children) {
            let is_ok = match child {
                None => self.is_covered(space, *slot, Some(*lang))?,
                Some(node) => {
                    self.avoided.entry(*slot).or_default().push(*lang);
                    let is_ok = self.node(space, node)?;
                    self.avoided.entry(*slot).or_default().pop();
                    is_ok
                }
            };
            if !is_ok {
                return Some(false);
            }
            // From here on it is another atom that does not hold, and this one does.
            if !self.present.is_many(*slot) {
                self.required.entry(*slot).or_default().push(*lang);
            }
        }
        self.required = before;
        Some(true)
    }

    /// The atoms of a negative, if its cube holds where they do.
    fn atoms(&mut self, space: &mut Space, negative: usize) -> Option<Atoms> {
        *self.steps = self.steps.checked_sub(1)?;
        let negative = self.in_shape.negatives.get(negative)?;
        let cube = self.query.negatives.get(negative.cube)?;
        let is_there = cube
            .rules
            .iter()
            .all(|(path, _)| self.present.has(space, *path));
        let ways = space.expanded(self.present.shape, cube).ok()?;
        (is_there && ways.contains(&negative.atoms)).then(|| negative.atoms.clone())
    }

    /// Whether every text that a slot can have here is avoided or matches `lang`; for one with
    /// several values, whether that is so of one of them.
    fn is_covered(&mut self, space: &mut Space, slot: usize, lang: Option<LangId>) -> Option<bool> {
        if !self.present.has_slot(slot) {
            return Some(false);
        }
        let mut by = self.avoided.get(&slot).cloned().unwrap_or_default();
        by.extend(lang);
        let required = self.required.get(&slot).cloned().unwrap_or_default();
        let each: Vec<Vec<LangId>> = match self.present.is_many(slot) && !required.is_empty() {
            true => required.iter().map(|lang| vec![*lang]).collect(),
            false => vec![required],
        };
        for required in each {
            *self.steps = self.steps.checked_sub(1)?;
            if space.covers(slot, required, by.clone(), self.steps)? {
                return Some(true);
            }
        }
        Some(false)
    }
}
