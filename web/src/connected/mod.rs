//! Components that need a server.

pub(crate) mod account;
pub(crate) mod author;
pub(crate) mod list;
pub(crate) mod loaded;
pub(crate) mod menu;
pub(crate) mod organization_name;
pub(crate) mod top;
