//! Reduces automata to a normal form.

use rustc_hash::FxHashMap;

use super::dfa::{DEAD, Dfa};
use super::explore::Raw;

/// Above this many states an automaton is not minimized, only freed of states that lead nowhere.
const MAX_MINIMIZED: usize = 1_024;

/// The distance of a state that leads nowhere.
const FAR: u16 = u16::MAX;

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
        let mut blocks = match self.len() <= MAX_MINIMIZED {
            true => self.blocks(&distances),
            false => (0..).take(self.len()).collect(),
        };
        for (block, distance) in blocks.iter_mut().zip(&distances) {
            if *distance == FAR {
                *block = DEAD;
            }
        }
        self.numbered(&blocks)
    }

    /// The length of the shortest text that each state accepts.
    fn distances(&self) -> Vec<u16> {
        // For each state a list of those that lead to it: the first entry, and the next ones.
        let mut first: Vec<usize> = vec![usize::MAX; self.len()];
        let mut before: Vec<(u16, usize)> = Vec::new();
        for state in 0..self.len() {
            let number = u16::try_from(state).unwrap_or(DEAD);
            let mut last = DEAD;
            for next in self.row(state) {
                if *next != last
                    && let Some(first) = first.get_mut(usize::from(*next))
                {
                    before.push((number, *first));
                    *first = before.len() - 1;
                }
                last = *next;
            }
        }
        let far = |is_accepting: &bool| if *is_accepting { 0 } else { FAR };
        let mut distances: Vec<u16> = self.accepting.iter().map(far).collect();
        let mut open: Vec<usize> = (0..self.len())
            .filter(|state| self.accepting.get(*state) == Some(&true))
            .collect();
        let mut at = 0;
        while let Some(state) = open.get(at).copied() {
            at += 1;
            let further = distances
                .get(state)
                .map_or(FAR, |far| far.saturating_add(1));
            let mut entry = first.get(state).copied().unwrap_or(usize::MAX);
            while let Some((from, next)) = before.get(entry) {
                if let Some(distance) = distances.get_mut(usize::from(*from))
                    && *distance == FAR
                {
                    *distance = further;
                    open.push(usize::from(*from));
                }
                entry = *next;
            }
        }
        distances
    }

    /// The blocks of states that accept the same texts, by refinement of those that accept texts of
    /// the same least length.
    fn blocks(&self, distances: &[u16]) -> Vec<u16> {
        let mut keys: FxHashMap<u16, u16> = FxHashMap::default();
        let mut blocks: Vec<u16> = Vec::with_capacity(distances.len());
        for distance in distances {
            let new = u16::try_from(keys.len()).unwrap_or(DEAD);
            blocks.push(*keys.entry(*distance).or_insert(new));
        }
        let mut count = keys.len();
        loop {
            let refined = self.refine(distances, &blocks);
            let new = refined
                .iter()
                .max()
                .map_or(0, |most| usize::from(*most) + 1);
            if new == count {
                return blocks;
            }
            (blocks, count) = (refined, new);
        }
    }

    /// Divides blocks by the blocks that their states lead to.
    fn refine(&self, distances: &[u16], blocks: &[u16]) -> Vec<u16> {
        let mut keys: FxHashMap<Vec<u16>, u16> = FxHashMap::default();
        let mut key: Vec<u16> = Vec::with_capacity(self.width + 1);
        let mut refined = Vec::with_capacity(blocks.len());
        for (state, own) in blocks.iter().enumerate() {
            let block = |next: &u16| {
                let next = usize::from(*next);
                let is_alive = distances.get(next).is_some_and(|far| *far != FAR);
                let block = blocks.get(next).filter(|_| is_alive);
                block.copied().unwrap_or(DEAD)
            };
            key.clear();
            key.push(*own);
            key.extend(self.row(state).iter().map(block));
            let known = keys.get(&key).copied();
            refined.push(known.unwrap_or_else(|| {
                let new = u16::try_from(keys.len()).unwrap_or(DEAD);
                keys.insert(key.clone(), new);
                new
            }));
        }
        refined
    }

    /// Numbers blocks in the order in which they are reached.
    fn numbered(&self, blocks: &[u16]) -> Dfa {
        let mut numbers: Vec<u16> = vec![DEAD; blocks.len()];
        let mut order: Vec<usize> = Vec::new();
        let mut number = |state: usize, order: &mut Vec<usize>| {
            let block = blocks.get(state).copied().unwrap_or(DEAD);
            let Some(known) = numbers.get_mut(usize::from(block)) else {
                return DEAD;
            };
            if *known == DEAD {
                *known = u16::try_from(order.len()).unwrap_or(DEAD);
                order.push(state);
            }
            *known
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
