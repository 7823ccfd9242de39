//! The audit log: exchanges, and the changes of administrators.

pub(crate) mod changes;
pub(crate) mod entry;
pub(crate) mod entry_time;
pub(crate) mod log;
