//! Organizations.

pub(crate) mod routes;
pub(crate) mod store;

pub use store::Organization;
