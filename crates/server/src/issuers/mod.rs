//! Issuers and their policies.

mod answers;
pub(crate) mod effect;
mod guarded;
mod input;
pub(crate) mod key_routes;
mod limits;
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

pub use limits::{
    MAX_ISSUERS, MAX_KEY_SET_BYTES, MAX_POLICY_BYTES, POLICY_LIMITS, key_set_problem,
};
pub use record::{
    IssuerRecord, IssuerSettings, IssuerUpdate, NewIssuer, PolicyOrigin, PolicyRecord,
    PolicyUpdate, RevisionRecord,
};
