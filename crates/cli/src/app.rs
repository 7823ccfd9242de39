//! The built app, inside the program with the feature `app`.

#[cfg(feature = "app")]
use claimgate_server::Asset;
use claimgate_server::Assets;

// What `build.rs` has found.
pub(crate) const ASSETS: Assets = include!(concat!(env!("OUT_DIR"), "/assets.rs"));
