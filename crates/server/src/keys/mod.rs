//! The issuers' keys: fetched over TLS by the discovery document, kept as long as the issuer says,
//! fetched anew before that is over and when a token names a key that is not known. `docs/keys.md`
//! tells all of it.

mod address;
mod cache;
mod certificates;
mod document;
mod entry;
mod error;
mod fetch;
mod metrics;
mod resolve;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use claimgate::issuer::{discovery_url, validate_url};
use claimgate::jwt::Jwks;

pub use address::{Network, NetworkError};
use certificates::normal_thumbprint;
use entry::Entry;
pub use error::KeyError;
use fetch::Fetcher;
pub use resolve::{Resolve, Resolving, SystemResolver};

/// How keys are fetched and kept.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// Whether any address may be connected to: private ones, this machine's, and all else that is
    /// not of the internet.
    pub allow_private_addresses: bool,
    /// Addresses that may be connected to although they are not of the internet.
    pub allow_networks: Vec<Network>,
    /// Whether the system's root certificates are trusted.
    pub system_roots: bool,
    /// Files with further root certificates, in PEM.
    pub extra_roots_pem: Vec<PathBuf>,
    /// How long a fetch may take, from the first question for an address to the last byte of the
    /// keys.
    pub timeout: Duration,
    /// The largest document, in bytes.
    pub max_bytes: usize,
    /// How many redirects are followed to a document.
    pub max_redirects: u8,
    /// How long keys are kept where the issuer does not say.
    pub default_max_age: Duration,
    /// The shortest time that keys are kept for, whatever the issuer says.
    pub min_max_age: Duration,
    /// The longest time that keys are kept for, whatever the issuer says.
    pub max_max_age: Duration,
    /// How often keys may be fetched because a token names one that is not known. Such a token
    /// waits for its turn.
    pub unknown_kid_interval: Duration,
    /// How long after a failure keys are fetched again; it doubles with every further one.
    pub retry_interval: Duration,
    /// The longest pause between two attempts.
    pub max_retry_interval: Duration,
    /// How long the last good keys are used beyond their time while the issuer cannot be reached.
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

/// An issuer, as far as its keys are concerned.
#[derive(Clone, Copy, Debug)]
pub struct IssuerKeys<'a> {
    /// What it is called here. Two issuers with one id are one issuer whose registration has
    /// changed.
    pub id: &'a str,
    /// Its URL, as it is registered.
    pub url: &'a str,
    /// Keys that are registered with it: a JWKS. Nothing is fetched then.
    pub static_jwks: Option<&'a str>,
    /// SHA-256 thumbprints of certificates that are believed where roots fail, in any case, with or
    /// without colons.
    pub thumbprints: &'a [String],
}

/// How an issuer's keys are doing, for metrics.
#[derive(Clone, Debug)]
pub struct IssuerStatus {
    /// Its id.
    pub id: String,
    /// Its URL.
    pub url: String,
    /// How many fetches were begun.
    pub fetches: u64,
    /// How many of them have failed.
    pub failures: u64,
    /// How long ago the keys in use were fetched, if there are any.
    pub age: Option<Duration>,
    /// Whether keys should have been fetched by now, anew or for the first time.
    pub is_stale: bool,
    /// Why the last fetch has failed, if it has.
    pub error: Option<KeyError>,
}

/// The keys of all issuers. A copy is cheap: it is the same store.
///
/// ```
/// use claimgate_server::keys::{IssuerKeys, KeyConfig, KeyStore};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let store = KeyStore::new(KeyConfig { system_roots: false, ..KeyConfig::default() })?;
/// let static_jwks = Some(r#"{"keys": [{"kid": "a", "kty": "RSA"}]}"#);
/// let issuer = IssuerKeys { id: "1", url: "https://ci.example", static_jwks, thumbprints: &[] };
/// assert_eq!(store.keys(issuer, Some("b")).await?.keys().len(), 1);
///
/// let issuer = IssuerKeys { id: "2", url: "https://127.0.0.1", static_jwks: None, thumbprints: &[] };
/// let error = store.keys(issuer, None).await.unwrap_err();
/// assert_eq!(error.to_string(), "`127.0.0.1` is at `127.0.0.1`, a loopback address, which is not connected to");
/// # Ok::<(), claimgate_server::keys::KeyError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct KeyStore(Arc<Inner>);

struct Inner {
    fetcher: Arc<Fetcher>,
    issuers: Mutex<HashMap<String, Known>>,
}

/// What is kept of an issuer.
enum Known {
    Fetched(Arc<Entry>),
    /// Static keys, with the text that they were read from.
    Static(String, Arc<Jwks>),
}

impl std::fmt::Debug for KeyStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("KeyStore")
            .field(&self.0.fetcher.config)
            .finish()
    }
}

