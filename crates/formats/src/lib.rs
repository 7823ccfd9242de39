//! Issuers and policies in the documents of this project and of Pulumi Cloud: `claimgate.json`, the
//! bodies of the REST API, and programs in YAML and TypeScript.

mod document;
mod import;
mod issuers;
mod notes;
mod percent;
mod policies;
mod program;
mod reader;
pub mod resource;
pub mod rest;
mod samples;
pub mod settings;
mod source;
#[cfg(test)]
mod tests;
pub mod thumbprint;
mod value;
pub mod yaml;

pub use document::{Document, IssuerDocument, IssuerPlace, Kind, PoliciesPlace};
pub use import::{MAX_TEXT, import, read, read_configuration};
pub use notes::{CHANGED, LEFT_OUT, REMARK, lead};
pub use percent::percent_encode;
pub use samples::Sample;
