//! The audit log: every exchange, granted or refused, with the evidence for the decision.

pub(crate) mod compress;
pub(crate) mod entry;
pub(crate) mod file;
pub(crate) mod refusals;
pub(crate) mod replay;
pub(crate) mod retention;
pub(crate) mod routes;
pub(crate) mod shared_document;
pub(crate) mod store;

pub use claimgate_api::AuditEntry;
pub use entry::AuditRecord;
pub use store::{AuditFilter, AuditScope};
