//! Reduces automata to a normal form.

use std::collections::HashMap;

use super::dfa::{DEAD, Dfa};
use super::explore::Raw;

/// Above this many states an automaton is not minimized, only freed of states that lead nowhere.
const MAX_MINIMIZED: usize = 1_024;

impl Raw {
    fn len(&self) -> usize {
        self.accepting.len()
    }

    fn row(&self, state: usize) -> &[u16] {
        let start = state * self.width;
        self.next.get(start..start + self.width).unwrap_or_default()
    }

    /// The automaton in normal form.
    pub(super) fn reduce(self) -> Dfa {
        let distances = self.distances();
        let blocks = match self.len() <= MAX_MINIMIZED {
            true => self.blocks(&distances),
            false => (0..self.len()).collect(),
        };
        self.numbered(&distances, &blocks)
    }

    /// The length of the shortest text that each state accepts.
    fn distances(&self) -> Vec<Option<u32>> {
        let mut before: Vec<Vec<u16>> = vec![Vec::new(); self.len()];
        for state in 0..self.len() {
            let number = u16::try_from(state).unwrap_or(DEAD);
            for next in self.row(state) {
                if let Some(list) = before.get_mut(usize::from(*next))
                    && list.last() != Some(&number)
                {
                    list.push(number);
                }
            }
        }
        let mut distances: Vec<Option<u32>> = self
            .accepting
            .iter()
            .map(|is_accepting| is_accepting.then_some(0))
            .collect();
        let mut open: Vec<usize> = (0..self.len())
            .filter(|state| self.accepting.get(*state) == Some(&true))
            .collect();
        let mut at = 0;
        while let Some(state) = open.get(at).copied() {
            at += 1;
            let further = distances.get(state).copied().flatten().map(|far| far + 1);
            for from in before.get(state).into_iter().flatten() {
                if let Some(distance) = distances.get_mut(usize::from(*from))
                    && distance.is_none()
                {
                    *distance = further;
                    open.push(usize::from(*from));
                }
            }
        }
        distances
    }

    /// The blocks of states that accept the same texts, by refinement of those that accept texts of
    /// the same least length.
    fn blocks(&self, distances: &[Option<u32>]) -> Vec<usize> {
        let mut blocks = Vec::new();
        let mut count = 0;
        let mut keys = HashMap::new();
        for distance in distances {
            let new = keys.len();
            blocks.push(*keys.entry(*distance).or_insert(new));
        }
        while count != keys.len() {
            count = keys.len();
            let mut next_keys: HashMap<Vec<usize>, usize> = HashMap::new();
            let mut next_blocks = Vec::with_capacity(blocks.len());
            for state in 0..self.len() {
                let block = |state: &u16| {
                    let state = usize::from(*state);
                    let is_alive = distances.get(state).copied().flatten().is_some();
                    blocks
                        .get(state)
                        .copied()
                        .filter(|_| is_alive)
                        .unwrap_or(usize::MAX)
                };
                let mut key: Vec<usize> = self.row(state).iter().map(block).collect();
                key.extend(blocks.get(state));
                let new = next_keys.len();
                next_blocks.push(*next_keys.entry(key).or_insert(new));
            }
            blocks = next_blocks;
            keys = (0..next_keys.len())
                .map(|key| (Some(u32::try_from(key).unwrap_or(u32::MAX)), key))
                .collect();
        }
        blocks
    }

    /// Numbers blocks in the order in which they are reached.
    fn numbered(&self, distances: &[Option<u32>], blocks: &[usize]) -> Dfa {
        let mut numbers: HashMap<usize, u16> = HashMap::new();
        let mut order: Vec<usize> = Vec::new();
        let mut number = |state: usize, order: &mut Vec<usize>| {
            let block = blocks.get(state).copied();
            let is_alive = distances.get(state).copied().flatten().is_some();
            let Some(block) = block.filter(|_| is_alive) else {
                return DEAD;
            };
            *numbers.entry(block).or_insert_with(|| {
                order.push(state);
                u16::try_from(order.len() - 1).unwrap_or(DEAD)
            })
        };
        number(0, &mut order);
        let (mut next, mut accepting, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(state) = order.get(at).copied() {
            at += 1;
            accepting.push(self.accepting.get(state).copied().unwrap_or_default());
            for to in self.row(state) {
                next.push(number(usize::from(*to), &mut order));
            }
        }
        Dfa::new(self.width, next, accepting)
    }
}
