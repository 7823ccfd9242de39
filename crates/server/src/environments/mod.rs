//! Environments: definitions of secrets and configuration, which are stored encrypted and opened for those who may.

pub(crate) mod access;
mod duration;
mod evaluate;
mod headers;
mod host;
pub(crate) mod keys;
mod names;
mod providers;
mod record;
mod request;
mod rewrap;
pub(crate) mod routes;
mod scope;
mod session;
pub(crate) mod state;
mod store;
mod used;

pub use host::unknown_context;
pub use keys::{MasterKeyError, MasterKeys, TransitConfig, TransitError};
pub use names::{Name, Reference, Version};
pub use providers::ServerProviders;
pub use rewrap::rewrap;
pub use state::KeyProblem;
