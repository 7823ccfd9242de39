//! Builds deterministic automata state by state.

use std::collections::HashMap;
use std::hash::Hash;

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

/// Something that says where each class of characters leads from a state.
pub(super) trait Expand {
    type State: Clone + Eq + Hash;

    /// The state to start in, if any text can be accepted.
    fn start(&self) -> Option<Self::State>;

    fn is_accepting(&self, state: &Self::State) -> bool;

    /// Lists states, and writes for each class the place of the one that it leads to in that list;
    /// [`DEAD`] if to none.
    fn expand(&self, state: &Self::State, to: &mut Vec<Self::State>, classes: &mut [u16]);
}

/// All states that can be reached.
pub(super) fn explore<E: Expand>(
    expand: &E,
    width: usize,
    budget: &mut Budget,
) -> Result<Raw, Exhausted> {
    let mut numbers: HashMap<E::State, u16> = HashMap::new();
    let mut queue: Vec<E::State> = Vec::new();
    let mut raw = Raw {
        width,
        next: Vec::new(),
        accepting: Vec::new(),
    };
    if let Some(start) = expand.start() {
        numbers.insert(start.clone(), 0);
        queue.push(start);
    }
    let (mut to, mut classes, mut at) = (Vec::new(), vec![DEAD; width], 0);
    while let Some(state) = queue.get(at).cloned() {
        budget.step(width)?;
        raw.accepting.push(expand.is_accepting(&state));
        to.clear();
        classes.fill(DEAD);
        expand.expand(&state, &mut to, &mut classes);
        let mut places = Vec::with_capacity(to.len());
        for state in to.drain(..) {
            let new = u16::try_from(queue.len()).unwrap_or(DEAD);
            let number = *numbers.entry(state.clone()).or_insert(new);
            if number == new {
                queue.push(state);
            }
            places.push(number);
        }
        if queue.len() > budget.max_states {
            return Err(Exhausted::States);
        }
        let place = |class: &u16| places.get(usize::from(*class)).copied().unwrap_or(DEAD);
        raw.next.extend(classes.iter().map(place));
        at += 1;
    }
    Ok(raw)
}

/// The sets of states of an automaton that may be in several.
pub(super) struct Subsets<'a> {
    pub(super) nfa: &'a Nfa,
    pub(super) alphabet: &'a Alphabet,
}

impl Expand for Subsets<'_> {
    type State = Vec<u32>;

    fn start(&self) -> Option<Vec<u32>> {
        Some(self.nfa.start()).filter(|set| !set.is_empty())
    }

    fn is_accepting(&self, state: &Vec<u32>) -> bool {
        self.nfa.is_accepting(state)
    }

    fn expand(&self, state: &Vec<u32>, to: &mut Vec<Vec<u32>>, classes: &mut [u16]) {
        let states = || state.iter().filter_map(|at| self.nfa.state(*at));
        let edges = || states().flat_map(|state| &state.edges);
        // Where every character leads, and where some lead besides.
        let mut all = Vec::new();
        let mut some: Vec<(u16, u32)> = Vec::new();
        for (label, next) in edges() {
            match label {
                Label::Any => self.nfa.reach(*next, &mut all),
                Label::Char(c) => some.extend(self.alphabet.class(*c).map(|class| (class, *next))),
                Label::Set(set) => {
                    some.extend(self.alphabet.classes(set).map(|class| (class, *next)));
                }
            }
        }
        if !all.is_empty() {
            to.push(all.clone());
            classes.fill(0);
        }
        some.sort_unstable();
        for group in some.chunk_by(|a, b| a.0 == b.0) {
            let mut set = all.clone();
            for (_, next) in group {
                self.nfa.reach(*next, &mut set);
            }
            let class = group
                .first()
                .and_then(|(class, _)| classes.get_mut(usize::from(*class)));
            if let Some(class) = class {
                *class = u16::try_from(to.len()).unwrap_or(DEAD);
            }
            to.push(set);
        }
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

impl Pairs<'_> {
    /// Whether no text is accepted from here on.
    fn is_over(&self, (first, second): (u16, u16)) -> bool {
        first == DEAD
            || (self.both && second == DEAD)
            || (!self.both && Some(second) == self.second.full())
    }
}

impl Expand for Pairs<'_> {
    type State = (u16, u16);

    fn start(&self) -> Option<(u16, u16)> {
        Some((self.first.start(), self.second.start())).filter(|pair| !self.is_over(*pair))
    }

    fn is_accepting(&self, (first, second): &(u16, u16)) -> bool {
        self.first.is_accepting(*first) && self.second.is_accepting(*second) == self.both
    }

    fn expand(&self, (first, second): &(u16, u16), to: &mut Vec<(u16, u16)>, classes: &mut [u16]) {
        for (class, place) in classes.iter_mut().enumerate() {
            let pair = (
                self.first.step(*first, class),
                self.second.step(*second, class),
            );
            if self.is_over(pair) {
                continue;
            }
            let known = to.iter().rposition(|other| *other == pair);
            let known = known.unwrap_or_else(|| {
                to.push(pair);
                to.len() - 1
            });
            *place = u16::try_from(known).unwrap_or(DEAD);
        }
    }
}

/// Whether some text is accepted. Stops at the first one.
pub(super) fn is_empty(
    pairs: &Pairs<'_>,
    width: usize,
    budget: &mut Budget,
) -> Result<bool, Exhausted> {
    let mut seen = std::collections::HashSet::new();
    let mut open: Vec<(u16, u16)> = pairs.start().into_iter().collect();
    let (mut to, mut classes) = (Vec::new(), vec![DEAD; width]);
    while let Some(pair) = open.pop() {
        if pairs.is_accepting(&pair) {
            return Ok(false);
        }
        budget.step(width)?;
        to.clear();
        pairs.expand(&pair, &mut to, &mut classes);
        open.extend(to.drain(..).filter(|pair| seen.insert(*pair)));
    }
    Ok(true)
}
