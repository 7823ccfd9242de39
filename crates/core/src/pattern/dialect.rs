//! The languages of patterns.

use serde::{Deserialize, Serialize};

/// Which characters of a pattern are wildcards, and what they match.
///
/// ```
/// use claimgate::pattern::{Dialect, Pattern};
///
/// assert!(Pattern::new("v?", Dialect::Pulumi)?.is_match("v"));
/// assert!(!Pattern::new("v?", Dialect::StringLike)?.is_match("v"));
/// # Ok::<(), claimgate::pattern::PatternError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Pulumi Cloud's: `*` any run, `?` zero or one character, `.` exactly one.
    #[default]
    Pulumi,
    /// AWS IAM's `StringLike`: `*` any run, `?` exactly one character.
    StringLike,
}

impl Dialect {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Pulumi, Self::StringLike];

    /// Its name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pulumi => "pulumi",
            Self::StringLike => "stringlike",
        }
    }

    /// Reads its name in documents.
    ///
    /// ```
    /// use claimgate::pattern::Dialect;
    ///
    /// assert_eq!(Dialect::parse("stringlike"), Some(Dialect::StringLike));
    /// assert_eq!(Dialect::parse("StringLike"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_named = |dialect: &Self| dialect.as_str() == text;
        Self::ALL.into_iter().find(is_named)
    }
}
