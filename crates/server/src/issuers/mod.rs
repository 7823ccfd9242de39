//! Issuers and their policies.

pub(crate) mod effect;
mod guarded;
pub(crate) mod key_routes;
pub(crate) mod policy_routes;
mod policy_store;
pub(crate) mod record;
pub(crate) mod revision_routes;
pub(crate) mod revisions;
pub(crate) mod routes;
mod rows;
mod store;
mod undo;
mod wire;

pub use record::{
    IssuerRecord, IssuerSettings, IssuerUpdate, NewIssuer, POLICY_LIMITS, PolicyOrigin,
    PolicyRecord, PolicyUpdate, RevisionRecord,
};
