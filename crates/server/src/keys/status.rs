//! The state of issuers' keys.

use std::time::Duration;

use super::error::KeyError;

/// The state of an issuer's keys, for metrics.
#[derive(Clone, Debug)]
pub struct IssuerStatus {
    /// Its id.
    pub id: String,
    /// Its URL.
    pub url: String,
    /// Number of fetches.
    pub fetches: u64,
    /// Number of fetches that failed.
    pub failures: u64,
    /// Time since the keys in use were fetched, if there are any.
    pub age: Option<Duration>,
    /// Whether a fetch is overdue.
    pub is_stale: bool,
    /// The error of the last fetch, if it failed.
    pub error: Option<KeyError>,
}
