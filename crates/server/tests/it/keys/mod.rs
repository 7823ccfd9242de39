//! The issuers' keys, against real TLS servers on this machine, honest and hostile.

mod caching;
mod certificates;
mod documented;
mod hostile;
mod rotation;
pub(crate) mod support;
