//! The categories of the examples.

/// What an example is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// The usual case of a provider, and its opposite.
    Basics,
    /// Wildcards that match more than one expects.
    Wildcards,
    /// Names that look alike.
    LookAlikes,
    /// Claims with unusual names or values.
    Claims,
    /// Tokens at the wrong time.
    Time,
    /// Requests for another token.
    Requests,
}

impl Category {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 6] = [
        Self::Basics,
        Self::Wildcards,
        Self::LookAlikes,
        Self::Claims,
        Self::Time,
        Self::Requests,
    ];

    /// Its name in files and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Basics => "basics",
            Self::Wildcards => "wildcards",
            Self::LookAlikes => "look-alikes",
            Self::Claims => "claims",
            Self::Time => "time",
            Self::Requests => "requests",
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Basics => "Basics",
            Self::Wildcards => "Wildcards",
            Self::LookAlikes => "Look-alikes",
            Self::Claims => "Unusual claims",
            Self::Time => "Expiry",
            Self::Requests => "Requested tokens",
        }
    }

    /// The category of that name.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| category.word() == word)
    }
}
