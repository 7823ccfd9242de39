//! Issuers and policies in the forms that other programs read and write.

mod import;
mod issuers;
mod policies;
mod program;
pub(crate) mod quote;
mod reader;
pub(crate) mod resource;
pub(crate) mod rest;
mod samples;
pub(crate) mod settings;
mod source;
#[cfg(test)]
mod tests;
pub(crate) mod yaml;

pub(crate) use import::ImportedIssuer;
#[cfg(test)]
pub(crate) use import::Kind;
pub(crate) use import::{Imported, import};
pub(crate) use reader::{Note, NoteKind, Problem};
