//! Hash tables in little code.
//!
//! All tables share one kind of the standard library's, from hashes to numbers, because each further kind
//! takes almost two kilobytes of Wasm.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher, RandomState};

/// Numbers distinct values from 0, in the order in which they first appear.
///
/// ```
/// use claimgate::numbers::Numbers;
///
/// let mut numbers = Numbers::default();
/// assert_eq!(["b", "a", "b"].map(|text| numbers.number(text)), [0, 1, 0]);
/// assert_eq!((numbers.get("a"), numbers.insert("a"), numbers.insert("c")), (Some(1), false, true));
/// ```
#[derive(Clone, Debug)]
pub struct Numbers<T> {
    values: Vec<T>,
    hashes: Hashes,
    state: RandomState,
}

/// A map whose values are never removed.
///
/// ```
/// use claimgate::numbers::Table;
///
/// let mut table = Table::default();
/// table.insert("a", 1);
/// table.insert("a", 2);
/// assert_eq!((table.get("a"), table.get("b")), (Some(&2), None));
/// ```
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    keys: Numbers<K>,
    /// By the keys' numbers.
    values: Vec<V>,
}

/// A set of small numbers, such as places in a list.
#[derive(Debug, Default)]
pub(crate) struct Places(HashMap<u64, u32, BuildHasherDefault<Hashed>>);

/// The numbers of values by their hashes.
#[derive(Clone, Debug, Default)]
struct Hashes {
    /// The last value with a hash.
    last: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    /// For each value, the one before it with the same hash.
    before: Vec<u32>,
}

/// The number of no value.
const NONE: u32 = u32::MAX;

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            hashes: Hashes::default(),
            state: RandomState::new(),
        }
    }
}

impl<T: Hash + Eq> Numbers<T> {
    /// The number of a value: the next one if it is new.
    pub fn number(&mut self, value: T) -> u32 {
        let hash = hash(&self.state, &value);
        match self.search(hash, &value) {
            Some(number) => number,
            None => self.add(hash, value),
        }
    }

    /// The number of a value that is copied if it is new.
    pub fn number_of<Q>(&mut self, value: &Q) -> u32
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = T> + ?Sized,
    {
        let hash = hash(&self.state, value);
        match self.search(hash, value) {
            Some(number) => number,
            None => self.add(hash, value.to_owned()),
        }
    }

    /// Adds a value. Whether it is new.
    pub fn insert(&mut self, value: T) -> bool {
        let count = self.values.len();
        self.number(value);
        self.values.len() > count
    }

    /// The number of a value, if it has one.
    pub fn get<Q>(&self, value: &Q) -> Option<u32>
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.search(hash(&self.state, value), value)
    }

    /// The values, in the order of their numbers.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    fn search<Q>(&self, hash: u64, value: &Q) -> Option<u32>
    where
        T: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let mut number = self.hashes.last(hash)?;
        loop {
            let known: &Q = self.values.get(number as usize)?.borrow();
            if known == value {
                return Some(number);
            }
            number = self.hashes.before(number)?;
        }
    }

    fn add(&mut self, hash: u64, value: T) -> u32 {
        self.values.push(value);
        self.hashes.add(hash)
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            keys: Numbers::default(),
            values: Vec::new(),
        }
    }
}

impl<K: Hash + Eq, V> Table<K, V> {
    /// The value of a key.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.values.get(self.keys.get(key)? as usize)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.values.get_mut(self.keys.get(key)? as usize)
    }

    /// Adds a key with its value, or replaces the value.
    pub fn insert(&mut self, key: K, value: V) {
        let number = self.keys.number(key);
        match self.values.get_mut(number as usize) {
            Some(known) => *known = value,
            None => self.values.push(value),
        }
    }
}

// Not generic, so that all tables share the code.
impl Hashes {
    fn last(&self, hash: u64) -> Option<u32> {
        self.last.get(&hash).copied()
    }

    fn before(&self, number: u32) -> Option<u32> {
        self.before.get(number as usize).copied()
    }

    /// The next number, for a value with that hash.
    fn add(&mut self, hash: u64) -> u32 {
        let number = u32::try_from(self.before.len()).unwrap_or(NONE);
        let before = self.last.insert(hash, number);
        self.before.push(before.unwrap_or(NONE));
        number
    }
}

impl Places {
    /// Adds a number. Whether it is new.
    pub(crate) fn insert(&mut self, place: u32) -> bool {
        let hash = u64::from(place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0.insert(hash, place).is_none()
    }
}

fn hash<T: Hash + ?Sized>(state: &RandomState, value: &T) -> u64 {
    let mut hasher = Shared(state.build_hasher());
    value.hash(&mut hasher);
    hasher.finish()
}

/// The library's hasher, which would be inlined for each type, a kilobyte of Wasm each time.
struct Shared(DefaultHasher);

impl Hasher for Shared {
    #[inline(never)]
    fn finish(&self) -> u64 {
        self.0.finish()
    }

    #[inline(never)]
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }
}

/// A hasher for keys that are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hashed(u64);

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
