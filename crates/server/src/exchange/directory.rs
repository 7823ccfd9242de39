//! A cache of organizations with their compiled issuers. An entry is valid as long as the database
//! has no later version of the organization.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock, Weak};

use claimgate::issuer::Issuers;
use claimgate::jwt::peek_unverified;

use super::compiled::CompiledOrganization;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::keys::error::KeyError;
use crate::keys::store::{IssuerKeys, KeyStore};
use crate::lock::{lock, read, write};
use crate::turns::Turns;

/// Policies of more bytes are compiled on a thread of their own.
const MANY_BYTES: usize = 64 * 1024;

/// A cache of organizations with their compiled issuers.
#[derive(Debug)]
pub(crate) struct Directory {
    store: Store,
    keys: KeyStore,
    compiling: Turns,
    compiled: Arc<RwLock<HashMap<String, Arc<CompiledOrganization>>>>,
    /// The organizations that are being read.
    reading: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
    /// The latest known version of each organization.
    latest: RwLock<LatestVersions>,
}

#[derive(Debug, Default)]
struct LatestVersions {
    version: i64,
    organizations: HashMap<String, i64>,
}

impl Directory {
    /// An empty directory.
    #[must_use]
    pub(crate) fn new(store: Store, keys: KeyStore) -> Self {
        Self {
            store,
            keys,
            compiling: Turns::half(),
            compiled: Arc::default(),
            reading: Mutex::default(),
            latest: RwLock::default(),
        }
    }

    /// The organization with a name, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub(super) async fn organization(
        &self,
        name: &str,
    ) -> Result<Option<Arc<CompiledOrganization>>, StoreError> {
        if let Some(cached) = self.cached(name) {
            return Ok(Some(cached));
        }
        // Its policies may have megabytes, and many exchanges may wait for them.
        let reading = self.reading(name);
        let _reading = reading.lock().await;
        if let Some(cached) = self.cached(name) {
            return Ok(Some(cached));
        }
        // The version is read first: with a change in the meantime it is outdated, and everything
        // is read again.
        let Some(organization) = self.store.organization(name).await? else {
            write(&self.compiled).remove(name);
            return Ok(None);
        };
        let id = organization.id;
        let records = self.store.issuers(id).await?;
        let policies = self.store.policies(id).await?;
        let documents: HashMap<_, _> = policies
            .into_iter()
            .map(|policy| (policy.issuer, policy.document))
            .collect();
        let size: usize = documents.values().map(String::len).sum();
        let cache = Arc::clone(&self.compiled);
        let compile = move || {
            // Another exchange may have waited for the same, and be done.
            let known = read(&cache).get(&organization.name).cloned();
            let is_same = |known: &Arc<CompiledOrganization>| {
                known.id == organization.id && known.version >= organization.version
            };
            known.filter(is_same).unwrap_or_else(|| {
                let compiled = CompiledOrganization::new(&organization, &records, &documents);
                let compiled = Arc::new(compiled);
                write(&cache).insert(organization.name.clone(), Arc::clone(&compiled));
                compiled
            })
        };
        let compiled = if size > MANY_BYTES {
            self.compiling.run(Some(id), compile).await
        } else {
            compile()
        };
        Ok(Some(compiled))
    }

    /// The organization with a name, if it is compiled and no later version is known.
    fn cached(&self, name: &str) -> Option<Arc<CompiledOrganization>> {
        let cached = read(&self.compiled).get(name).cloned();
        cached.filter(|cached| self.is_current(name, cached.version))
    }

    /// What is locked by the exchange that reads an organization.
    fn reading(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut reading = lock(&self.reading);
        if let Some(known) = reading.get(name).and_then(Weak::upgrade) {
            return known;
        }
        reading.retain(|_, other| other.strong_count() > 0);
        let new = Arc::default();
        reading.insert(name.to_owned(), Arc::downgrade(&new));
        new
    }

    /// Notes a change made by this replica.
    pub(crate) fn note_change(&self, organization: &str, version: i64) {
        let mut latest = write(&self.latest);
        let known = latest
            .organizations
            .entry(organization.to_owned())
            .or_default();
        *known = version.max(*known);
    }

    /// Polls for changes made by other replicas.
    ///
    /// # Errors
    /// [`StoreError`] of the database; nothing changes then.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let version = self.store.version().await?;
        if read(&self.latest).version == version {
            return Ok(());
        }
        let mut organizations: HashMap<_, _> = self.store.versions().await?.into_iter().collect();
        let mut latest = write(&self.latest);
        // Changes made by this replica may be later than what was read.
        for (name, own) in latest
            .organizations
            .drain()
            .filter(|(_, own)| *own > version)
        {
            let known = organizations.entry(name).or_insert(own);
            *known = own.max(*known);
        }
        *latest = LatestVersions {
            version,
            organizations,
        };
        Ok(())
    }

    /// Whether no later version of an organization is known.
    fn is_current(&self, name: &str, version: i64) -> bool {
        read(&self.latest)
            .organizations
            .get(name)
            .is_some_and(|latest| version >= *latest)
    }

    /// The issuers to decide a token with, of which the token's own has its keys; and the error if
    /// those could not be fetched.
    pub(super) async fn issuers_for(
        &self,
        organization: &CompiledOrganization,
        token: &str,
    ) -> (Issuers, Option<KeyError>) {
        let with_static_keys = || organization.compiled.clone();
        if organization
            .issuers
            .iter()
            .all(|issuer| issuer.has_static_keys)
        {
            return (with_static_keys(), None);
        }
        // Only to fetch the right keys: nothing about the token is verified yet.
        let Some(named) = peek_unverified(token) else {
            return (with_static_keys(), None);
        };
        let issuer = organization
            .issuers
            .iter()
            .find(|issuer| issuer.url == named.issuer);
        let Some(issuer) = issuer.filter(|issuer| !issuer.has_static_keys) else {
            return (with_static_keys(), None);
        };
        let registration = IssuerKeys {
            id: &issuer.id,
            url: &issuer.url,
            static_jwks: None,
            thumbprints: &issuer.thumbprints,
        };
        match self.keys.keys(registration, named.key_id.as_deref()).await {
            Ok(keys) => (organization.with_keys(issuer, keys), None),
            Err(error) => (with_static_keys(), Some(error)),
        }
    }
}
