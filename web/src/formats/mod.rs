//! Issuers and policies in the forms that other programs read and write.

#![cfg_attr(not(test), expect(dead_code, unused_imports, reason = "the pages that use it come next"))]

mod import;
mod issuers;
mod policies;
mod program;
pub(crate) mod quote;
mod reader;
pub(crate) mod resource;
pub(crate) mod rest;
pub(crate) mod settings;
#[cfg(test)]
mod tests;
pub(crate) mod yaml;

#[expect(unused_imports, reason = "the pages that use it come next")]
pub(crate) use import::ImportedIssuer;
pub(crate) use import::{Imported, Kind, import};
pub(crate) use reader::{Note, NoteKind, Problem};
