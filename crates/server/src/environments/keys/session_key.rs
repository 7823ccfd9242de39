//! The key of an open session. It is derived from the master key and the session's id, which only the caller has: the
//! database alone, or with the master key, does not reveal what a session holds.

use aws_lc_rs::digest;
use zeroize::Zeroizing;

use super::master::{MasterKey, derive};
use super::seal::{SealingKey, Unsealable};
use crate::random;

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
    pub(crate) fn seal(&self, master: &MasterKey, owner: &SessionOwner, text: &[u8]) -> Vec<u8> {
        self.key(master).seal(&context(owner), text)
    }

    /// What [`Self::seal`] sealed for the same owner.
    ///
    /// # Errors
    /// [`Unsealable`].
    pub(crate) fn unseal(
        &self,
        master: &MasterKey,
        owner: &SessionOwner,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        self.key(master).unseal(&context(owner), sealed)
    }

    fn key(&self, master: &MasterKey) -> SealingKey {
        SealingKey::new(&derive(&master.sessions, &[b"session ", self.0.as_bytes()]))
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
    use super::{SessionId, SessionOwner};

    #[test]
    fn a_session_is_read_with_its_id_by_its_token_in_its_environment() {
        let master = MasterKeys::parse(&MasterKeys::generate()).unwrap();
        let master = master.current();
        let owner = SessionOwner {
            token: "t".to_owned(),
            organization: 1,
            environment: "e".to_owned(),
        };
        let id = SessionId::generate();
        assert_eq!(id.reveal().len(), 48);
        let sealed = id.seal(master, &owner, b"values");
        let again = SessionId::read(id.reveal());
        assert_eq!(again.hash(), id.hash());
        assert_eq!(*again.unseal(master, &owner, &sealed).unwrap(), b"values");
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
            assert!(id.unseal(master, &other, &sealed).is_err());
        }
        assert!(
            SessionId::generate()
                .unseal(master, &owner, &sealed)
                .is_err()
        );
    }
}
