//! Automata as patterns and grammars describe them.

use claimgate_providers::grammar::{CharSet, Words};

use super::alphabet::contains;
use super::token::Token;

/// An automaton that may be in several states at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Nfa {
    pub(super) starts: Vec<u32>,
    pub(super) states: Vec<State>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) edges: Vec<(Label, u32)>,
    /// The state that this one is as good as.
    pub(super) skip: Option<u32>,
    pub(super) is_accepting: bool,
}

/// Whether a grammar's words may have a character.
pub(crate) fn may_have(words: &Words, c: char) -> bool {
    match words {
        Words::Name { first, rest } => contains(first, c) || contains(rest, c),
        Words::Path(set) => contains(set, c) || c == '/',
        Words::OneOf(texts) => texts.iter().any(|text| text.contains(c)),
        Words::Integer => c == '-' || c.is_ascii_digit(),
        Words::Ending(set, ends) => contains(set, c) || ends.iter().any(|end| end.contains(c)),
        Words::After(starts, rest) => {
            starts.iter().any(|start| start.contains(c)) || may_have(rest, c)
        }
        Words::Either(kinds) => kinds.iter().any(|kind| may_have(kind, c)),
        Words::Except(set, _) => contains(set, c),
        _ => true,
    }
}

/// The characters of an edge.
#[derive(Clone, Copy, Debug)]
pub(super) enum Label {
    Char(char),
    Set(CharSet),
    /// Those of a set but one.
    Without(CharSet, char),
    Any,
}

impl Nfa {
    /// The texts that one of the patterns matches.
    pub(super) fn of_patterns(patterns: &[Vec<Token>]) -> Self {
        let mut nfa = Self::default();
        patterns.iter().for_each(|pattern| nfa.pattern(pattern));
        nfa
    }

    /// The texts of a grammar.
    pub(super) fn of_words(words: &Words) -> Self {
        let mut nfa = Self::default();
        match words {
            Words::Name { first, rest } => {
                nfa.add(false, &[(Label::Set(first), 1)]);
                nfa.add(true, &[(Label::Set(rest), 1)]);
            }
            Words::Path(set) => {
                nfa.add(false, &[(Label::Set(set), 1)]);
                nfa.add(true, &[(Label::Set(set), 1), (Label::Char('/'), 0)]);
            }
            Words::OneOf(texts) => {
                for text in *texts {
                    nfa.pattern(&super::token::literal(text));
                }
                return nfa;
            }
            Words::Further(c) => {
                nfa.add(true, &[(Label::Char(*c), 1)]);
                nfa.add(true, &[(Label::Any, 1)]);
            }
            Words::Integer => {
                let (first, rest): (CharSet, CharSet) = (&[('1', '9')], &[('0', '9')]);
                let minus = (Label::Char('-'), 2);
                nfa.add(
                    false,
                    &[(Label::Char('0'), 3), (Label::Set(first), 1), minus],
                );
                nfa.add(true, &[(Label::Set(rest), 1)]);
                nfa.add(false, &[(Label::Set(first), 1)]);
                nfa.add(true, &[]);
            }
            Words::Ending(set, ends) => {
                nfa.add(false, &[(Label::Set(set), 1)]);
                nfa.add(false, &[(Label::Set(set), 1)]);
                ends.iter().for_each(|end| nfa.end(1, end));
            }
            Words::After(starts, rest) => {
                starts.iter().for_each(|start| nfa.after(start, rest));
                return nfa;
            }
            Words::Either(kinds) => {
                for kind in *kinds {
                    let starts = nfa.append(Self::of_words(kind));
                    nfa.starts.extend(starts);
                }
                return nfa;
            }
            Words::Except(set, text) => nfa.except(set, text),
            // Any text, and whatever else there will be: too much rather than too little.
            _ => nfa.add(true, &[(Label::Any, 0)]),
        }
        nfa.starts.push(0);
        nfa
    }

