//! The changes that a policy's card makes to the list of policies.

/// A change to the list of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// One place towards the start.
    Up,
    /// One place towards the end.
    Down,
    /// A copy after it.
    Duplicate,
    /// Remove it.
    Remove,
}
