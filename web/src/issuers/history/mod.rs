//! The history of an issuer's policies on a server.

mod compare;
mod list;
pub(crate) mod page;
mod restore;
mod state;
