//! The guard of shared issuers: it stops changes from being saved that let strangers in. SEMANTICS,
//! section 8.

pub(crate) mod mode;
pub(crate) mod review;

pub use mode::GuardMode;
