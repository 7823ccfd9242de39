//! HTTP: listening, the routes, and what all of them share.

pub(crate) mod assets;
pub(crate) mod client_address;
pub(crate) mod error;
pub(crate) mod first_byte_timeout;
pub(crate) mod health;
pub(crate) mod listen;
pub(crate) mod logging;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod rate_limit;
pub(crate) mod router;
pub(crate) mod tls;
