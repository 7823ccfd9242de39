//! Who may do what with which environments.

pub(crate) mod binding;
pub(crate) mod grants;
mod pattern_map;
pub(crate) mod permission;
pub(crate) mod routes;
mod store;
