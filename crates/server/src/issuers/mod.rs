//! Issuers and their policies.

pub(crate) mod policy_routes;
pub(crate) mod record;
pub(crate) mod routes;
mod store;
mod wire;

pub use record::{IssuerRecord, IssuerSettings, NewIssuer, PolicyRecord};
