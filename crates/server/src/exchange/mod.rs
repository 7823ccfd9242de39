//! The token exchange: an ID token for an access token.

pub(crate) mod directory;
pub(crate) mod routes;
