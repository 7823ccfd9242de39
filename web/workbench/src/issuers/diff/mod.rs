//! Differences between two versions of policies, or of a whole issuer, in words and line by line.
//! As for decisions, the order of policies does not count.

mod change;
mod issuer;
mod policies;
#[cfg(test)]
mod tests;

pub use change::{Change, ChangeKind, Line};
pub use issuer::{issuer_changes, issuer_lines};
pub use policies::{changes, changes_at, lines};
