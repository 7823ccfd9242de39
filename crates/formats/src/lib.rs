//! Issuers and policies in the documents of this project and of Pulumi Cloud: `claimgate.json`, the
//! bodies of the REST API, and programs in YAML and TypeScript.

#![cfg_attr(
    not(feature = "import"),
    expect(dead_code, reason = "only the configuration of an engine is read")
)]

#[cfg(feature = "import")]
pub mod append;
mod document;
#[cfg(feature = "import")]
mod import;
mod issuers;
mod notes;
mod percent;
mod policies;
#[cfg(feature = "import")]
mod program;
mod reader;
pub mod resource;
pub mod rest;
mod samples;
pub mod settings;
#[cfg(feature = "import")]
mod source;
#[cfg(all(test, feature = "import"))]
mod tests;
#[cfg(feature = "import")]
pub mod text;
pub mod thumbprint;
#[cfg(feature = "import")]
mod unreadable;
mod value;
#[cfg(feature = "import")]
pub mod yaml;

pub use document::{Document, IssuerDocument, IssuerPlace, Kind, PoliciesPlace};
#[cfg(feature = "import")]
pub use import::{import, read};
pub use issuers::{MAX_EXPIRATION, read_issuer, require_key};
pub use notes::{CHANGED, LEFT_OUT, REMARK, lead};
pub use percent::percent_encode;
pub use samples::{Sample, outcome_of, outcome_word};
pub use settings::read_configuration;
