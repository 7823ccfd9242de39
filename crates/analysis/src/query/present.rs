//! The claims of a token.

use super::bits::Bits;
use super::cube::PathId;

/// The claims that tokens have which the rules need.
#[derive(Clone, Default)]
pub(super) struct Present {
    pub(super) shape: usize,
    /// Claims in the order in which they are written.
    pub(super) paths: Vec<PathId>,
    pub(super) set: Bits,
    pub(super) slots: Bits,
    /// The slots that have several values.
    pub(super) many: Bits,
}

impl Present {
    /// Whether a slot has a value.
    pub(super) fn has_slot(&self, slot: usize) -> bool {
        self.slots.contains(slot)
    }

    /// Whether a slot has several values.
    pub(super) fn is_many(&self, slot: usize) -> bool {
        self.many.contains(slot)
    }
}
