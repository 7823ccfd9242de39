//! The keys of all issuers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use claimgate::issuer::{discovery_url, validate_url};
use claimgate::jwt::Jwks;
use claimgate_formats::thumbprint::normalise;

use super::certificates::Purpose;
use super::config::KeyConfig;
use super::entry::Entry;
use super::error::KeyError;
use super::fetch::Fetcher;
use super::resolve::{Resolve, SystemResolver};
use super::status::IssuerStatus;
use crate::lock::lock;

/// The registration of an issuer, as far as its keys are concerned.
#[derive(Clone, Copy, Debug)]
pub struct IssuerKeys<'a> {
    /// Its id. Two registrations with the same id are one issuer that was changed.
    pub id: &'a str,
    /// Its registered URL.
    pub url: &'a str,
    /// Its static keys, as the text of a JWKS. Nothing is fetched then.
    pub static_jwks: Option<&'a str>,
    /// SHA-256 thumbprints of certificates that are trusted in addition to the roots, in upper or
    /// lower case, with or without colons.
    pub thumbprints: &'a [String],
}

/// The keys of all issuers. Clones share them.
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
/// assert_eq!(error.to_string(), "`127.0.0.1` resolves to `127.0.0.1`, a loopback address, to which no connection is made");
/// # Ok::<(), claimgate_server::keys::KeyError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct KeyStore(Arc<Inner>);

struct Inner {
    fetcher: Arc<Fetcher>,
    issuers: Mutex<HashMap<String, IssuerEntry>>,
}

/// The cached keys of an issuer.
enum IssuerEntry {
    Fetched(Arc<Entry>),
    /// Static keys, with the text that they were parsed from.
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
    /// An empty store.
    ///
    /// # Errors
    /// [`KeyError::Roots`] if a file of root certificates cannot be used.
    pub fn new(config: KeyConfig) -> Result<Self, KeyError> {
        Self::with_resolver(config, Arc::new(SystemResolver))
    }

    /// An empty store that resolves hosts by `resolver`.
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

    /// The issuer's keys: the static ones, or the fetched ones. `kid` is the key that the token
    /// names; if it is unknown the keys are fetched again, and may lack it even so.
    ///
    /// # Errors
    /// [`KeyError`] if there are no keys, or only keys that are too old.
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

    /// The thumbprints of the certificates that the host of a URL sends and that may be registered,
    /// its own first. They are not verified: compare them with what the issuer's owner publishes.
    ///
    /// # Errors
    /// [`KeyError`] if the host cannot be reached, or its certificate is for another host or not
    /// valid at this time.
    pub async fn thumbprints(&self, url: &str) -> Result<Vec<String>, KeyError> {
        self.thumbprints_for(url, Purpose::Inspect).await
    }

    /// The same thumbprints, if the roots or one of the `trusted` thumbprints verify the host.
    ///
    /// # Errors
    /// [`KeyError::CertificateUntrusted`] with the thumbprint of the host's own certificate if they
    /// do not, and the errors of [`KeyStore::thumbprints`].
    pub async fn verified_thumbprints(
        &self,
        url: &str,
        trusted: &[String],
    ) -> Result<Vec<String>, KeyError> {
        self.thumbprints_for(url, Purpose::Fetch(normalized(trusted).into()))
            .await
    }

    async fn thumbprints_for(&self, url: &str, purpose: Purpose) -> Result<Vec<String>, KeyError> {
        validate_url(url)?;
        let fetcher = &self.0.fetcher;
        fetcher
            .in_time(url, fetcher.thumbprints(&discovery_url(url), purpose))
            .await
    }

    /// Fetches the keys of an issuer before it is registered, without caching them.
    ///
    /// # Errors
    /// [`KeyError`] if they cannot be fetched.
    pub async fn try_to_fetch(&self, url: &str, thumbprints: &[String]) -> Result<Jwks, KeyError> {
        validate_url(url)?;
        Entry::new(&self.0.fetcher, url, url, normalized(thumbprints))
            .fetch()
            .await
            .map(|(keys, _)| keys)
    }

    /// Forgets an issuer's keys.
    pub fn forget(&self, issuer_id: &str) {
        self.issuers().remove(issuer_id);
    }

    /// The state of the fetched keys of each issuer, in no particular order.
    #[must_use]
    pub fn status(&self) -> Vec<IssuerStatus> {
        let fetched = |entry: &IssuerEntry| match entry {
            IssuerEntry::Fetched(entry) => Some(Arc::clone(entry)),
            IssuerEntry::Static(..) => None,
        };
        let entries: Vec<_> = self.issuers().values().filter_map(fetched).collect();
        entries.iter().map(|entry| entry.status()).collect()
    }

    /// What fetches documents.
    pub(super) fn fetcher(&self) -> &Fetcher {
        &self.0.fetcher
    }

    fn static_keys(&self, id: &str, text: &str) -> Result<Arc<Jwks>, KeyError> {
        match self.issuers().get(id) {
            Some(IssuerEntry::Static(own, keys)) if own == text => return Ok(Arc::clone(keys)),
            _ => {}
        }
        let keys = Arc::new(Jwks::parse(text).map_err(KeyError::Static)?);
        self.issuers().insert(
            id.to_owned(),
            IssuerEntry::Static(text.to_owned(), Arc::clone(&keys)),
        );
        Ok(keys)
    }

    /// The entry of an issuer. A change of its registration replaces the entry.
    fn entry(&self, issuer: IssuerKeys<'_>) -> Result<Arc<Entry>, KeyError> {
        let thumbprints = normalized(issuer.thumbprints);
        let mut issuers = self.issuers();
        match issuers.get(issuer.id) {
            Some(IssuerEntry::Fetched(entry)) if entry.is_of(issuer.url, &thumbprints) => {
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
                issuers.insert(
                    issuer.id.to_owned(),
                    IssuerEntry::Fetched(Arc::clone(&entry)),
                );
                Ok(entry)
            }
        }
    }

    fn issuers(&self) -> MutexGuard<'_, HashMap<String, IssuerEntry>> {
        lock(&self.0.issuers)
    }
}

/// The thumbprints as they are compared. An invalid one stays as it is: it matches no certificate.
fn normalized(thumbprints: &[String]) -> Vec<String> {
    let normalized = |text: &String| normalise(text).unwrap_or_else(|_| text.clone());
    thumbprints.iter().map(normalized).collect()
}
