//! Builds deterministic automata state by state.

use std::rc::Rc;

use claimgate::sorted::sorted;
use rustc_hash::{FxHashMap, FxHashSet};

use super::alphabet::Alphabet;
use super::budget::{Budget, Exhausted};
use super::dfa::{DEAD, Dfa};
use super::nfa::{Label, Nfa};

/// An automaton before it is reduced.
pub(super) struct Raw {
    pub(super) width: usize,
    pub(super) next: Vec<u16>,
    pub(super) accepting: Vec<bool>,
}

impl Raw {
    fn new(width: usize) -> Self {
        Self {
            width,
            next: Vec::new(),
            accepting: Vec::new(),
        }
    }
}

/// The sets of states that an automaton may be in.
pub(super) fn subsets(
    nfa: &Nfa,
    alphabet: &Alphabet,
    budget: &mut Budget,
) -> Result<Raw, Exhausted> {
    let mut numbers: FxHashMap<Rc<[u32]>, u16> = FxHashMap::default();
    let mut queue: Vec<Rc<[u32]>> = Vec::new();
    let mut raw = Raw::new(alphabet.len());
    let start = nfa.start();
    if !start.is_empty() {
        let start: Rc<[u32]> = start.into();
        numbers.insert(start.clone(), 0);
        queue.push(start);
    }
    let mut to = Vec::new();
    let mut at = 0;
    while let Some(state) = queue.get(at).cloned() {
        budget.step(raw.width)?;
        raw.accepting.push(nfa.is_accepting(&state));
        let row = raw.next.len();
        raw.next.resize(row + raw.width, DEAD);
        leads(nfa, alphabet, &state, &mut to);
        for (class, set) in to.drain(..) {
            let number = numbers.get(set.as_slice()).copied().unwrap_or_else(|| {
                let new = u16::try_from(queue.len()).unwrap_or(DEAD);
                let set: Rc<[u32]> = set.into();
                numbers.insert(set.clone(), new);
                queue.push(set);
                new
            });
            let cells = raw.next.get_mut(row..).unwrap_or_default();
            match class {
                Some(class) => cells
                    .get_mut(usize::from(class))
                    .into_iter()
                    .for_each(|cell| *cell = number),
                None => cells.fill(number),
            }
        }
        if queue.len() > budget.max_states {
            return Err(Exhausted::States);
        }
        at += 1;
    }
    Ok(raw)
}

/// Where all characters lead from a set of states, if anywhere, then where those of some classes lead.
fn leads(nfa: &Nfa, alphabet: &Alphabet, state: &[u32], to: &mut Vec<(Option<u16>, Vec<u32>)>) {
    let mut all = Vec::new();
    let mut some: Vec<(u16, u32)> = Vec::new();
    let states = state.iter().filter_map(|at| nfa.state(*at));
    for (label, next) in states.flat_map(|state| &state.edges) {
        match label {
            Label::Any => nfa.reach(*next, &mut all),
            Label::Char(c) => some.extend(alphabet.class(*c).map(|class| (class, *next))),
            Label::Set(set) => some.extend(alphabet.classes(set).map(|class| (class, *next))),
            Label::Without(set, c) => {
                let not = alphabet.class(*c);
                let classes = alphabet.classes(set).filter(|class| Some(*class) != not);
                some.extend(classes.map(|class| (class, *next)));
            }
        }
    }
    let some = sorted(some);
    if !all.is_empty() {
        to.push((None, all.clone()));
    }
    for group in some.chunk_by(|a, b| a.0 == b.0) {
        let mut set = all.clone();
        group
            .iter()
            .for_each(|(_, next)| nfa.reach(*next, &mut set));
        to.extend(group.first().map(|(class, _)| (Some(*class), set)));
    }
}

/// Pairs of states of two automata: of the texts that the first accepts, those that the second
/// accepts (or does not).
pub(super) struct Pairs<'a> {
    pub(super) first: &'a Dfa,
    pub(super) second: &'a Dfa,
    /// Whether the second one has to accept.
    pub(super) both: bool,
}

type Pair = (u16, u16);

impl Pairs<'_> {
    /// Whether no text is accepted from here on.
    fn is_over(&self, (first, second): Pair) -> bool {
        first == DEAD
            || (self.both && second == DEAD)
            || (!self.both && Some(second) == self.second.full())
    }

    fn start(&self) -> Option<Pair> {
        Some((self.first.start(), self.second.start())).filter(|pair| !self.is_over(*pair))
    }

    fn is_accepting(&self, (first, second): Pair) -> bool {
        self.first.is_accepting(first) && self.second.is_accepting(second) == self.both
    }

    /// Where the classes lead that lead to something.
    fn leads(&self, (first, second): Pair) -> impl Iterator<Item = (usize, Pair)> {
        let (firsts, seconds) = (self.first.row(first), self.second.row(second));
        let pairs = firsts.iter().enumerate().map(move |(class, first)| {
            let second = seconds.get(class).copied().unwrap_or(DEAD);
            (class, (*first, second))
        });
        pairs.filter(|(_, pair)| !self.is_over(*pair))
    }
}

/// All pairs that can be reached.
pub(super) fn product(pairs: &Pairs<'_>, budget: &mut Budget) -> Result<Raw, Exhausted> {
    let mut numbers: FxHashMap<Pair, u16> = FxHashMap::default();
    let mut queue: Vec<Pair> = pairs.start().into_iter().collect();
    numbers.extend(queue.iter().map(|start| (*start, 0)));
    let mut raw = Raw::new(pairs.first.width());
    let mut at = 0;
    while let Some(pair) = queue.get(at).copied() {
        budget.step(raw.width)?;
        raw.accepting.push(pairs.is_accepting(pair));
        let row = raw.next.len();
        raw.next.resize(row + raw.width, DEAD);
        let cells = raw.next.get_mut(row..).unwrap_or_default();
        // Most classes lead where the one before leads.
        let mut last = None;
        for (class, next) in pairs.leads(pair) {
            let number = match last {
                Some((known, number)) if known == next => number,
                _ => *numbers.entry(next).or_insert_with(|| {
                    queue.push(next);
                    u16::try_from(queue.len() - 1).unwrap_or(DEAD)
                }),
            };
            last = Some((next, number));
            if let Some(cell) = cells.get_mut(class) {
                *cell = number;
            }
        }
        if queue.len() > budget.max_states {
            return Err(Exhausted::States);
        }
        at += 1;
    }
    Ok(raw)
}

/// Whether no text is accepted. Stops at the first one that is.
pub(super) fn is_empty(pairs: &Pairs<'_>, budget: &mut Budget) -> Result<bool, Exhausted> {
    let mut seen: FxHashSet<Pair> = FxHashSet::default();
    let mut open: Vec<Pair> = pairs.start().into_iter().collect();
    seen.extend(&open);
    while let Some(pair) = open.pop() {
        if pairs.is_accepting(pair) {
            return Ok(false);
        }
        budget.step(pairs.first.width())?;
        let mut last = None;
        for (_, next) in pairs.leads(pair) {
            if last != Some(next) && seen.insert(next) {
                open.push(next);
            }
            last = Some(next);
        }
    }
    Ok(true)
}
