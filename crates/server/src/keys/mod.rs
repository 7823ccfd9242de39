//! The issuers' keys: fetched over TLS by the discovery document, cached as long as the issuer says,
//! and fetched again before that time is over or when a token names an unknown key. `docs/keys.md`
//! has the details.

pub(crate) mod address;
mod cache;
pub(crate) mod call;
mod certificates;
pub(crate) mod config;
mod document;
mod entry;
pub(crate) mod error;
mod fetch;
mod metrics;
pub(crate) mod outgoing;
mod resolve;
pub(crate) mod service;
pub(crate) mod status;
pub(crate) mod store;
mod thumbprint;

pub use address::{Network, NetworkError};
pub use config::KeyConfig;
pub use error::KeyError;
pub use resolve::{Resolve, ResolveFuture, SystemResolver};
pub use status::IssuerStatus;
pub use store::{IssuerKeys, KeyStore};
