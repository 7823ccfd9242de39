//! Issuers and their policies.

pub mod policies;
pub(crate) mod policy_routes;
pub(crate) mod routes;
pub(crate) mod store;
pub(crate) mod wire;

pub use store::{IssuerChange, IssuerRecord, NewIssuer, PolicyRecord};
