//! Views that need a server.

pub(crate) mod account;
pub(crate) mod top;
