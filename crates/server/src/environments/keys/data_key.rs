//! Data keys: each environment has its own, which seal its secrets.

use claimgate_environments::{Decrypter, Encrypter, HostError};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::master::MasterKeys;
use super::seal::{KEY, SealingKey};
use super::source::{MasterError, WrappedBy};
use super::transit::error::TransitError;
use crate::random;

/// How many secrets one data key seals, at most: with random nonces of 96 bits, a nonce is then used twice with a
/// probability below 2^-36.
const MAX_SEALED: i64 = 1 << 30;

/// The bytes of a data key's id.
const ID: usize = 16;

/// The environment that keys and secrets belong to. It is known by ids, so a later environment of the same name is another
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// The organization's id.
    pub(crate) organization: i64,
    /// The environment's id.
    pub(crate) environment: String,
}

/// A data key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrappedKey {
    /// Its id, a UUID.
    pub(crate) id: String,
    pub(crate) by: WrappedBy,
    /// How many secrets it has sealed.
    pub(crate) sealed: i64,
}

/// Why a data key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DataKeyError {
    #[error("the master key `{0}` is missing")]
    NoMaster(String),
    #[error(
        "the data key `{0}` cannot be unwrapped: it was changed, or belongs to another environment"
    )]
    Changed(String),
    #[error(transparent)]
    Transit(#[from] TransitError),
}

/// The data keys of an environment.
pub(crate) struct EnvironmentKeys {
    owner: Owner,
    /// Oldest first; the last one seals.
    keys: Vec<DataKey>,
    /// How many secrets the last one has sealed.
    sealed: i64,
}

struct DataKey {
    id: Uuid,
    key: SealingKey,
}

impl EnvironmentKeys {
    /// Those of an environment that has no key yet.
    pub(crate) fn none(owner: Owner) -> Self {
        Self {
            owner,
            keys: Vec::new(),
            sealed: 0,
        }
    }

    /// The keys of an environment, oldest first.
    ///
    /// # Errors
    /// [`DataKeyError`] if one cannot be unwrapped.
    pub(crate) async fn unwrap(
        master: &MasterKeys,
        owner: Owner,
        wrapped: &[WrappedKey],
    ) -> Result<Self, DataKeyError> {
        let mut keys = Vec::with_capacity(wrapped.len());
        for wrapped in wrapped {
            let (id, key) = unwrap(master, &owner, wrapped).await?;
            let key = SealingKey::new(&key);
            keys.push(DataKey { id, key });
        }
        Ok(Self {
            keys,
            sealed: wrapped.last().map_or(0, |key| key.sealed),
            owner,
        })
    }

    /// Whether a new key has to be added before a secret is sealed.
    pub(crate) fn is_used_up(&self) -> bool {
        self.keys.is_empty() || self.sealed >= MAX_SEALED
    }

    /// Adds a new key, which seals from now on. Returns it as it is stored.
    ///
    /// # Errors
    /// [`DataKeyError`] if it cannot be wrapped.
    pub(crate) async fn add(&mut self, master: &MasterKeys) -> Result<WrappedKey, DataKeyError> {
        let key = Zeroizing::new(random::bytes::<KEY>());
        let id = random::uuid();
        let wrapped = wrap(master, &self.owner, id, &key).await?;
        self.keys.push(DataKey {
            id,
            key: SealingKey::new(&key),
        });
        self.sealed = 0;
        Ok(wrapped)
    }
}

async fn unwrap(
    master: &MasterKeys,
    owner: &Owner,
    wrapped: &WrappedKey,
) -> Result<(Uuid, Zeroizing<[u8; KEY]>), DataKeyError> {
    let changed = || DataKeyError::Changed(wrapped.id.clone());
    let id = Uuid::try_parse(&wrapped.id).map_err(|_| changed())?;
    let context = context(b"data key", owner, id);
    let key = master.unwrap(&context, &wrapped.by).await;
    let key = key.map_err(|error| DataKeyError::of(error, &wrapped.id))?;
    let key: [u8; KEY] = key.as_slice().try_into().map_err(|_| changed())?;
    Ok((id, Zeroizing::new(key)))
}

async fn wrap(
    master: &MasterKeys,
    owner: &Owner,
    id: Uuid,
    key: &[u8; KEY],
) -> Result<WrappedKey, DataKeyError> {
    let by = master.wrap(&context(b"data key", owner, id), key).await;
    let id = id.to_string();
    Ok(WrappedKey {
        by: by.map_err(|error| DataKeyError::of(error, &id))?,
        id,
        sealed: 0,
    })
}

impl DataKeyError {
    /// The error of a data key with an id.
    fn of(error: MasterError, id: &str) -> Self {
        match error {
            MasterError::Missing(master) => Self::NoMaster(master),
            MasterError::Changed => Self::Changed(id.to_owned()),
            MasterError::Transit(error) => Self::Transit(error),
        }
    }
}

/// The same data key, wrapped by the first master key.
///
/// # Errors
/// [`DataKeyError`] if it cannot be unwrapped, or wrapped again.
pub(crate) async fn rewrap(
    master: &MasterKeys,
    owner: &Owner,
    wrapped: &WrappedKey,
) -> Result<WrappedKey, DataKeyError> {
    let (id, key) = unwrap(master, owner, wrapped).await?;
    Ok(WrappedKey {
        sealed: wrapped.sealed,
        ..wrap(master, owner, id, &key).await?
    })
}

