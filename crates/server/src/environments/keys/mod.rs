//! The keys of environments: master keys wrap data keys, and data keys seal secrets.

pub(crate) mod data_key;
pub(crate) mod master;
pub(crate) mod seal;
pub(crate) mod session_key;

pub use master::{MasterKeyError, MasterKeys};
