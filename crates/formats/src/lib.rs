//! Issuers and policies in the documents of this project and of Pulumi Cloud: `claimgate.json`, the
//! bodies of the REST API, and programs in YAML and TypeScript.

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
pub mod yaml;

pub use import::{Imported, IssuerDocument, Kind, MAX_TEXT, import};
pub use reader::{Note, NoteKind, Problem};
pub use samples::Sample;
