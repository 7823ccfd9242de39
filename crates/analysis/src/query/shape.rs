//! The forms of tokens.

use std::rc::Rc;

use claimgate_providers::grammar::ClaimKind;
use rustc_hash::FxHashMap;

use super::bits::Bits;
use super::cube::{PathId, Rule};
use super::present::Present;
use crate::automaton::{Exhausted, LangId, Segment};

/// The most ways in which all cubes that must not hold can hold.
pub(super) const MAX_NEGATIVES: usize = 50_000;

/// One form of tokens.
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) when: &'static str,
    pub(super) claims: FxHashMap<PathId, ClaimInfo>,
    /// The claims that are always there, in the grammar's order.
    pub(super) always: Vec<PathId>,
    /// The claims that tokens of this shape have in a form of their own, in the grammar's order.
    pub(super) own: Vec<PathId>,
    /// The slots of claims that may have several values.
    pub(super) many: Bits,
    /// The claims that are always there, once all of them are known.
    pub(super) present: Option<Rc<Present>>,
    /// The ways in which values can match, by path and pattern.
    pub(super) divided: FxHashMap<Rule, Result<Rc<[Way]>, Exhausted>>,
    /// The ways in which all rules of cubes can hold, by the number of their rules.
    pub(super) expanded: Vec<Option<Result<Rc<[Atoms]>, Exhausted>>>,
}

#[derive(Clone)]
pub(super) struct ClaimInfo {
    pub(super) segments: Rc<[Segment]>,
    pub(super) is_many: bool,
    pub(super) kind: ClaimKind,
}

impl ClaimInfo {
    /// The slots that it consists of.
    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Part(slot) => Some(*slot),
            Segment::Text(_) => None,
        })
    }
}

/// What parts of claims have to match, each pair once.
pub(super) type Atoms = Rc<[(usize, LangId)]>;

/// A way in which a claim's value can match a pattern.
#[derive(Clone)]
pub(super) struct Way {
    /// What each part has to match.
    pub(super) parts: Vec<(usize, LangId)>,
    /// The part whose grammar has no such text.
    pub(super) impossible: Option<usize>,
}

impl Shape {
    pub(super) fn new(name: &'static str, when: &'static str) -> Self {
        Self {
            name,
            when,
            claims: FxHashMap::default(),
            always: Vec::new(),
            own: Vec::new(),
            many: Bits::default(),
            present: None,
            divided: FxHashMap::default(),
            expanded: Vec::new(),
        }
    }

    /// Adds a claim, or a part of claims.
    pub(super) fn add(&mut self, path: PathId, info: ClaimInfo) {
        if info.is_many {
            info.slots().for_each(|slot| {
                self.many.insert(slot);
            });
        }
        self.claims.insert(path, info);
    }
}
