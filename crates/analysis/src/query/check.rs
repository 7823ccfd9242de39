//! Checks refutations without the automata that they were found with.

use std::collections::BTreeMap;

use super::place::Present;
use super::proof::{End, InShape, Node, Refutation, Tree};
use super::solve::Query;
use super::space::Space;
use crate::automaton::{Covering, LangId, covered};

/// The most leaves that are checked.
const MAX_LEAVES: usize = 100_000;

impl Space {
    /// Whether a refutation holds; `None` if that takes too long to find out.
    pub(crate) fn is_refuted(
        &mut self,
        query: &Query<'_>,
        refutation: &Refutation,
    ) -> Option<bool> {
        let shapes = query.shape_numbers(self);
        let shown: Vec<usize> = refutation.shapes.iter().map(|shape| shape.shape).collect();
        if shapes != shown {
            return Some(false);
        }
        let rules = query.rules();
        let needed: Vec<usize> = rules.iter().map(|(path, _)| *path).collect();
        for in_shape in &refutation.shapes {
            let is_ok = match (Present::new(self, in_shape.shape, &needed), &in_shape.tree) {
                (Err(Tree::Absent(path)), Tree::Absent(shown)) => path == *shown,
                (Err(Tree::Conflict(..)), Tree::Conflict(first, second)) => {
                    self.conflict(*first, *second)
                }
                (Ok(present), tree) => {
                    let many = present.many(self);
                    let mut checker = Checker {
                        query,
                        in_shape,
                        rules: &rules,
                        present,
                        many,
                        required: BTreeMap::new(),
                        avoided: BTreeMap::new(),
                        leaves: 0,
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
}

struct Checker<'a> {
    query: &'a Query<'a>,
    in_shape: &'a InShape,
    rules: &'a [(usize, LangId)],
    present: Present,
    many: std::collections::BTreeSet<usize>,
    /// What each slot has to match here.
    required: BTreeMap<usize, Vec<LangId>>,
    /// What each slot does not match here.
    avoided: BTreeMap<usize, Vec<LangId>>,
    leaves: usize,
}

impl Checker<'_> {
    fn tree(&mut self, space: &mut Space, tree: &Tree) -> Option<bool> {
        match tree {
            Tree::Absent(_) | Tree::Conflict(..) => Some(false),
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
        let claims = space
            .shapes
            .get(self.in_shape.shape)
            .map(|shape| &shape.claims)?;
        let segments = claims.get(&path)?.segments.clone();
        let ways = space.divisions(lang, &segments).ok()?;
        if rule != self.depth() || ways.len() != children.len() {
            return Some(false);
        }
        self.required.entry(usize::MAX).or_default().push(lang);
        let before = self.required.clone();
        for (way, child) in ways.iter().zip(children) {
            for (slot, lang) in way {
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
                for (slot, lang) in self.atoms(space, *negative)? {
                    if !self.is_covered(space, slot, Some(lang))? {
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
        for ((slot, lang), child) in atoms.into_iter().zip(children) {
            let is_ok = match child {
                None => self.is_covered(space, slot, Some(lang))?,
                Some(node) => {
                    self.avoided.entry(slot).or_default().push(lang);
                    let is_ok = self.node(space, node)?;
                    self.avoided.entry(slot).or_default().pop();
                    is_ok
                }
            };
            if !is_ok {
                return Some(false);
            }
        }
        Some(true)
    }

    /// The atoms of a negative, if its cube holds where they do.
    fn atoms(&self, space: &mut Space, negative: usize) -> Option<Vec<(usize, LangId)>> {
        let negative = self.in_shape.negatives.get(negative)?;
        let cube = self.query.negatives.get(negative.cube)?;
        let is_there = cube
            .rules
            .iter()
            .all(|(path, _)| self.present.has(space, *path));
        let ways = self.present.expand(space, &cube.rules).ok()?;
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
        let each: Vec<Vec<LangId>> = match self.many.contains(&slot) && !required.is_empty() {
            true => required.iter().map(|lang| vec![*lang]).collect(),
            false => vec![required],
        };
        for required in each {
            if self.covers(space, slot, required, by.clone())? {
                return Some(true);
            }
        }
        Some(false)
    }

    fn covers(
        &mut self,
        space: &mut Space,
        slot: usize,
        mut each: Vec<LangId>,
        mut by: Vec<LangId>,
    ) -> Option<bool> {
        each.sort_unstable();
        each.dedup();
        by.sort_unstable();
        by.dedup();
        let words = space.words(slot);
        let key = (words, each, by);
        if let Some(is_covered) = space.covered.get(&key) {
            return Some(*is_covered);
        }
        self.leaves += 1;
        if self.leaves > MAX_LEAVES {
            return None;
        }
        let patterns = |list: &[LangId]| -> Vec<_> {
            list.iter()
                .map(|lang| space.store.patterns(*lang))
                .collect()
        };
        let is_covered = covered(&Covering {
            each: &patterns(&key.1),
            words: Some(words),
            by: &patterns(&key.2),
        })?;
        space.covered.insert(key, is_covered);
        Some(is_covered)
    }
}
