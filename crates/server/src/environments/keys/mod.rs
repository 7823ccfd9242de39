//! The keys of environments: master keys wrap data keys, and data keys seal secrets.

pub(crate) mod data_key;
mod local;
pub(crate) mod master;
pub(crate) mod seal;
pub(crate) mod session_key;
pub(crate) mod source;
pub(crate) mod transit;

pub use master::{MasterKeyError, MasterKeys};
pub use transit::client::TransitConfig;
pub use transit::error::TransitError;
