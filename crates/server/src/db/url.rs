//! From a database URL to its engine. This is the list of the engines.

use std::sync::Arc;

use super::engine::Engine;
use super::error::StoreError;
use super::postgres::Postgres;
use super::sqlite::Sqlite;

/// The engine of a URL: `sqlite:FILE` or `postgres://…`.
///
/// # Errors
/// [`StoreError::Url`] for any other URL, [`StoreError::Address`] for one that cannot be used.
pub(crate) fn engine(url: &str) -> Result<Arc<dyn Engine>, StoreError> {
    if let Some(postgres) = Postgres::from_url(url) {
        return Ok(Arc::new(postgres?));
    }
    if let Some(sqlite) = Sqlite::from_url(url) {
        return Ok(Arc::new(sqlite));
    }
    let scheme = url.split(':').next().unwrap_or_default();
    Err(StoreError::Url {
        found: if scheme == "sqlite" { url } else { scheme }.to_owned(),
    })
}

/// Checks that a URL names a supported database, without opening it.
///
/// # Errors
/// [`StoreError::Url`] if it does not, [`StoreError::Address`] if it has a setting that is not valid.
pub fn check_url(url: &str) -> Result<(), StoreError> {
    engine(url).map(|_| ())
}
