//! Master keys in OpenBao's transit engine (or Vault's): data keys are sent there to be wrapped and unwrapped.

mod cache;
pub(crate) mod client;
pub(crate) mod error;
pub(crate) mod key;
