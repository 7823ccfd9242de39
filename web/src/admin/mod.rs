//! The pages that administer a server: access tokens, organizations, settings, demo tokens.

pub(crate) mod demo;
pub(crate) mod exchange;
pub(crate) mod issuer_keys;
pub(crate) mod organizations;
pub(crate) mod paste_keys;
pub(crate) mod revoke;
pub(crate) mod settings;
pub(crate) mod tokens;
