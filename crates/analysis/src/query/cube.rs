//! Conjunctions of rules.

use std::rc::Rc;

use crate::automaton::LangId;

/// The number of a claim path, of a part of claims, or of the name of the requested team.
pub(crate) type PathId = usize;

/// A path, and the language of which a value has to be.
pub(crate) type Rule = (PathId, LangId);

/// The number of a list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RulesId(pub(super) usize);

/// Rules that hold together, or not. [`Space::cube`] makes one.
#[derive(Clone, Debug)]
pub(crate) struct Cube {
    pub(crate) rules: Rc<[Rule]>,
    pub(crate) origin: Origin,
    pub(super) id: RulesId,
}

/// Where a cube comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A policy of the set with that number.
    Policy { set: usize, index: usize },
    /// Two allows of a set that give different roles.
    Roles {
        set: usize,
        first: usize,
        second: usize,
    },
    /// The audiences of a set's issuer.
    Audiences { set: usize },
    /// What no token is like, by the facts.
    Facts,
    /// A question about tokens of some kind.
    Question,
    /// What is one's own, which a class of outsiders leaves out.
    Own,
}

impl Origin {
    /// The policies of a set that it stands for.
    pub(crate) fn policies(self, of: usize) -> Vec<usize> {
        match self {
            Self::Policy { set, index } if set == of => vec![index],
            Self::Roles { set, first, second } if set == of => vec![first, second],
            _ => Vec::new(),
        }
    }
}
