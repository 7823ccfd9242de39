//! Keeps cubes from holding, one rule of each.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::present::Present;
use super::proof::{End, Negative, Node, Unit};
use super::residual::Residual;
use super::space::Space;
use crate::automaton::{EMPTY, Exhausted, LangId};

/// The most branches within each other.
const MAX_DEPTH: usize = 200;

/// The most numbers in the keys of what is known to fail.
const MAX_REMEMBERED: usize = 1_000_000;

pub(super) struct Search<'a> {
    pub(super) space: &'a mut Space,
    present: &'a Present,
    negatives: &'a [Negative],
    failed: FxHashMap<(Residual, Vec<u32>), Rc<Node>>,
    remembered: usize,
}

/// What can be done about a negative.
enum State {
    /// It does not hold.
    Settled,
    /// None of its atoms can be kept from holding.
    Closed,
    /// Only this one can.
    Unit(usize),
    /// These can.
    Open(Vec<usize>),
}

/// What can be done about an atom.
enum Atom {
    /// It does not hold.
    Settled,
    /// It can be kept from holding.
    Open,
    /// It cannot.
    Closed,
}

/// What remains, or why nothing does.
pub(super) type Found = Result<Residual, Rc<Node>>;

impl<'a> Search<'a> {
    pub(super) fn new(
        space: &'a mut Space,
        present: &'a Present,
        negatives: &'a [Negative],
    ) -> Self {
        Self {
            space,
            present,
            negatives,
            failed: FxHashMap::default(),
            remembered: 0,
        }
    }

    /// Looks for what remains if none of the negatives holds.
    pub(super) fn run(&mut self, residual: Residual) -> Result<Found, Exhausted> {
        let open = (0..).take(self.negatives.len()).collect();
        self.search(residual, open, 0)
    }

    /// The same for the listed ones; remembers what fails.
    fn again(
        &mut self,
        residual: Residual,
        open: Vec<u32>,
        depth: usize,
    ) -> Result<Found, Exhausted> {
        let key = (residual, open);
        if let Some(node) = self.failed.get(&key) {
            return Ok(Err(node.clone()));
        }
        let found = self.search(key.0.clone(), key.1.clone(), depth)?;
        if let Err(node) = &found {
            let size = 4 * key.0.len() + key.1.len();
            if self.remembered + size <= MAX_REMEMBERED {
                self.remembered += size;
                self.failed.insert(key, node.clone());
            }
        }
        Ok(found)
    }

    fn search(
        &mut self,
        mut residual: Residual,
        mut open: Vec<u32>,
        depth: usize,
    ) -> Result<Found, Exhausted> {
        let mut units: Vec<Unit> = Vec::new();
        let closed = |units, negative| {
            let end = End::Closed { negative };
            Ok(Err(Rc::new(Node { units, end })))
        };
        loop {
            // What cannot be kept from holding is looked for first: it saves all work on the others.
            let (mut new, mut kept) = (Vec::new(), Vec::new());
            let mut fewest: Option<(usize, Vec<usize>)> = None;
            for number in open {
                let negative = number as usize;
                match self.state(&residual, negative)? {
                    State::Settled => {}
                    State::Closed => return closed(units, negative),
                    State::Unit(atom) => new.push(Unit { negative, atom }),
                    State::Open(atoms) => {
                        kept.push(number);
                        let is_fewer = |(_, few): &(usize, Vec<usize>)| atoms.len() < few.len();
                        if fewest.as_ref().is_none_or(is_fewer) {
                            fewest = Some((negative, atoms));
                        }
                    }
                }
            }
            open = kept;
            if new.is_empty() {
                return match fewest {
                    None => Ok(Ok(residual)),
                    Some(fewest) => self.branch(&residual, &open, fewest, units, depth),
                };
            }
            for unit in new {
                match self.state(&residual, unit.negative)? {
                    State::Settled => {}
                    State::Closed => return closed(units, unit.negative),
                    State::Unit(_) | State::Open(_) => {
                        self.avoid(&mut residual, unit)?;
                        units.push(unit);
                    }
                }
            }
        }
    }

