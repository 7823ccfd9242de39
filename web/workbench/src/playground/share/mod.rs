//! Links that carry a playground: policies, decoded claims and the request, in the fragment of the
//! address.
//!
//! The text is `v1.` and the base64url of deflated JSON. Claims are a JSON object, so a link cannot
//! contain a token, nor its signature. A claim can contain one; [`Shared::token_warnings`] warns
//! about that.

mod file;
mod read;
mod tokens;
mod write;

use claimgate::claims::{Claims, ClaimsError};
use claimgate::inspect::Skip;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken};

pub use file::MAX_FILE;
pub use tokens::TokenWarning;
#[cfg(test)]
pub(crate) use tokens::has_token;

/// The longest link that is written or read, in bytes.
pub const MAX_FRAGMENT: usize = 512 << 10;

/// The longest JSON that a link may hold, in bytes.
pub const MAX_JSON: usize = 1 << 20;

/// The prefix of every link.
const PREFIX: &str = "v1.";

/// The content of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// Name and URL of the issuer, if the policies belong to one.
    pub issuer: Option<SharedIssuer>,
    /// The policies.
    pub policies: Vec<PolicyDefinition>,
    /// The claims, if there are any.
    pub claims: Option<ClaimsText>,
    /// The requested token.
    pub request: RequestedToken,
    /// The time in seconds since 1970, if not the current one.
    pub now: Option<i64>,
    /// The checks to skip.
    pub skip: Skip,
    /// The dialect of the patterns.
    pub dialect: Dialect,
}

/// An issuer in a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedIssuer {
    /// Its label.
    pub name: String,
    /// Its URL.
    pub url: String,
}

/// The text of a JSON object: decoded claims, never a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimsText(String);

impl ClaimsText {
    /// Accepts a text that is a JSON object.
    pub fn new(text: &str) -> Result<Self, ClaimsError> {
        Claims::from_json(text).map(|_| Self(text.to_owned()))
    }

    /// The text, unchanged.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A link that cannot be read, or content that does not fit into a link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// An empty link.
    #[error("the link is empty")]
    Empty,
    /// Another version, or not a link of this app.
    #[error(
        "expected a link that begins with `{PREFIX}`, found `{found}`: it may be from a newer version of Claimgate"
    )]
    Version {
        /// Its prefix.
        found: String,
    },
    /// More than [`MAX_FRAGMENT`].
    #[error("expected a link of at most {MAX_FRAGMENT} bytes, found {found}: save a file instead")]
    TooLong {
        /// The length in bytes.
        found: usize,
    },
    /// More than [`MAX_JSON`].
    #[error("expected at most {MAX_JSON} bytes in a link: save a file instead")]
    TooLarge,
    /// Not base64url, or not deflated.
    #[error("the link is damaged, or was cut off when it was copied")]
    Damaged,
    /// More than [`MAX_FILE`].
    #[error("expected a file of at most {MAX_FILE} bytes, found {found}")]
    FileTooLarge {
        /// The length in bytes.
        found: usize,
    },
    /// Not a playground file.
    #[error("the file cannot be read: {problem}")]
    File {
        /// What is wrong.
        problem: String,
    },
    /// JSON of an unexpected form.
    #[error("the content cannot be read: {problem}")]
    Content {
        /// What is wrong.
        problem: String,
    },
}

impl Shared {
    /// Writes the text of a link, without `#`.
    pub fn to_fragment(&self) -> Result<String, ShareError> {
        let fragment = write::fragment(self)?;
        // Whatever is written must be readable: two rules on one claim, for example, are not.
        Self::from_fragment(&fragment).map(|_| fragment)
    }

    /// Reads the text of a link, with or without `#`.
    pub fn from_fragment(text: &str) -> Result<Self, ShareError> {
        read::shared(text)
    }

    /// Writes a playground file.
    pub fn to_file(&self) -> Result<String, ShareError> {
        file::write(self)
    }

    /// Reads a playground file.
    pub fn from_file(text: &str) -> Result<Self, ShareError> {
        file::parse(text)
    }

    /// Warnings before the link is shared: tokens within claims.
    pub fn token_warnings(&self) -> Vec<TokenWarning> {
        tokens::token_warnings(self)
    }
}

#[cfg(test)]
mod tests;
