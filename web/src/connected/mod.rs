//! Views that need a server.

pub(crate) mod top;
