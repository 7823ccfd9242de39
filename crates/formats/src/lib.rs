//! Issuers and policies in the documents of this project and of Pulumi Cloud: `claimgate.json`, the
//! bodies of the REST API, and programs in YAML and TypeScript.

mod document;
mod import;
mod issuers;
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

pub use document::{
    CHANGED, Document, IssuerDocument, IssuerPlace, Kind, LEFT_OUT, PoliciesPlace, REMARK, lead,
};
pub use import::{MAX_TEXT, import, read, read_configuration};
pub use samples::Sample;
