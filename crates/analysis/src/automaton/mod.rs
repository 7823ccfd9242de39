//! Languages of texts: patterns, the words of a grammar, and what remains of them.
//!
//! A pattern is a list of [tokens](Token). The [`Store`] turns it into a deterministic automaton over
//! classes of characters, and combines those. [`covered`] is an independent way to decide whether
//! patterns cover each other, to check what the store says.

mod alphabet;
mod antichain;
mod budget;
mod dfa;
mod explore;
mod nfa;
mod reduce;
mod store;
mod template;
mod token;
mod word;

pub(crate) use antichain::{Covering, covered};
pub(crate) use budget::Exhausted;
pub(crate) use nfa::may_have;
pub(crate) use store::{DfaId, EMPTY, LangId, Store, WordsId};
pub(crate) use template::{Segment, ways};
pub(crate) use token::{Token, literal, only_star, tokens};
pub(crate) use word::cheapest;

#[cfg(test)]
mod tests;
