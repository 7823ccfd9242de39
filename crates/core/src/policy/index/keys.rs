//! The keys of classes, and the lists of classes under a key.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum KeyKind {
    Exact,
    Prefix,
    Suffix,
    Inner,
    Loose,
    Rest,
}

/// A part of [`Partition::postings`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Postings {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What a class can be filed under: the index of the literals, and one part of them.
pub(super) type Key = (u32, KeyKind, u32);

/// A class filed under a key, in the order of keys and then of classes.
pub(super) fn pack((place, kind, text): Key, class: u32) -> (u64, u64) {
    let key = u64::from(place) << 8 | kind as u64;
    (key, u64::from(text) << 32 | u64::from(class))
}

/// The key and the class.
pub(super) fn unpack((key, rest): (u64, u64)) -> (Key, u32) {
    const KINDS: [KeyKind; 6] = [
        KeyKind::Exact,
        KeyKind::Prefix,
        KeyKind::Suffix,
        KeyKind::Inner,
        KeyKind::Loose,
        KeyKind::Rest,
    ];
    let low = |wide: u64| u32::try_from(wide & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    let kind = KINDS.get(low(key & 0xff) as usize).copied();
    let key = (
        low(key >> 8),
        kind.unwrap_or(KeyKind::Rest),
        low(rest >> 32),
    );
    (key, low(rest))
}

/// Adds a length to ascending ones, once.
pub(super) fn insert(lengths: &mut Vec<usize>, length: usize) {
    if let Err(place) = lengths.binary_search(&length) {
        lengths.insert(place, length);
    }
}

pub(super) fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
