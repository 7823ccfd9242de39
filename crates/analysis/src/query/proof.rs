//! Why no token is as required.

use std::rc::Rc;

use super::cube::PathId;
use crate::automaton::LangId;

/// For each shape of tokens, why none of them is as required.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refutation {
    pub(super) shapes: Vec<InShape>,
}

/// Why no token of a shape is as required.
#[derive(Clone, Debug)]
pub(super) struct InShape {
    pub(super) shape: usize,
    pub(super) tree: Tree,
    /// What must not hold, in parts of claims.
    pub(super) negatives: Rc<[Negative]>,
}

/// One way in which a cube that must not hold can hold.
#[derive(Clone, Debug)]
pub(super) struct Negative {
    /// The place of the cube in the query.
    pub(super) cube: usize,
    /// What the parts would match.
    pub(super) atoms: Vec<(usize, LangId)>,
}

#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// Tokens of this shape do not have the claim.
    Absent(PathId),
    /// One claim would be a scalar and an object.
    Conflict(PathId, PathId),
    /// The ways in which the rule at this place can hold.
    Ways { rule: usize, children: Vec<Tree> },
    /// Nothing that a slot can have is as required.
    Empty { slot: usize },
    /// Whatever the slots have, a cube holds that must not.
    Search(Rc<Node>),
}

/// First each of the units, in this order, then the end.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) units: Vec<Unit>,
    pub(super) end: End,
}

/// A negative that only one of its atoms can keep from holding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) negative: usize,
    pub(super) atom: usize,
}

#[derive(Clone, Debug)]
pub(super) enum End {
    /// None of its atoms can keep this negative from holding.
    Closed { negative: usize },
    /// One of its atoms has to; none for those that cannot.
    Branch {
        negative: usize,
        children: Vec<Option<Rc<Node>>>,
    },
}

impl Refutation {
    /// The places of the cubes that it rests on, ascending.
    pub(crate) fn cubes(&self) -> Vec<usize> {
        let mut all = Vec::new();
        for in_shape in &self.shapes {
            let mut add = |negative: usize| {
                all.extend(
                    in_shape
                        .negatives
                        .get(negative)
                        .map(|negative| negative.cube),
                );
            };
            in_shape.tree.negatives(&mut add);
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Tree {
    fn negatives(&self, add: &mut impl FnMut(usize)) {
        match self {
            Self::Ways { children, .. } => children.iter().for_each(|child| child.negatives(add)),
            Self::Search(node) => node.negatives(add),
            Self::Absent(_) | Self::Conflict(..) | Self::Empty { .. } => {}
        }
    }
}

impl Node {
    fn negatives(&self, add: &mut impl FnMut(usize)) {
        self.units.iter().for_each(|unit| add(unit.negative));
        match &self.end {
            End::Closed { negative } => add(*negative),
            End::Branch { negative, children } => {
                add(*negative);
                children
                    .iter()
                    .flatten()
                    .for_each(|child| child.negatives(add));
            }
        }
    }
}
