//! Patterns matched by an automaton whose states are bits: one step handles 64 states.
//!
//! State `i` means that the first `i` tokens have matched. A character moves states forward by a
//! shift, a `*` keeps its state, and a token that may match nothing is skipped by a carry of an
//! addition: extended Shift-And (G. Navarro and M. Raffinot, *Flexible Pattern Matching in Strings*,
//! 2002, section 4.2). Matching takes one step per 64 tokens and character, whatever the pattern is.

pub(super) mod tracing;

use super::{MAX_PATTERN_CHARS, Token};
use crate::sorted::sorted;

/// The states of one word.
const BITS: usize = u64::BITS as usize;

/// Words that the states of the longest pattern take.
const MAX_WORDS: usize = MAX_PATTERN_CHARS / BITS + 1;

/// Receives the number of steps that matching takes. A step handles one word of states, or compares
/// a few characters.
pub(crate) trait Meter {
    fn add(&mut self, steps: usize);
}

/// Counts nothing, at no cost.
impl Meter for () {
    fn add(&mut self, _: usize) {}
}

impl Meter for u64 {
    fn add(&mut self, steps: usize) {
        *self = self.saturating_add(steps as Self);
    }
}

/// A pattern's tokens as transitions between states.
#[derive(Clone, Debug)]
pub(super) struct Automaton {
    words: Box<[Word]>,
    /// For each ASCII character its row; 0 if the pattern does not name it.
    ascii: [u8; 128],
    /// The other characters that the pattern names, ascending.
    others: Box<[u64]>,
    /// Where in `masks` each row ends; row 0 is empty.
    rows: Box<[u32]>,
    masks: Box<[Mask]>,
    /// The state after all tokens.
    last: usize,
}

/// The transitions to the states of one word.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// States that any character leads to.
    any: u64,
    /// States that any character keeps.
    kept: u64,
    /// States whose next token may match nothing.
    skipped: u64,
}

/// States of one word that a certain character leads to.
#[derive(Clone, Copy, Debug)]
struct Mask {
    word: usize,
    states: u64,
}

impl Word {
    /// Moves the states by one character; `named` are the states that it leads to because the
    /// pattern names it. `moved` and `carry` go from one word to the next.
    #[inline]
    fn step(self, states: u64, named: u64, moved: &mut u64, carry: &mut bool) -> u64 {
        let entered = (states << 1 | *moved) & (self.any | named);
        *moved = states >> (BITS - 1);
        self.skip(entered | states & self.kept, carry)
    }

    /// Adds the states that skipping tokens leads to.
    #[inline]
    fn skip(self, states: u64, carry: &mut bool) -> u64 {
        let (sum, first) = (states & self.skipped).overflowing_add(self.skipped);
        let (sum, second) = sum.overflowing_add(u64::from(*carry));
        *carry = first || second;
        states | (sum ^ self.skipped)
    }
}

impl Automaton {
    pub(super) fn of(tokens: impl ExactSizeIterator<Item = Token>) -> Self {
        let last = tokens.len();
        let mut words = vec![Word::default(); last / BITS + 1];
        let mut named: Vec<(u64, u64)> = Vec::new();
        for (state, token) in tokens.enumerate() {
            let next = state + 1;
            if let Token::Literal(c) = token {
                named.push((c.into(), next as u64));
            }
            let word = words.get_mut(next / BITS);
            match (token, word) {
                (Token::One | Token::Optional, Some(word)) => word.any |= bit(next),
                (Token::Many, Some(word)) => word.kept |= bit(next),
                _ => {}
            }
            let word = words.get_mut(state / BITS);
            if let (Token::Optional | Token::Many, Some(word)) = (token, word) {
                word.skipped |= bit(state);
            }
        }
        Self {
            words: words.into(),
            last,
            ..Self::naming(&sorted(named))
        }
    }

