//! The issuers' keys against real TLS servers on this machine: honest ones, and all kinds of
//! others.

mod certificates;
mod documented;
mod keeping;
mod liars;
mod rotation;
pub(crate) mod support;
