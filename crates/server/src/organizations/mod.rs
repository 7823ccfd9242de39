//! Organizations.

pub(crate) mod record;
pub(crate) mod routes;
mod store;

pub use record::Organization;
