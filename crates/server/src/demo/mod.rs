//! The demonstration: an organization with sample tokens, for trying the server without a CI.

pub(crate) mod routes;
pub(crate) mod samples;

pub use samples::Demo;
