//! Why no token is as required.

use std::rc::Rc;

use claimgate::sorted::distinct;
use rustc_hash::FxHashSet;

use super::cube::PathId;
use super::shape::Atoms;

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
    pub(super) atoms: Atoms,
}

#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// Tokens of this shape do not have the claim.
    Absent(PathId),
    /// One claim would be a scalar and an object.
    Conflict(PathId, PathId),
    /// The rule at this place holds on no token of this shape, whatever else is required.
    Never { rule: usize },
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
    /// One of its atoms has to: the first one that does, so that the slots of those before it match, if
    /// they have one value. None for those that cannot.
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
                let negative = in_shape.negatives.get(negative);
                all.extend(negative.map(|negative| negative.cube));
            };
            in_shape.tree.negatives(&mut add, &mut FxHashSet::default());
        }
        distinct(all)
    }
}

/// Nodes that were visited: branches share them.
type Seen = FxHashSet<*const Node>;

impl Tree {
    fn negatives(&self, add: &mut impl FnMut(usize), seen: &mut Seen) {
        match self {
            Self::Ways { children, .. } => {
                children.iter().for_each(|child| child.negatives(add, seen));
            }
            Self::Search(node) => node.negatives(add, seen),
            Self::Absent(_) | Self::Conflict(..) | Self::Never { .. } | Self::Empty { .. } => {}
        }
    }
}

impl Node {
    fn negatives(self: &Rc<Self>, add: &mut impl FnMut(usize), seen: &mut Seen) {
        if !seen.insert(Rc::as_ptr(self)) {
            return;
        }
        self.units.iter().for_each(|unit| add(unit.negative));
        match &self.end {
            End::Closed { negative } => add(*negative),
            End::Branch { negative, children } => {
                add(*negative);
                let children = children.iter().flatten();
                children.for_each(|child| child.negatives(add, seen));
            }
        }
    }
}
