//! Changes in words, and lines of one text or of both.

use similar::{ChangeTag, TextDiff};

/// A change of a policy, or of another part of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its kind.
    pub kind: ChangeKind,
    /// Its title: `policy 2, allow organization, is new`.
    pub title: String,
    /// What changed within it.
    pub details: Vec<String>,
}

/// The kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Added.
    Added,
    /// Removed.
    Removed,
    /// Changed.
    Changed,
}

/// A line of one text or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// In both texts (none), only in the edited one (added), or only in the saved one (removed).
    pub kind: Option<ChangeKind>,
    /// The text.
    pub text: String,
}

/// The longest common lines are kept; removed lines come before added ones.
pub(super) fn compare(old: &str, new: &str) -> Vec<Line> {
    let line = |change: similar::Change<&str>| Line {
        kind: match change.tag() {
            ChangeTag::Equal => None,
            ChangeTag::Delete => Some(ChangeKind::Removed),
            ChangeTag::Insert => Some(ChangeKind::Added),
        },
        text: change.value().trim_end_matches('\n').to_owned(),
    };
    let diff = TextDiff::from_lines(old, new);
    diff.iter_all_changes().map(line).collect()
}