    fn add(&mut self, is_accepting: bool, edges: &[(Label, u32)]) {
        self.states.push(State {
            edges: edges.to_vec(),
            skip: None,
            is_accepting,
        });
    }

    /// Adds states for a text that goes on from a state and ends.
    fn end(&mut self, from: usize, text: &str) {
        let mut from = from;
        for c in text.chars() {
            let next = self.states.len();
            let edge = (Label::Char(c), u32::try_from(next).unwrap_or(u32::MAX));
            self.states
                .get_mut(from)
                .into_iter()
                .for_each(|state| state.edges.push(edge));
            self.add(false, &[]);
            from = next;
        }
        if let Some(last) = self.states.get_mut(from) {
            last.is_accepting = true;
        }
    }

    /// Adds the states of another automaton; returns those that it may start in.
    fn append(&mut self, other: Self) -> Vec<u32> {
        let first = self.next();
        for mut state in other.states {
            state.edges.iter_mut().for_each(|(_, next)| *next += first);
            state.skip = state.skip.map(|next| next + first);
            self.states.push(state);
        }
        other.starts.iter().map(|at| at + first).collect()
    }

    /// Adds a text and words after it.
    fn after(&mut self, start: &str, rest: &Words) {
        self.starts.push(self.next());
        let mut chars = start.chars().peekable();
        while let Some(c) = chars.next() {
            let next = self.next() + 1;
            self.add(false, &[(Label::Char(c), next)]);
            if chars.peek().is_none() {
                let last = self.states.len() - 1;
                let starts = self.append(Self::of_words(rest));
                if let Some(state) = self.states.get_mut(last) {
                    state.edges = starts.iter().map(|at| (Label::Char(c), *at)).collect();
                }
            }
        }
    }

    /// Adds states for all texts of a set's characters but one text and the empty one.
    fn except(&mut self, set: CharSet, text: &str) {
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let free = length + 1;
        for (at, c) in (0..).zip(text.chars()) {
            let other = (Label::Without(set, c), free);
            self.add(at > 0, &[(Label::Char(c), at + 1), other]);
        }
        self.add(false, &[(Label::Set(set), free)]);
        self.add(true, &[(Label::Set(set), free)]);
    }

    /// The number of the next state.
    fn next(&self) -> u32 {
        u32::try_from(self.states.len()).unwrap_or(u32::MAX)
    }

    fn pattern(&mut self, tokens: &[Token]) {
        let mut at = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        self.starts.push(at);
        for token in tokens {
            let next = at + 1;
            let (edge, skip) = match token {
                Token::Char(c) => ((Label::Char(*c), next), None),
                Token::One => ((Label::Any, next), None),
                Token::Optional => ((Label::Any, next), Some(next)),
                Token::Many => ((Label::Any, at), Some(next)),
            };
            self.add(false, &[edge]);
            if let Some(state) = self.states.last_mut() {
                state.skip = skip;
            }
            at = next;
        }
        self.add(true, &[]);
    }

    pub(super) fn state(&self, at: u32) -> Option<&State> {
        self.states.get(at as usize)
    }

    /// Adds a state, and those that it is as good as, to a sorted list.
    pub(super) fn reach(&self, at: u32, into: &mut Vec<u32>) {
        let mut next = Some(at);
        while let Some(at) = next {
            let Err(place) = into.binary_search(&at) else {
                return;
            };
            into.insert(place, at);
            next = self.state(at).and_then(|state| state.skip);
        }
    }

    /// All states that it may start in.
    pub(super) fn start(&self) -> Vec<u32> {
        let mut all = Vec::new();
        self.starts.iter().for_each(|at| self.reach(*at, &mut all));
        all
    }

    pub(super) fn is_accepting(&self, set: &[u32]) -> bool {
        let mut states = set.iter().filter_map(|at| self.state(*at));
        states.any(|state| state.is_accepting)
    }
}
