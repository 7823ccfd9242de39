//! The key of an open session. It is derived from a secret, which the master key wraps, and the session's id, which only the
//! caller has: the database alone, or with the master key, does not reveal what a session holds.

use aws_lc_rs::{digest, hkdf};
use zeroize::Zeroizing;

use super::master::MasterKeys;
use super::seal::{KEY, SealingKey, Unsealable, derive};
use super::source::{MasterError, WrappedBy};
use crate::random;

/// The secret that the keys of sessions are derived from.
pub(crate) struct SessionSecret {
    id: String,
    secret: hkdf::Prk,
}

/// The secret as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredSecret {
    pub(crate) id: String,
    pub(crate) by: WrappedBy,
}

impl std::fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SessionSecret").field(&self.id).finish()
    }
}

impl SessionSecret {
    /// A new one as it is stored.
    ///
    /// # Errors
    /// [`MasterError`] if it cannot be wrapped.
    pub(crate) async fn generate(master: &MasterKeys) -> Result<StoredSecret, MasterError> {
        let secret = Zeroizing::new(random::bytes::<KEY>());
        let id = random::id();
        let by = master.wrap(&secret_context(&id), &*secret).await?;
        Ok(StoredSecret { id, by })
    }

    /// The secret that is stored.
    ///
    /// # Errors
    /// [`MasterError`] if it cannot be unwrapped.
    pub(crate) async fn unwrap(
        master: &MasterKeys,
        stored: &StoredSecret,
    ) -> Result<Self, MasterError> {
        let secret = master
            .unwrap(&secret_context(&stored.id), &stored.by)
            .await?;
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"claimgate open sessions");
        Ok(Self {
            id: stored.id.clone(),
            secret: salt.extract(&secret),
        })
    }

    /// The id of the secret.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

impl StoredSecret {
    /// The same secret, wrapped by the first master key.
    ///
    /// # Errors
    /// [`MasterError`] if it cannot be unwrapped, or wrapped again.
    pub(crate) async fn rewrap(self, master: &MasterKeys) -> Result<Self, MasterError> {
        let context = secret_context(&self.id);
        let secret = master.unwrap(&context, &self.by).await?;
        let by = master.wrap(&context, &secret).await?;
        Ok(Self { by, ..self })
    }
}

fn secret_context(id: &str) -> Vec<u8> {
    format!("claimgate 1 session secret\0{id}").into_bytes()
}

/// The id of an open session, which is a secret.
pub(crate) struct SessionId(Zeroizing<String>);

/// Whom a session is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionOwner {
    /// The id of the access token that opened it.
    pub(crate) token: String,
    /// The organization's id.
    pub(crate) organization: i64,
    /// The environment's id; empty for a document that is not saved.
    pub(crate) environment: String,
}

impl SessionId {
    /// A new one, of 192 random bits.
    pub(crate) fn generate() -> Self {
        Self(Zeroizing::new(random::hex(&random::bytes::<24>())))
    }

    /// The id in a request.
    pub(crate) fn read(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The id, for the caller.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What the session is stored under.
    pub(crate) fn hash(&self) -> String {
        random::hex(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }

    /// Seals what the session holds.
    pub(crate) fn seal(
        &self,
        secret: &SessionSecret,
        owner: &SessionOwner,
        text: &[u8],
    ) -> Vec<u8> {
        self.key(secret).seal(&context(owner), text)
    }

    /// What [`Self::seal`] sealed for the same owner.
    ///
    /// # Errors
    /// [`Unsealable`].
    pub(crate) fn unseal(
        &self,
        secret: &SessionSecret,
        owner: &SessionOwner,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        self.key(secret).unseal(&context(owner), sealed)
    }

    fn key(&self, secret: &SessionSecret) -> SealingKey {
        SealingKey::new(&derive(&secret.secret, &[b"session ", self.0.as_bytes()]))
    }
}

fn context(owner: &SessionOwner) -> Vec<u8> {
    format!(
        "claimgate 1 session\0{}\0{}\0{}",
        owner.organization, owner.environment, owner.token
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::master::MasterKeys;
    use super::{SessionId, SessionOwner, SessionSecret};

    #[tokio::test]
    async fn a_session_is_read_with_its_id_by_its_token_in_its_environment() {
        let master = MasterKeys::parse(&MasterKeys::generate()).unwrap();
        let stored = SessionSecret::generate(&master).await.unwrap();
        let secret = SessionSecret::unwrap(&master, &stored).await.unwrap();
        let owner = SessionOwner {
            token: "t".to_owned(),
            organization: 1,
            environment: "e".to_owned(),
        };
        let id = SessionId::generate();
        assert_eq!(id.reveal().len(), 48);
        let sealed = id.seal(&secret, &owner, b"values");
        let again = SessionId::read(id.reveal());
        assert_eq!(again.hash(), id.hash());
        assert_eq!(*again.unseal(&secret, &owner, &sealed).unwrap(), b"values");
        let others = [
            SessionOwner {
                token: "u".to_owned(),
                ..owner.clone()
            },
            SessionOwner {
                organization: 2,
                ..owner.clone()
            },
            SessionOwner {
                environment: "f".to_owned(),
                ..owner.clone()
            },
        ];
        for other in others {
            assert!(id.unseal(&secret, &other, &sealed).is_err());
        }
        assert!(
            SessionId::generate()
                .unseal(&secret, &owner, &sealed)
                .is_err()
        );
        let other = SessionSecret::generate(&master).await.unwrap();
        let other = SessionSecret::unwrap(&master, &other).await.unwrap();
        assert!(id.unseal(&other, &owner, &sealed).is_err());
    }

    #[tokio::test]
    async fn sessions_outlive_their_master_key() {
        let (old, new) = (MasterKeys::generate(), MasterKeys::generate());
        let master = MasterKeys::parse(&old).unwrap();
        let stored = SessionSecret::generate(&master).await.unwrap();
        let secret = SessionSecret::unwrap(&master, &stored).await.unwrap();
        let both = MasterKeys::parse(&format!("{}\n{}", *new, *old)).unwrap();
        let stored = stored.rewrap(&both).await.unwrap();
        let again = MasterKeys::parse(&new).unwrap();
        let again = SessionSecret::unwrap(&again, &stored).await.unwrap();
        assert_eq!(again.id(), secret.id());
        let owner = SessionOwner {
            token: "t".to_owned(),
            organization: 1,
            environment: "e".to_owned(),
        };
        let id = SessionId::generate();
        let sealed = id.seal(&secret, &owner, b"values");
        assert_eq!(*id.unseal(&again, &owner, &sealed).unwrap(), b"values");
        assert!(SessionSecret::unwrap(&master, &stored).await.is_err());
    }
}
