//! Access tokens: how they are made, stored, presented and revoked.

pub mod access_token;
pub(crate) mod caller;
pub(crate) mod oauth;
pub(crate) mod routes;
pub(crate) mod store;
pub(crate) mod user;

pub use access_token::{AccessToken, HashKey};
pub use store::{TokenKind, TokenRecord};
