//! The language as a whole: external vectors, documents that another implementation evaluated,
//! properties, limits.

mod conformance;
mod differential;
mod external;
mod generator;
mod language;
mod limits;
mod properties;
mod rewriting;
mod rig;
