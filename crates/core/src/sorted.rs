//! Sorting in little code.

use std::collections::BinaryHeap;

/// Sorts by a heap: each instance of the standard library's faster sorts is some kilobytes of Wasm, of this
/// one a few hundred bytes.
///
/// ```
/// assert_eq!(claimgate::sorted::sorted(vec!["b", "a", "b"]), ["a", "b", "b"]);
/// ```
#[must_use]
pub fn sorted<T: Ord>(items: Vec<T>) -> Vec<T> {
    BinaryHeap::from(items).into_sorted_vec()
}

/// The same, each item once.
///
/// ```
/// assert_eq!(claimgate::sorted::distinct(vec!["b", "a", "b"]), ["a", "b"]);
/// ```
#[must_use]
pub fn distinct<T: Ord>(items: Vec<T>) -> Vec<T> {
    let mut items = sorted(items);
    items.dedup();
    items
}

/// Sorts by a key. Items with equal keys stay in their order.
///
/// ```
/// let words = vec!["three", "two", "one"];
/// assert_eq!(claimgate::sorted::sorted_by(words, |word| word.len()), ["two", "one", "three"]);
/// ```
#[must_use]
pub fn sorted_by<T, K: Ord>(items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let keys = items.iter().enumerate();
    let order = sorted(keys.map(|(place, item)| (key(item), place)).collect());
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    let taken = order
        .into_iter()
        .map(|(_, place)| items.get_mut(place)?.take());
    taken.flatten().collect()
}
