//! The engine's sort.

use std::collections::BinaryHeap;

/// Sorts by a heap: each instance of the standard library's faster sorts is 8 kB of Wasm, of this one a
/// few hundred bytes.
pub(crate) fn sorted<T: Ord>(items: Vec<T>) -> Vec<T> {
    BinaryHeap::from(items).into_sorted_vec()
}
