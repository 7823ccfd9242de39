//! Issuers: whose tokens are trusted, with their keys and policies.

mod compiled;
mod registry;
mod url;

pub use self::compiled::{DEFAULT_MAX_EXPIRATION, Issuer, IssuerDefinition};
pub use self::registry::Issuers;
pub use self::url::{IssuerError, discovery_url, nearly, related, template_place, validate_url};
