//! Permissions, each of which includes those before it.

/// What may be done with an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Permission {
    /// Nothing: for the caller, there is no such environment.
    #[default]
    None,
    /// Read the definition with its encrypted secrets, revisions and tags.
    Read,
    /// Decrypt and open, and copy to where the caller may write.
    Open,
    /// Create, change and tag.
    Write,
    /// Delete, change the settings, end the sessions of others.
    Admin,
}

impl Permission {
    pub(crate) const ALL: [Self; 5] =
        [Self::None, Self::Read, Self::Open, Self::Write, Self::Admin];

    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Open => "open",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}
