//! The pattern at the cursor.

use std::sync::Arc;

use claimgate_analysis::Fits;

/// The pattern at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AtPattern {
    /// Its draft: a rule's key, or a policy's for a team's name. None in the JSON view.
    pub(crate) key: Option<usize>,
    /// In the JSON view, the place of its policy, from 0.
    pub(crate) policy: Option<usize>,
    /// Its claim; none for a team's name.
    pub(crate) claim: Option<String>,
    /// The pattern.
    pub(crate) pattern: String,
    /// The position of the cursor, in UTF-16 units.
    pub(crate) cursor: usize,
}

/// The values of a claim, or of the team's name, that fit a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fitting {
    /// The claim and the pattern.
    pub(crate) asked: (Option<String>, String),
    /// The values.
    pub(crate) fits: Arc<Fits>,
}
