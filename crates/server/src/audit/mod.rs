//! The audit log: every exchange, granted or refused, with the evidence for the decision.

pub(crate) mod compress;
pub(crate) mod counts;
pub(crate) mod entry;
mod export;
pub(crate) mod file;
pub(crate) mod query;
pub(crate) mod refusals;
pub(crate) mod replay;
pub(crate) mod retention;
pub(crate) mod routes;
pub(crate) mod scope;
pub(crate) mod search;
pub(crate) mod shared_document;
pub(crate) mod statistics_routes;
pub(crate) mod store;

pub use claimgate_api::AuditEntry;
pub use counts::Statistics;
pub use entry::AuditRecord;
pub use scope::AuditScope;
pub use search::{AuditFilter, Found, MAX_ROWS};
