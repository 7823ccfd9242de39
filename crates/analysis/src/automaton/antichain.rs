//! Whether patterns cover each other, without automata that are deterministic or minimal.
//!
//! This checks what the [`Store`](super::Store) says, so it shares nothing with it but the
//! description of patterns and grammars as states and edges: it finds the characters that matter by
//! itself, and follows pairs of one state of what is covered and all states of what covers.

use claimgate::sorted::distinct;
use claimgate_providers::grammar::Words;
use rustc_hash::FxHashMap;

use super::alphabet::{contains, next};
use super::nfa::{Label, Nfa};
use super::token::Token;

/// A question: is every text that all of `each` and `words` accept accepted by one of `by`?
pub(crate) struct Covering<'a> {
    /// Lists of patterns, of each of which one has to match.
    pub(crate) each: &'a [std::rc::Rc<[Vec<Token>]>],
    /// The texts that a grammar admits; all if there is none.
    pub(crate) words: Option<Words>,
    /// Patterns, of which one has to match.
    pub(crate) by: &'a [std::rc::Rc<[Vec<Token>]>],
}

/// Whether it is so; `None` if that takes more than these steps, which it uses up.
pub(crate) fn covered(covering: &Covering<'_>, steps: &mut u64) -> Option<bool> {
    let mut left: Vec<Nfa> = covering
        .each
        .iter()
        .map(|list| Nfa::of_patterns(list))
        .collect();
    left.extend(covering.words.as_ref().map(Nfa::of_words));
    let all: Vec<_> = covering
        .by
        .iter()
        .flat_map(|list| list.iter().cloned())
        .collect();
    let right = Nfa::of_patterns(&all);
    let characters = characters(left.iter().chain([&right]));
    Search {
        left: &left,
        right: &right,
        characters: &characters,
        pairs: Vec::new(),
        smallest: FxHashMap::default(),
        steps,
    }
    .run()
}

/// One state of each automaton of what is covered, and all states of what covers.
type Pair = (Vec<u32>, Vec<u32>);

struct Search<'a> {
    left: &'a [Nfa],
    right: &'a Nfa,
    characters: &'a [char],
    pairs: Vec<Pair>,
    /// For states of what is covered: the smallest sets of states of what covers.
    smallest: FxHashMap<Vec<u32>, Vec<Vec<u32>>>,
    steps: &'a mut u64,
}

impl Search<'_> {
    fn run(mut self) -> Option<bool> {
        let starts: Vec<Vec<u32>> = self.left.iter().map(Nfa::start).collect();
        let right = self.right.start();
        for start in product(&starts) {
            self.add(start, right.clone());
        }
        while let Some((left, right)) = self.pairs.pop() {
            if self.is_accepted(&left) && !self.right.is_accepting(&right) {
                return Some(false);
            }
            match self.required(&left) {
                Some(c) => self.follow(&left, &right, c)?,
                None => {
                    for c in self.characters {
                        self.follow(&left, &right, *c)?;
                    }
                }
            }
        }
        Some(true)
    }

    fn is_accepted(&self, left: &[u32]) -> bool {
        let mut states = self.left.iter().zip(left);
        states.all(|(nfa, at)| nfa.state(*at).is_some_and(|state| state.is_accepting))
    }

    /// The character that one of the states requires, so that all others lead nowhere.
    fn required(&self, left: &[u32]) -> Option<char> {
        let mut states = self.left.iter().zip(left);
        states.find_map(|(nfa, at)| match nfa.state(*at)?.edges.as_slice() {
            [(Label::Char(c), _)] => Some(*c),
            _ => None,
        })
    }

    /// `None` if there are no steps left.
    fn follow(&mut self, left: &[u32], right: &[u32], c: char) -> Option<()> {
        let known = self.smallest.get(left).map_or(0, Vec::len);
        *self.steps = self.steps.checked_sub((1 + right.len() + known) as u64)?;
        let next: Vec<Vec<u32>> = self
            .left
            .iter()
            .zip(left)
            .map(|(nfa, at)| step(nfa, &[*at], c))
            .collect();
        if next.iter().any(Vec::is_empty) {
            return Some(());
        }
        let right = step(self.right, right, c);
        for left in product(&next) {
            self.add(left, right.clone());
        }
        Some(())
    }

    /// Adds a pair, unless a smaller one with the same left side is known.
    fn add(&mut self, left: Vec<u32>, right: Vec<u32>) {
        let known = self.smallest.entry(left.clone()).or_default();
        if known.iter().any(|other| is_subset(other, &right)) {
            return;
        }
        known.retain(|other| !is_subset(&right, other));
        known.push(right.clone());
        self.pairs.push((left, right));
    }
}

fn is_subset(first: &[u32], second: &[u32]) -> bool {
    first.iter().all(|at| second.binary_search(at).is_ok())
}

fn step(nfa: &Nfa, set: &[u32], c: char) -> Vec<u32> {
    let mut all = Vec::new();
    for state in set.iter().filter_map(|at| nfa.state(*at)) {
        for (label, next) in &state.edges {
            let takes = match label {
                Label::Char(own) => *own == c,
                Label::Set(set) => contains(set, c),
                Label::Without(set, not) => *not != c && contains(set, c),
                Label::Any => true,
            };
            if takes {
                nfa.reach(*next, &mut all);
            }
        }
    }
    all
}

/// All ways to take one of each list.
fn product(lists: &[Vec<u32>]) -> Vec<Vec<u32>> {
    lists.iter().fold(vec![Vec::new()], |all, list| {
        let with = |way: &Vec<u32>| {
            let way = way.clone();
            list.iter().map(move |at| [way.as_slice(), &[*at]].concat())
        };
        all.iter().flat_map(with).collect()
    })
}

/// At least one character of every kind that the automata tell apart: kinds are intervals that begin
/// at a character of an edge, or after one.
fn characters<'a>(automata: impl Iterator<Item = &'a Nfa>) -> Vec<char> {
    let mut all = vec!['\0'];
    for (label, _) in automata
        .flat_map(|nfa| &nfa.states)
        .flat_map(|state| &state.edges)
    {
        match label {
            Label::Char(c) => all.extend([Some(*c), next(*c)].into_iter().flatten()),
            Label::Set(set) => {
                let bounds = set.iter().flat_map(|(low, high)| [Some(*low), next(*high)]);
                all.extend(bounds.flatten());
            }
            Label::Without(set, c) => {
                let bounds = set.iter().flat_map(|(low, high)| [Some(*low), next(*high)]);
                all.extend(bounds.chain([Some(*c), next(*c)]).flatten());
            }
            Label::Any => {}
        }
    }
    distinct(all)
}
