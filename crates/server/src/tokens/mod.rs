//! Access tokens: how they are generated, stored, presented and revoked.

pub(crate) mod access_token;
pub(crate) mod bootstrap;
pub(crate) mod bootstrap_path;
pub(crate) mod caller;
pub(crate) mod hash_key;
pub(crate) mod oauth;
pub(crate) mod record;
mod revocation;
pub(crate) mod routes;
mod rows;
mod store;
pub(crate) mod user;
mod wire;

pub use access_token::AccessToken;
pub use bootstrap_path::BootstrapPath;
pub use hash_key::HashKey;
pub use record::{ListedToken, TokenFilter, TokenKind, TokenRecord};
