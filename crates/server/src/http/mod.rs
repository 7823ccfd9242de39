//! HTTP: listening, routing, and what the routes share.

pub(crate) mod assets;
pub(crate) mod client_address;
pub(crate) mod conditional;
pub(crate) mod error;
mod first_byte_timeout;
mod health;
pub(crate) mod listen;
pub(crate) mod logging;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod rate_limit;
pub(crate) mod request;
pub(crate) mod router;
pub(crate) mod tls;
