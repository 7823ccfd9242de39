//! Classes of characters that no pattern and no grammar tells apart.

use std::collections::{BTreeSet, HashMap};

use claimgate_providers::grammar::CharSet;

/// A division of all characters into classes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alphabet {
    /// Characters that are a class of their own, as some pattern names them.
    named: HashMap<char, u16>,
    sets: Vec<CharSet>,
    /// The other classes by the sets that contain them.
    others: HashMap<u64, u16>,
    /// The character that stands for each class.
    shown: Vec<char>,
}

/// The most sets of characters: bits of a signature.
const MAX_SETS: usize = 64;

impl Alphabet {
    /// The classes that these characters and sets need.
    pub(super) fn new(named: &BTreeSet<char>, sets: &[CharSet]) -> Self {
        let mut alphabet = Self {
            sets: sets.iter().copied().take(MAX_SETS).collect(),
            ..Self::default()
        };
        for c in named {
            let class = alphabet.add(*c);
            alphabet.named.insert(*c, class);
        }
        for c in candidates(named, sets) {
            if !alphabet.named.contains_key(&c) {
                let signature = alphabet.signature(c);
                if !alphabet.others.contains_key(&signature) {
                    let class = alphabet.add(c);
                    alphabet.others.insert(signature, class);
                }
            }
        }
        alphabet
    }

    fn add(&mut self, shown: char) -> u16 {
        let class = u16::try_from(self.shown.len()).unwrap_or(u16::MAX);
        self.shown.push(shown);
        class
    }

    fn signature(&self, c: char) -> u64 {
        let bits = self.sets.iter().enumerate();
        bits.filter(|(_, set)| contains(set, c))
            .fold(0, |all, (bit, _)| all | 1 << bit)
    }

    /// The number of classes.
    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The class of a character.
    pub(super) fn class(&self, c: char) -> Option<u16> {
        let of_set = || self.others.get(&self.signature(c));
        self.named.get(&c).or_else(of_set).copied()
    }

    /// Whether the character is a class of its own.
    pub(super) fn is_named(&self, c: char) -> bool {
        self.named.contains_key(&c)
    }

    /// The classes whose characters a set has.
    pub(super) fn classes(&self, set: CharSet) -> impl Iterator<Item = u16> {
        let classes = (0..).zip(&self.shown);
        classes
            .filter(move |(_, c)| contains(set, **c))
            .map(|(class, _)| class)
    }

    /// A character of each class.
    pub(super) fn shown(&self) -> &[char] {
        &self.shown
    }
}

pub(super) fn contains(set: CharSet, c: char) -> bool {
    set.iter().any(|(low, high)| (*low..=*high).contains(&c))
}

/// At least one character of every class, those first that a reader likes to see.
fn candidates(named: &BTreeSet<char>, sets: &[CharSet]) -> Vec<char> {
    let mut all: Vec<char> = ('x'..='z').chain('a'..='w').chain('0'..='9').collect();
    all.extend(('A'..='Z').chain("äéñß".chars()).chain('!'..='~'));
    let bounds = sets.iter().flat_map(|set| set.iter());
    let starts = bounds.flat_map(|(low, high)| [Some(*low), next(*high)]);
    let after = named.iter().map(|c| next(*c));
    all.extend(starts.chain(after).flatten());
    all.extend([' ', '\0']);
    all
}

/// The next character, if there is one.
pub(super) fn next(c: char) -> Option<char> {
    match u32::from(c) + 1 {
        0xd800 => Some('\u{e000}'),
        code => char::from_u32(code),
    }
}
