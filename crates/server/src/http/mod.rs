//! HTTP: listening, routing, and what the routes share.

pub(crate) mod assets;
pub(crate) mod client_address;
pub(crate) mod conditional;
mod connection;
pub(crate) mod error;
mod health;
pub(crate) mod last_ping;
pub(crate) mod listen;
pub(crate) mod logging;
pub(crate) mod long_answers;
pub(crate) mod metrics;
mod openapi;
pub(crate) mod rate_limit;
pub(crate) mod request;
pub(crate) mod router;
mod strict_transport;
pub(crate) mod tls;
