//! The server as OpenID provider: it signs ID tokens for environments, which clouds trust.

pub(crate) mod claims;
pub(crate) mod documents;
pub(crate) mod key;
pub(crate) mod provider;
pub(crate) mod rewrap;
pub(crate) mod routes;
mod schedule;
mod store;

pub use documents::{Document, Documents, ExportError, export};
