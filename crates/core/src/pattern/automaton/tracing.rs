//! Values traced through an automaton: how far they match, forward and backward.

use super::{Automaton, BITS, Meter, has};
use crate::pattern::Item;
use crate::pattern::trace::Reach;

/// A value traced through an automaton and the reverse of it.
pub(in crate::pattern) struct Tracing<'a> {
    items: &'a [Item],
    value: &'a [char],
    automaton: Automaton,
    suffixes: Option<Suffixes<'a>>,
    pub(in crate::pattern) steps: u64,
}

impl<'a> Tracing<'a> {
    pub(in crate::pattern) fn new(items: &'a [Item], value: &'a [char]) -> Self {
        Self {
            items,
            value,
            automaton: Automaton::of(items.iter().map(|item| item.token)),
            suffixes: None,
            steps: 0,
        }
    }

    /// Calls `visit` with each offset and the states there, until it returns false.
    fn forward(&mut self, mut visit: impl FnMut(usize, &[u64]) -> bool) {
        let mut states = vec![0; self.automaton.words.len()];
        self.automaton.begin(&mut states);
        for (offset, c) in self.value.iter().enumerate() {
            self.steps.add(states.len());
            if !visit(offset, &states) || !self.automaton.step(&mut states, *c) {
                return;
            }
        }
        self.steps.add(states.len());
        visit(self.value.len(), &states);
    }
}

impl Reach for Tracing<'_> {
    fn furthest(&mut self) -> (usize, usize, usize) {
        let mut furthest = (0, 0, 0);
        self.forward(|offset, states| {
            match highest(states) {
                Some(state) if state > furthest.0 => furthest = (state, offset, offset),
                Some(state) if state == furthest.0 => furthest.2 = offset,
                _ => {}
            }
            true
        });
        furthest
    }

    fn first_offset(&mut self, state: usize) -> usize {
        let mut first = 0;
        self.forward(|offset, states| {
            first = offset;
            !has(states, state)
        });
        first
    }

    fn accepts(&mut self, index: usize, offset: usize) -> bool {
        let (Some(state), Some(back)) = (
            self.items.len().checked_sub(index),
            self.value.len().checked_sub(offset),
        ) else {
            return false;
        };
        let suffixes = self
            .suffixes
            .get_or_insert_with(|| Suffixes::new(self.items, self.value, &mut self.steps));
        has(suffixes.at(back, &mut self.steps), state)
    }
}

/// The states of the reversed tokens after each suffix of the value. Those of some lengths are
/// stored; those in between are computed again, one block at a time, so that they take memory
/// for twice the root of the value's length.
struct Suffixes<'a> {
    automaton: Automaton,
    value: &'a [char],
    /// Characters of a block.
    stride: usize,
    /// The states at the lengths that are multiples of the stride.
    stored: Vec<u64>,
    /// The length that the block begins with.
    start: usize,
    /// The states at the lengths of one block, and at the first length of the next.
    block: Vec<u64>,
}

impl<'a> Suffixes<'a> {
    fn new(items: &[Item], value: &'a [char], meter: &mut impl Meter) -> Self {
        let automaton = Automaton::of(items.iter().rev().map(|item| item.token));
        let stride = value.len().isqrt() + 1;
        let mut states = vec![0; automaton.words.len()];
        automaton.begin(&mut states);
        let mut stored = Vec::with_capacity(states.len() * (value.len() / stride + 1));
        for (length, c) in value.iter().rev().enumerate() {
            if length.is_multiple_of(stride) {
                stored.extend_from_slice(&states);
            }
            meter.add(states.len());
            automaton.step(&mut states, *c);
        }
        if value.len().is_multiple_of(stride) {
            stored.extend_from_slice(&states);
        }
        Self {
            automaton,
            value,
            stride,
            stored,
            start: usize::MAX,
            block: Vec::new(),
        }
    }

    /// The states after the last `length` characters.
    fn at(&mut self, length: usize, meter: &mut impl Meter) -> &[u64] {
        let words = self.automaton.words.len();
        let is_here = length
            .checked_sub(self.start)
            .is_some_and(|within| within <= self.stride);
        if !is_here {
            self.load(length / self.stride, meter);
        }
        let place = length.saturating_sub(self.start) * words;
        self.block.get(place..place + words).unwrap_or_default()
    }

    fn load(&mut self, block: usize, meter: &mut impl Meter) {
        let words = self.automaton.words.len();
        self.start = block * self.stride;
        let stored = self.stored.get(block * words..(block + 1) * words);
        let mut states = stored.unwrap_or_default().to_vec();
        self.block.clear();
        self.block.extend_from_slice(&states);
        for c in self.value.iter().rev().skip(self.start).take(self.stride) {
            meter.add(words);
            self.automaton.step(&mut states, *c);
            self.block.extend_from_slice(&states);
        }
    }
}

/// The highest of the states.
fn highest(states: &[u64]) -> Option<usize> {
    let index = states.iter().rposition(|word| *word != 0)?;
    let word = states.get(index)?;
    Some(index * BITS + word.ilog2() as usize)
}
