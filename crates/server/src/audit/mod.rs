//! The audit log: every exchange, granted or refused, with the evidence for the decision.

pub(crate) mod compress;
pub(crate) mod file;
pub(crate) mod replay;
pub(crate) mod routes;
pub(crate) mod store;

pub use store::{AuditEntry, AuditFilter, AuditRecord, AuditScope};
