//! The OpenID provider: its keys, and the tokens that it signs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::key::{KeyProblem, SigningKey, StoredKey};
use super::schedule::plan;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::environments::keys::master::MasterKeys;
use crate::lock::lock;

/// Which tokens a key signs: each version of the subjects has an issuer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// Subjects with names, below the issuer itself.
    One,
    /// Subjects with ids, below `/v2`.
    Two,
}

impl Version {
    pub(crate) const ALL: [Self; 2] = [Self::One, Self::Two];

    /// What follows the issuer's URL.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::One => "",
            Self::Two => "/v2",
        }
    }

    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::One => "id-token-v1",
            Self::Two => "id-token-v2",
        }
    }
}

/// The OpenID provider.
pub(crate) struct OpenIdProvider {
    /// The URL of the issuer, without a slash at its end.
    issuer: String,
    master: Arc<MasterKeys>,
    unwrapped: Mutex<HashMap<String, Arc<SigningKey>>>,
}

impl fmt::Debug for OpenIdProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenIdProvider").field(&self.issuer).finish()
    }
}

/// Why no token can be signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] KeyProblem),
    #[error("there is no signing key")]
    NoKey,
}

impl OpenIdProvider {
    /// The provider with an issuer's URL.
    pub(crate) fn new(issuer: &str, master: Arc<MasterKeys>) -> Self {
        Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            master,
            unwrapped: Mutex::default(),
        }
    }

    /// The issuer of tokens of a version.
    pub(crate) fn issuer(&self, version: Version) -> String {
        format!("{}{}", self.issuer, version.path())
    }

    /// Creates keys that are missing, and deletes those that are not needed any more.
    ///
    /// # Errors
    /// [`SignError`]
    pub(crate) async fn rotate(&self, store: &Store, now: i64) -> Result<(), SignError> {
        for version in Version::ALL {
            let purpose = version.purpose();
            let keys = store.signing_keys(purpose).await?;
            let active: Vec<_> = keys.iter().map(|key| key.active).collect();
            let plan = plan(&active, now);
            if plan.create.is_empty() && plan.delete == 0 {
                continue;
            }
            let create = plan.create;
            // Generating a key takes a while.
            let generated = tokio::task::spawn_blocking(move || {
                let create = create.into_iter();
                create
                    .map(|active| SigningKey::generate(purpose, active))
                    .collect::<Result<Vec<_>, _>>()
            });
            let mut created = Vec::new();
            for key in generated.await.map_err(|_| KeyProblem::Generate)?? {
                created.push(key.wrap(&self.master).await?);
            }
            let delete = keys.get(..plan.delete).unwrap_or_default();
            store
                .change_signing_keys(purpose, &keys, &created, delete)
                .await?;
        }
        Ok(())
    }

    /// Signs a token.
    ///
    /// # Errors
    /// [`SignError`]
    pub(crate) async fn sign(
        &self,
        store: &Store,
        version: Version,
        claims: &Value,
        now: i64,
    ) -> Result<String, SignError> {
        let keys = store.signing_keys(version.purpose()).await?;
        let current = keys.iter().rfind(|key| key.active <= now);
        let key = self.unwrapped(current.ok_or(SignError::NoKey)?).await?;
        Ok(key.sign(claims)?)
    }

    async fn unwrapped(&self, stored: &StoredKey) -> Result<Arc<SigningKey>, KeyProblem> {
        if let Some(key) = lock(&self.unwrapped).get(&stored.id) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(SigningKey::unwrap(&self.master, stored).await?);
        let mut unwrapped = lock(&self.unwrapped);
        // Few are in use; what was replaced is not kept.
        if unwrapped.len() >= 8 {
            unwrapped.clear();
        }
        unwrapped.insert(stored.id.clone(), Arc::clone(&key));
        Ok(key)
    }
}

impl Store {
    /// The public keys of a version, as a JWKS.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn published_keys(&self, version: Version) -> Result<Value, StoreError> {
        let keys = self.signing_keys(version.purpose()).await?;
        let keys = keys
            .iter()
            .filter_map(|key| serde_json::from_str::<Value>(&key.jwk).ok());
        Ok(serde_json::json!({"keys": keys.collect::<Vec<_>>()}))
    }
}
