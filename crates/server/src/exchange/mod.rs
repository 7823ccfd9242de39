//! The token exchange: an ID token for an access token.

mod attempt;
mod compiled;
pub(crate) mod decisions;
pub(crate) mod directory;
mod evidence;
mod failure;
pub(crate) mod routes;
mod single_use;
