//! The audit log: exchanges, and the changes of administrators.

pub(crate) mod add_sample;
pub(crate) mod change;
pub(crate) mod changes;
pub(crate) mod entry;
pub(crate) mod entry_page;
pub(crate) mod exchanges;
pub(crate) mod export;
pub(crate) mod filters;
pub(crate) mod histogram;