/// What is authenticated with a sealed text: the version of this format, what it is, and where it belongs.
fn context(what: &[u8], owner: &Owner, key: Uuid) -> Vec<u8> {
    let environment = owner.environment.as_bytes();
    let length = u64::try_from(environment.len()).unwrap_or(u64::MAX);
    [
        b"claimgate 1 ".as_slice(),
        what,
        b"\0",
        &owner.organization.to_be_bytes(),
        &length.to_be_bytes(),
        environment,
        key.as_bytes(),
    ]
    .concat()
}

impl Encrypter for EnvironmentKeys {
    fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, HostError> {
        let DataKey { id, key } = self
            .keys
            .last()
            .ok_or_else(|| HostError::from("the environment has no key"))?;
        let sealed = key.seal(&context(b"secret", &self.owner, *id), plaintext);
        Ok([id.as_bytes().as_slice(), &sealed].concat())
    }
}

impl Decrypter for EnvironmentKeys {
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, HostError> {
        let foreign = || {
            HostError::from(
                "the ciphertext is not of this environment: enter the secret itself, as `fn::secret: TEXT`",
            )
        };
        let (id, sealed) = ciphertext.split_first_chunk::<ID>().ok_or_else(foreign)?;
        let of_id = self.keys.iter().find(|key| key.id.as_bytes() == id);
        let DataKey { id, key } = of_id.ok_or_else(foreign)?;
        let text = key.unseal(&context(b"secret", &self.owner, *id), sealed);
        Ok(text.map_err(|_| foreign())?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use claimgate_environments::{Decrypter as _, Encrypter as _};

    use super::{DataKeyError, EnvironmentKeys, MasterKeys, Owner, WrappedKey, rewrap};

    fn owner(organization: i64, environment: &str) -> Owner {
        Owner {
            organization,
            environment: environment.to_owned(),
        }
    }

    async fn new(master: &MasterKeys, owner: Owner) -> (EnvironmentKeys, WrappedKey) {
        let mut keys = EnvironmentKeys::none(owner);
        let wrapped = keys.add(master).await.unwrap();
        (keys, wrapped)
    }

    #[tokio::test]
    async fn a_key_is_unwrapped_for_its_environment_only() {
        let master = MasterKeys::parse(&MasterKeys::generate()).unwrap();
        let (keys, wrapped) = new(&master, owner(1, "one")).await;
        let ciphertext = keys.encrypt(b"secret").unwrap();
        let wrapped = [wrapped];
        let again = EnvironmentKeys::unwrap(&master, owner(1, "one"), &wrapped)
            .await
            .unwrap();
        assert_eq!(again.decrypt(&ciphertext).unwrap(), b"secret");
        let changed = DataKeyError::Changed(wrapped[0].id.clone());
        for other in [owner(2, "one"), owner(1, "two")] {
            let error = EnvironmentKeys::unwrap(&master, other, &wrapped)
                .await
                .err();
            assert_eq!(error.as_ref(), Some(&changed));
        }
        let other = MasterKeys::parse(&MasterKeys::generate()).unwrap();
        let error = EnvironmentKeys::unwrap(&other, owner(1, "one"), &wrapped)
            .await
            .err();
        assert_eq!(
            error,
            Some(DataKeyError::NoMaster(wrapped[0].by.master.clone()))
        );
    }

    #[tokio::test]
    async fn ciphertexts_of_another_environment_are_refused() {
        let master = MasterKeys::parse(&MasterKeys::generate()).unwrap();
        let (one, _) = new(&master, owner(1, "one")).await;
        let (two, _) = new(&master, owner(1, "two")).await;
        let ciphertext = one.encrypt(b"secret").unwrap();
        for text in [ciphertext.as_slice(), &ciphertext[..20], b"", &[0; 60]] {
            let error = two.decrypt(text).unwrap_err().0;
            assert!(
                error.starts_with("the ciphertext is not of this environment"),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn earlier_keys_decrypt_and_the_newest_one_encrypts() {
        let master = MasterKeys::parse(&MasterKeys::generate()).unwrap();
        let (mut keys, first) = new(&master, owner(1, "one")).await;
        let old = keys.encrypt(b"old").unwrap();
        let second = keys.add(&master).await.unwrap();
        let new = keys.encrypt(b"new").unwrap();
        assert_ne!(old[..16], new[..16]);
        let keys = EnvironmentKeys::unwrap(&master, owner(1, "one"), &[first, second])
            .await
            .unwrap();
        assert_eq!(keys.decrypt(&old).unwrap(), b"old");
        assert_eq!(keys.decrypt(&new).unwrap(), b"new");
    }

    #[tokio::test]
    async fn a_rewrapped_key_needs_the_new_master_key_only() {
        let (old, new_key) = (MasterKeys::generate(), MasterKeys::generate());
        let master = MasterKeys::parse(&old).unwrap();
        let (keys, wrapped) = new(&master, owner(1, "one")).await;
        let ciphertext = keys.encrypt(b"secret").unwrap();
        let both = MasterKeys::parse(&format!("{}\n{}", *new_key, *old)).unwrap();
        let rewrapped = rewrap(&both, &owner(1, "one"), &wrapped).await.unwrap();
        let only = MasterKeys::parse(&new_key).unwrap();
        assert_eq!(rewrapped.by.master, only.names()[0]);
        let keys = EnvironmentKeys::unwrap(&only, owner(1, "one"), &[rewrapped])
            .await
            .unwrap();
        assert_eq!(keys.decrypt(&ciphertext).unwrap(), b"secret");
    }
}
