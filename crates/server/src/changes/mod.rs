//! Changes that administrators make, for the audit log.

pub(crate) mod difference;
pub(crate) mod record;
pub(crate) mod routes;
mod store;

pub use record::Author;