impl KeyStore {
    /// A store without any keys yet.
    ///
    /// # Errors
    /// [`KeyError::Roots`] if a file of root certificates cannot be used.
    pub fn new(config: KeyConfig) -> Result<Self, KeyError> {
        Self::with_resolver(config, Arc::new(SystemResolver))
    }

    /// A store that asks somebody else for the addresses of hosts.
    ///
    /// # Errors
    /// [`KeyError::Roots`] if a file of root certificates cannot be used.
    pub fn with_resolver(config: KeyConfig, resolver: Arc<dyn Resolve>) -> Result<Self, KeyError> {
        let fetcher = Arc::new(Fetcher::new(config, resolver)?);
        Ok(Self(Arc::new(Inner {
            fetcher,
            issuers: Mutex::default(),
        })))
    }

    /// The issuer's keys: those that are registered, or those that were fetched. `kid` is the key
    /// that the token names; if it is not among them they are fetched anew, and what is returned
    /// may still lack it.
    ///
    /// # Errors
    /// [`KeyError`] if there are none, or none that are young enough.
    pub async fn keys(
        &self,
        issuer: IssuerKeys<'_>,
        kid: Option<&str>,
    ) -> Result<Arc<Jwks>, KeyError> {
        match issuer.static_jwks {
            Some(text) => self.static_keys(issuer.id, text),
            None => self.entry(issuer)?.keys(kid).await,
        }
    }

    /// The thumbprints that count of the certificates which the host of a URL sends, its own first.
    /// They are taken from whoever answers there: compare them with what the issuer's owner says.
    ///
    /// # Errors
    /// [`KeyError`] if the host cannot be reached, or its certificate is for another host or not
    /// valid at this time.
    pub async fn thumbprints(&self, url: &str) -> Result<Vec<String>, KeyError> {
        validate_url(url)?;
        let fetcher = &self.0.fetcher;
        fetcher
            .in_time(url, fetcher.thumbprints(&discovery_url(url)))
            .await
    }

    /// Fetches the keys of an issuer that is to be registered, to see whether they can be had. They
    /// are not kept.
    ///
    /// # Errors
    /// [`KeyError`] if they cannot.
    pub async fn try_to_fetch(&self, url: &str, thumbprints: &[String]) -> Result<Jwks, KeyError> {
        validate_url(url)?;
        Entry::new(&self.0.fetcher, url, url, normal(thumbprints))
            .fetch()
            .await
            .map(|(keys, _)| keys)
    }

    /// Forgets an issuer's keys.
    pub fn forget(&self, issuer_id: &str) {
        self.issuers().remove(issuer_id);
    }

    /// How the fetched keys are doing, issuer by issuer in no particular order.
    #[must_use]
    pub fn status(&self) -> Vec<IssuerStatus> {
        let fetched = |known: &Known| match known {
            Known::Fetched(entry) => Some(Arc::clone(entry)),
            Known::Static(..) => None,
        };
        let entries: Vec<_> = self.issuers().values().filter_map(fetched).collect();
        entries.iter().map(|entry| entry.status()).collect()
    }

    /// The same as metrics.
    pub(crate) fn render_metrics(&self) -> String {
        metrics::render(&mut self.status())
    }

    fn static_keys(&self, id: &str, text: &str) -> Result<Arc<Jwks>, KeyError> {
        match self.issuers().get(id) {
            Some(Known::Static(own, keys)) if own == text => return Ok(Arc::clone(keys)),
            _ => {}
        }
        let keys = Arc::new(Jwks::parse(text).map_err(KeyError::Static)?);
        self.issuers().insert(
            id.to_owned(),
            Known::Static(text.to_owned(), Arc::clone(&keys)),
        );
        Ok(keys)
    }

    /// What is known of the issuer as it is registered now; nothing is kept of what it was before.
    fn entry(&self, issuer: IssuerKeys<'_>) -> Result<Arc<Entry>, KeyError> {
        let thumbprints = normal(issuer.thumbprints);
        let mut issuers = self.issuers();
        match issuers.get(issuer.id) {
            Some(Known::Fetched(entry)) if entry.is_of(issuer.url, &thumbprints) => {
                Ok(Arc::clone(entry))
            }
            _ => {
                validate_url(issuer.url)?;
                let entry = Arc::new(Entry::new(
                    &self.0.fetcher,
                    issuer.id,
                    issuer.url,
                    thumbprints,
                ));
                issuers.insert(issuer.id.to_owned(), Known::Fetched(Arc::clone(&entry)));
                Ok(entry)
            }
        }
    }

    fn issuers(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0
            .issuers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn normal(thumbprints: &[String]) -> Vec<String> {
    thumbprints
        .iter()
        .map(|text| normal_thumbprint(text))
        .collect()
}
