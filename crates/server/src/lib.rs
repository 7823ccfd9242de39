//! Claimgate's server: the exchange endpoint, the issuers API, the app.

pub mod config;
mod demo;
mod directory;
pub mod error;
mod evidence;
mod identity;
mod impatient;
pub mod keys;
mod limits;
mod listen;
mod logging;
mod metrics;
mod packed;
pub mod policies;
pub mod random;
pub mod routes;
mod server;
pub mod store;
pub mod token;

pub use demo::{Demo, Sample};
pub use listen::{ListenError, Tls, listen};
pub use logging::start_logging;
pub use routes::{Asset, Assets};
pub use server::{Server, StartError, now};
