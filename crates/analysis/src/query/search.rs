//! Keeps cubes from holding, one rule of each.

use std::collections::HashMap;
use std::rc::Rc;

use super::proof::{End, Negative, Node, Unit};
use super::residual::Residual;
use super::space::Space;
use crate::automaton::{EMPTY, Exhausted};

/// The most branches within each other.
const MAX_DEPTH: usize = 200;

pub(super) struct Search<'a> {
    pub(super) space: &'a mut Space,
    pub(super) negatives: &'a [Negative],
    failed: HashMap<(Residual, Vec<usize>), Rc<Node>>,
}

/// What can be done about a negative.
enum State {
    /// It does not hold.
    Settled,
    /// These of its atoms can be kept from holding.
    Open(Vec<usize>),
}

/// What remains, or why nothing does.
pub(super) type Found = Result<Residual, Rc<Node>>;

impl<'a> Search<'a> {
    pub(super) fn new(space: &'a mut Space, negatives: &'a [Negative]) -> Self {
        Self {
            space,
            negatives,
            failed: HashMap::new(),
        }
    }

    /// Looks for what remains if none of the listed negatives holds.
    pub(super) fn run(
        &mut self,
        residual: Residual,
        open: Vec<usize>,
        depth: usize,
    ) -> Result<Found, Exhausted> {
        let key = (residual.clone(), open.clone());
        if let Some(node) = self.failed.get(&key) {
            return Ok(Err(node.clone()));
        }
        let found = self.search(residual, open, depth)?;
        if let Err(node) = &found {
            self.failed.insert(key, node.clone());
        }
        Ok(found)
    }

    fn search(
        &mut self,
        mut residual: Residual,
        mut open: Vec<usize>,
        depth: usize,
    ) -> Result<Found, Exhausted> {
        let mut units = Vec::new();
        let (negative, atoms) = loop {
            let mut fewest: Option<(usize, Vec<usize>)> = None;
            let mut kept = Vec::new();
            let before = units.len();
            for negative in open {
                match self.state(&residual, negative)? {
                    State::Settled => {}
                    State::Open(atoms) => match atoms.as_slice() {
                        [] => {
                            let end = End::Closed { negative };
                            return Ok(Err(Rc::new(Node { units, end })));
                        }
                        [atom] => {
                            self.avoid(&mut residual, negative, *atom)?;
                            let atom = *atom;
                            units.push(Unit { negative, atom });
                        }
                        _ => {
                            kept.push(negative);
                            if fewest
                                .as_ref()
                                .is_none_or(|(_, few)| atoms.len() < few.len())
                            {
                                fewest = Some((negative, atoms));
                            }
                        }
                    },
                }
            }
            open = kept;
            match fewest {
                None => return Ok(Ok(residual)),
                Some(fewest) if units.len() == before => break fewest,
                Some(_) => {}
            }
        };
        self.branch(&residual, &open, (negative, atoms), units, depth)
    }

    fn branch(
        &mut self,
        residual: &Residual,
        open: &[usize],
        (negative, atoms): (usize, Vec<usize>),
        units: Vec<Unit>,
        depth: usize,
    ) -> Result<Found, Exhausted> {
        if depth > MAX_DEPTH {
            return Err(Exhausted::Branches);
        }
        let rest: Vec<usize> = open
            .iter()
            .copied()
            .filter(|other| *other != negative)
            .collect();
        let count = self
            .negatives
            .get(negative)
            .map_or(0, |own| own.atoms.len());
        let mut children = vec![None; count];
        for atom in atoms {
            self.space.store.budget.branch()?;
            let mut residual = residual.clone();
            self.avoid(&mut residual, negative, atom)?;
            match self.run(residual, rest.clone(), depth + 1)? {
                Ok(residual) => return Ok(Ok(residual)),
                Err(node) => {
                    if let Some(child) = children.get_mut(atom) {
                        *child = Some(node);
                    }
                }
            }
        }
        let end = End::Branch { negative, children };
        Ok(Err(Rc::new(Node { units, end })))
    }

    fn state(&mut self, residual: &Residual, negative: usize) -> Result<State, Exhausted> {
        let Some(own) = self.negatives.get(negative) else {
            return Ok(State::Settled);
        };
        let mut open = Vec::new();
        for (atom, (slot, lang)) in own.atoms.iter().enumerate() {
            let unwanted = self.space.store.dfa_of(*lang)?;
            let (mut is_settled, mut is_open) = (true, true);
            for language in residual.of(self.space, *slot)? {
                self.space.store.budget.step(1)?;
                let store = &mut self.space.store;
                if !store.is_disjoint(language, unwanted)? {
                    is_settled = false;
                    is_open &= language != EMPTY && !store.is_within(language, unwanted)?;
                }
            }
            if is_settled {
                return Ok(State::Settled);
            }
            if is_open {
                open.push(atom);
            }
        }
        Ok(State::Open(open))
    }

    fn avoid(
        &mut self,
        residual: &mut Residual,
        negative: usize,
        atom: usize,
    ) -> Result<(), Exhausted> {
        let own = self.negatives.get(negative);
        match own.and_then(|own| own.atoms.get(atom)) {
            Some((slot, lang)) => residual.exclude(self.space, *slot, *lang),
            None => Ok(()),
        }
    }
}
