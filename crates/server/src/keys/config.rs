//! Configuration of fetching keys.

use std::path::PathBuf;
use std::time::Duration;

use super::address::Network;

/// How keys are fetched and cached.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// Whether every address may be connected to, including private, loopback and other addresses
    /// that are not public.
    pub allow_private_addresses: bool,
    /// Networks that may be connected to although they are not public.
    pub allow_networks: Vec<Network>,
    /// Whether the system's root certificates are trusted.
    pub system_roots: bool,
    /// Files with additional root certificates, in PEM.
    pub extra_roots_pem: Vec<PathBuf>,
    /// How long a fetch may take, from resolving the host to the last byte of the keys.
    pub timeout: Duration,
    /// Maximum size of a document, in bytes.
    pub max_bytes: usize,
    /// Maximum number of redirects to a document.
    pub max_redirects: u8,
    /// How long keys are cached if the issuer does not say.
    pub default_max_age: Duration,
    /// Minimum time that keys are cached, whatever the issuer says.
    pub min_max_age: Duration,
    /// Maximum time that keys are cached, whatever the issuer says.
    pub max_max_age: Duration,
    /// Minimum time between fetches because of a token with an unknown key. Such a token waits.
    pub unknown_kid_interval: Duration,
    /// Time from a failure to the next attempt; it doubles with each further failure.
    pub retry_interval: Duration,
    /// Maximum time between two attempts.
    pub max_retry_interval: Duration,
    /// How long expired keys are used while the issuer cannot be reached.
    pub max_stale: Duration,
}

impl Default for KeyConfig {
    fn default() -> Self {
        Self {
            allow_private_addresses: false,
            allow_networks: Vec::new(),
            system_roots: true,
            extra_roots_pem: Vec::new(),
            timeout: Duration::from_secs(10),
            max_bytes: 512 * 1024,
            max_redirects: 3,
            default_max_age: Duration::from_secs(10 * 60),
            min_max_age: Duration::from_secs(60),
            max_max_age: Duration::from_secs(60 * 60),
            unknown_kid_interval: Duration::from_secs(5),
            retry_interval: Duration::from_secs(1),
            max_retry_interval: Duration::from_secs(30),
            max_stale: Duration::from_secs(24 * 60 * 60),
        }
    }
}
