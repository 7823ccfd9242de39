//! Numbers for distinct values, as policies are compiled.
//!
//! Every kind of value shares one kind of hash table, because each further one takes almost two
//! kilobytes of code.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

/// Numbers distinct values from 0, in the order in which they first appear.
#[derive(Debug)]
pub(super) struct Numbers<T> {
    values: Vec<T>,
    /// The last value with a hash.
    last: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    /// For each value, the one before it with the same hash.
    before: Vec<u32>,
    hashes: RandomState,
}

/// The number of no value.
const NONE: u32 = u32::MAX;

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            last: HashMap::default(),
            before: Vec::new(),
            hashes: RandomState::new(),
        }
    }
}

impl<T: Hash + Eq> Numbers<T> {
    /// The number of a value: the next one if it is new.
    pub(super) fn number(&mut self, value: T) -> u32 {
        let hash = self.hashes.hash_one(&value);
        match self.search(hash, &value) {
            Some(number) => number,
            None => self.add(hash, value),
        }
    }

    /// The number of a value that is copied if it is new.
    pub(super) fn number_of<Q>(&mut self, value: &Q) -> u32
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = T> + ?Sized,
    {
        let hash = self.hashes.hash_one(value);
        match self.search(hash, value) {
            Some(number) => number,
            None => self.add(hash, value.to_owned()),
        }
    }

    /// The number of a value, if it has one.
    pub(super) fn get<Q>(&self, value: &Q) -> Option<u32>
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.search(self.hashes.hash_one(value), value)
    }

    /// The values, in the order of their numbers.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    fn search<Q>(&self, hash: u64, value: &Q) -> Option<u32>
    where
        T: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let mut number = *self.last.get(&hash)?;
        loop {
            let known: &Q = self.values.get(number as usize)?.borrow();
            if known == value {
                return Some(number);
            }
            number = *self.before.get(number as usize)?;
        }
    }

    fn add(&mut self, hash: u64, value: T) -> u32 {
        let number = u32::try_from(self.values.len()).unwrap_or(NONE);
        self.values.push(value);
        let before = self.last.insert(hash, number);
        self.before.push(before.unwrap_or(NONE));
        number
    }
}

/// A hasher for keys that are hashes already, or small numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_the_order_of_their_first_appearance() {
        let mut numbers = Numbers::<String>::default();
        let found = ["b", "a", "b", "c", "a"].map(|text| numbers.number_of(text));
        assert_eq!(found, [0, 1, 0, 2, 1]);
        assert_eq!(numbers.number("c".to_owned()), 2);
        assert_eq!((numbers.get("a"), numbers.get("d")), (Some(1), None));
        assert_eq!(numbers.values(), ["b", "a", "c"]);
    }

    /// A value that has the hash of every other.
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Colliding(u32);

    impl Hash for Colliding {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    #[test]
    fn values_with_one_hash_are_told_apart() {
        let mut numbers = Numbers::<Colliding>::default();
        for round in 0..2 {
            for value in 0..100 {
                let number = numbers.number(Colliding(value));
                assert_eq!(number, value, "round {round}");
            }
        }
        assert_eq!(numbers.get(&Colliding(100)), None);
    }
}
