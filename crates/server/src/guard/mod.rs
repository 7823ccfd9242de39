//! The guard of shared issuers: it stops policies from being saved that admit strangers. SEMANTICS,
//! section 8.

pub(crate) mod mode;
pub(crate) mod review;
pub(crate) mod verdict;

pub use mode::GuardMode;