    /// The rows of characters with the states that they lead to, ascending.
    fn naming(named: &[(u64, u64)]) -> Self {
        let mut ascii = [0; 128];
        let (mut others, mut rows, mut masks) = (Vec::new(), vec![0], Vec::<Mask>::new());
        for run in named.chunk_by(|(one, _), (other, _)| one == other) {
            let start = masks.len();
            for (c, state) in run {
                let state = usize::try_from(*state).unwrap_or_default();
                match masks.get_mut(start..).and_then(<[Mask]>::last_mut) {
                    Some(mask) if mask.word == state / BITS => mask.states |= bit(state),
                    None => {
                        // ASCII characters have the first rows, at most 128.
                        match usize::try_from(*c).ok().and_then(|c| ascii.get_mut(c)) {
                            Some(row) => *row = u8::try_from(rows.len()).unwrap_or_default(),
                            None => others.push(*c),
                        }
                        masks.push(Mask::of(state));
                    }
                    Some(_) => masks.push(Mask::of(state)),
                }
            }
            rows.push(u32::try_from(masks.len()).unwrap_or(u32::MAX));
        }
        Self {
            words: Box::default(),
            ascii,
            others: others.into(),
            rows: rows.into(),
            masks: masks.into(),
            last: 0,
        }
    }

    /// Whether the tokens match the whole of `value`.
    pub(super) fn is_match(&self, value: &str, meter: &mut impl Meter) -> bool {
        if let [word] = *self.words {
            return self.is_match_in(word, value, meter);
        }
        let mut short = [0; MAX_WORDS];
        let mut long = Vec::new();
        let states = match short.get_mut(..self.words.len()) {
            Some(states) => states,
            None => {
                long.resize(self.words.len(), 0);
                long.as_mut_slice()
            }
        };
        self.begin(states);
        meter.add(states.len());
        for c in value.chars() {
            meter.add(states.len());
            if self.is_settled(states) || !self.step(states, c) {
                break;
            }
        }
        has(states, self.last)
    }

    /// The same with all states in one word.
    fn is_match_in(&self, word: Word, value: &str, meter: &mut impl Meter) -> bool {
        let end = bit(self.last);
        let mut states = word.skip(1, &mut false);
        for c in value.chars() {
            if states & end & word.kept != 0 || states == 0 {
                break;
            }
            meter.add(1);
            let named = self.row(c).first().map_or(0, |mask| mask.states);
            states = word.step(states, named, &mut 0, &mut false);
        }
        states & end != 0
    }

    /// The states before the first character.
    fn begin(&self, states: &mut [u64]) {
        let mut carry = false;
        let mut start = 1;
        for (word, states) in self.words.iter().zip(states) {
            *states = word.skip(start, &mut carry);
            start = 0;
        }
    }

    /// Moves the states by one character. Whether there are any left.
    fn step(&self, states: &mut [u64], c: char) -> bool {
        let (mut moved, mut carry, mut all) = (0, false, 0);
        let mut masks = self.row(c).iter().peekable();
        for (index, (word, states)) in self.words.iter().zip(states).enumerate() {
            let mask = masks.next_if(|mask| mask.word == index);
            let named = mask.map_or(0, |mask| mask.states);
            *states = word.step(*states, named, &mut moved, &mut carry);
            all |= *states;
        }
        all != 0
    }

    /// Whether the tokens match whatever follows.
    fn is_settled(&self, states: &[u64]) -> bool {
        has(states, self.last)
            && self
                .words
                .last()
                .is_some_and(|word| word.kept & bit(self.last) != 0)
    }

    #[inline]
    fn row(&self, c: char) -> &[Mask] {
        let row = match self.ascii.get(c as usize) {
            Some(row) => usize::from(*row),
            None => match self.others.binary_search(&c.into()) {
                Ok(index) => self.rows.len() - self.others.len() + index,
                Err(_) => 0,
            },
        };
        let Some(before) = row.checked_sub(1) else {
            return &[];
        };
        let end = |row: usize| self.rows.get(row).map_or(0, |end| *end as usize);
        self.masks.get(end(before)..end(row)).unwrap_or_default()
    }
}

impl Mask {
    fn of(state: usize) -> Self {
        Self {
            word: state / BITS,
            states: bit(state),
        }
    }
}

fn bit(state: usize) -> u64 {
    1 << (state % BITS)
}

fn has(states: &[u64], state: usize) -> bool {
    states
        .get(state / BITS)
        .is_some_and(|word| word & bit(state) != 0)
}
