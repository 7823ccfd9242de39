//! The paths of a split.

use std::path::PathBuf;

/// The paths of a split.
#[derive(Clone, Debug)]
pub(crate) struct Split {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// The folder for the parts.
    pub(crate) parts: PathBuf,
    /// The cache of optimized modules, by the hash of their input.
    pub(crate) cache: PathBuf,
}

impl Split {
    /// The paths that xtask sets: `CLAIMGATE_SPLIT` (the folder for the parts), `CLAIMGATE_ROOT`
    /// and `CLAIMGATE_WASM_CACHE`.
    pub(crate) fn from_env() -> Option<Self> {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
        Some(Self {
            root: folder("CLAIMGATE_ROOT")?,
            parts: folder("CLAIMGATE_SPLIT")?,
            cache: folder("CLAIMGATE_WASM_CACHE")?,
        })
    }
}
