//! Steps of `cargo xtask test` that only read the sources and the lock file.

pub(crate) mod api;
pub(crate) mod imports;
pub(crate) mod licences;
pub(crate) mod prose;
mod syntax;
