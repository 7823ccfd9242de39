//! A cache of organizations with their compiled issuers. An entry is valid as long as the database
//! has no later version of the organization.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate::issuer::Issuers;
use serde::Deserialize;

use super::compiled::CompiledOrganization;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::keys::error::KeyError;
use crate::keys::store::{IssuerKeys, KeyStore};
use crate::lock::{read, write};

/// A cache of organizations with their compiled issuers.
#[derive(Debug)]
pub(crate) struct Directory {
    store: Store,
    keys: KeyStore,
    compiled: RwLock<HashMap<String, Arc<CompiledOrganization>>>,
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
            compiled: RwLock::default(),
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
        let cached = read(&self.compiled).get(name).cloned();
        if let Some(cached) = cached.filter(|cached| self.is_current(name, cached.version)) {
            return Ok(Some(cached));
        }
        // The version is read first: with a change in the meantime it is outdated, and everything
        // is read again.
        let Some(organization) = self.store.organization(name).await? else {
            write(&self.compiled).remove(name);
            return Ok(None);
        };
        let records = self.store.issuers(name).await?;
        let policies = self.store.policies(name).await?;
        let documents: HashMap<_, _> = policies
            .into_iter()
            .map(|policy| (policy.issuer, policy.document))
            .collect();
        let compiled = Arc::new(CompiledOrganization::new(
            organization.version,
            &records,
            &documents,
        ));
        write(&self.compiled).insert(name.to_owned(), Arc::clone(&compiled));
        Ok(Some(compiled))
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
        if organization
            .issuers
            .iter()
            .all(|issuer| issuer.has_static_keys)
        {
            return (organization.compiled.clone(), None);
        }
        let hint = Hint::of(token);
        let issuer = organization
            .issuers
            .iter()
            .find(|issuer| Some(issuer.url.as_str()) == hint.iss.as_deref());
        let Some(issuer) = issuer.filter(|issuer| !issuer.has_static_keys) else {
            return (organization.compiled.clone(), None);
        };
        let registration = IssuerKeys {
            id: &issuer.id,
            url: &issuer.url,
            static_jwks: None,
            thumbprints: &issuer.thumbprints,
        };
        match self.keys.keys(registration, hint.kid.as_deref()).await {
            Ok(keys) => (organization.with_keys(issuer, keys), None),
            Err(error) => (organization.compiled.clone(), Some(error)),
        }
    }
}

/// Issuer and key of a token that is not verified: only for fetching the right keys.
#[derive(Debug, Default)]
struct Hint {
    iss: Option<String>,
    kid: Option<String>,
}

impl Hint {
    fn of(token: &str) -> Self {
        #[derive(Deserialize)]
        struct Header<'a> {
            #[serde(borrow)]
            kid: Option<Cow<'a, str>>,
        }
        #[derive(Deserialize)]
        struct Payload<'a> {
            #[serde(borrow)]
            iss: Option<Cow<'a, str>>,
        }
        if token.len() > claimgate::jwt::DEFAULT_MAX_SIZE {
            return Self::default();
        }
        let mut parts = token
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
        let (header, payload) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let header = serde_json::from_slice::<Header<'_>>(&header)
            .ok()
            .and_then(|header| header.kid);
        let payload = serde_json::from_slice::<Payload<'_>>(&payload)
            .ok()
            .and_then(|payload| payload.iss);
        Self {
            iss: payload.map(Cow::into_owned),
            kid: header.map(Cow::into_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Hint;

    #[test]
    fn a_hint_is_read_from_a_token_and_from_nothing_else() {
        // {"alg":"none","kid":"k"} and {"iss":"https://a"}
        let hint = Hint::of("eyJhbGciOiJub25lIiwia2lkIjoiayJ9.eyJpc3MiOiJodHRwczovL2EifQ.");
        assert_eq!(
            (hint.iss.as_deref(), hint.kid.as_deref()),
            (Some("https://a"), Some("k"))
        );
        for other in ["", "a.b.c", "..", "eyJpc3MiOjF9.eyJpc3MiOjF9."] {
            assert_eq!(Hint::of(other).iss, None, "{other}");
        }
    }
}