    fn branch(
        &mut self,
        residual: &Residual,
        open: &[u32],
        (negative, atoms): (usize, Vec<usize>),
        units: Vec<Unit>,
        depth: usize,
    ) -> Result<Found, Exhausted> {
        if depth > MAX_DEPTH {
            return Err(Exhausted::Branches);
        }
        let is_other = |other: &u32| *other as usize != negative;
        let rest: Vec<u32> = open.iter().copied().filter(is_other).collect();
        let own = self.negatives.get(negative).map(|own| own.atoms.clone());
        let own = own.unwrap_or_default();
        let mut children = vec![None; own.len()];
        let mut base = residual.clone();
        for atom in atoms {
            self.space.store.budget.branch()?;
            let Some((slot, lang)) = own.get(atom).copied() else {
                continue;
            };
            if matches!(self.atom(&base, slot, lang)?, Atom::Closed) {
                continue;
            }
            let mut avoided = base.clone();
            avoided.exclude(self.space, slot, lang)?;
            match self.again(avoided, rest.clone(), depth + 1)? {
                Ok(residual) => return Ok(Ok(residual)),
                Err(node) => {
                    if let Some(child) = children.get_mut(atom) {
                        *child = Some(node);
                    }
                }
            }
            self.hold(&mut base, slot, lang)?;
        }
        let end = End::Branch { negative, children };
        Ok(Err(Rc::new(Node { units, end })))
    }

    /// Requires that an atom holds: the cases in which it does not have been tried.
    fn hold(&mut self, base: &mut Residual, slot: usize, lang: LangId) -> Result<(), Exhausted> {
        if !self.present.is_many(slot) {
            let mut held = base.clone();
            if held.require(self.space, slot, lang, false)? {
                *base = held;
            }
        }
        Ok(())
    }

    fn state(&mut self, residual: &Residual, negative: usize) -> Result<State, Exhausted> {
        let Some(own) = self.negatives.get(negative) else {
            return Ok(State::Settled);
        };
        let mut open = Vec::new();
        for (atom, (slot, lang)) in own.atoms.iter().enumerate() {
            match self.atom(residual, *slot, *lang)? {
                Atom::Settled => return Ok(State::Settled),
                Atom::Open => open.push(atom),
                Atom::Closed => {}
            }
        }
        Ok(match open.as_slice() {
            [] => State::Closed,
            [atom] => State::Unit(*atom),
            _ => State::Open(open),
        })
    }

    fn atom(&mut self, residual: &Residual, slot: usize, lang: LangId) -> Result<Atom, Exhausted> {
        let unwanted = self.space.store.dfa_of(lang)?;
        let words;
        let languages = match residual.own(slot) {
            [] => {
                words = [self.space.store.dfa_of_words(self.space.words(slot))?];
                &words[..]
            }
            own => own,
        };
        let store = &mut self.space.store;
        let (mut is_settled, mut is_open) = (true, true);
        for language in languages {
            store.budget.step(1)?;
            if !store.is_disjoint(*language, unwanted)? {
                is_settled = false;
                is_open &= *language != EMPTY && !store.is_within(*language, unwanted)?;
            }
        }
        Ok(match (is_settled, is_open) {
            (true, _) => Atom::Settled,
            (false, true) => Atom::Open,
            (false, false) => Atom::Closed,
        })
    }

    fn avoid(&mut self, residual: &mut Residual, unit: Unit) -> Result<(), Exhausted> {
        let own = self.negatives.get(unit.negative);
        match own.and_then(|own| own.atoms.get(unit.atom)) {
            Some((slot, lang)) => residual.exclude(self.space, *slot, *lang),
            None => Ok(()),
        }
    }
}
