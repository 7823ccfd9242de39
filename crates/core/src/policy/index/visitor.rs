//! The receiver of the policies that match.

use crate::pattern::Pattern;
use crate::policy::compiled::Effect;

/// The first policy of a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) policy: usize,
    pub(crate) effect: Effect,
}

/// Receives the policies that match.
pub(crate) trait Visitor {
    /// Whether a match of that policy is still relevant.
    fn is_wanted(&self, candidate: Candidate) -> bool;

    /// The policy matches.
    fn matched(&mut self, candidate: Candidate);

    /// Whether a pattern accepts a value.
    fn compare(&mut self, pattern: &Pattern, value: &str) -> bool {
        pattern.is_match(value)
    }
}
