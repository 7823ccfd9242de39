//! The pages, each in a file of its own.

pub(crate) mod audit;
pub(crate) mod changes;
pub(crate) mod examples;
pub(crate) mod import;
pub(crate) mod issuer;
pub(crate) mod issuers;
pub(crate) mod lazy;
pub(crate) mod new_issuer;
pub(crate) mod not_found;
pub(crate) mod playground;
