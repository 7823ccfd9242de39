//! Samples of an issuer: decoded claims that its policies are tried on.

mod check;
mod record;
pub(crate) mod routes;
mod store;

pub use record::{MAX_SAMPLES, SampleRecord};
