//! Who may do what with which environments.

pub(crate) mod binding;
pub(crate) mod grants;
pub(crate) mod permission;
pub(crate) mod routes;
mod store;
