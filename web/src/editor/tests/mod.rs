//! The tests of an issuer: claims that its policies are tried on, and the decision that is expected.

mod files;
pub(crate) mod form;
pub(crate) mod panel;
mod playground_link;
pub(crate) mod result;
mod row;
mod server;
