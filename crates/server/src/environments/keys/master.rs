//! Master keys: they wrap the data keys of environments, and are kept apart from the database.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::local::LocalKey;
use super::seal::KEY;
use super::source::{MasterError, MasterKey, WrappedBy};
use super::transit::client::{Transit, TransitConfig};
use super::transit::key::TransitKey;
use crate::keys::error::KeyError;
use crate::random;

/// The master keys. The first one wraps; the others only unwrap what they have wrapped before.
pub struct MasterKeys(Vec<Box<dyn MasterKey>>);

/// A text that has no master keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// No line has a key.
    #[error(
        "expected a key of 32 bytes in base64, as `openssl rand -base64 32` prints it, found nothing"
    )]
    Empty,
    /// A line is no key.
    #[error(
        "line {line}: expected a key of 32 bytes in base64, as `openssl rand -base64 32` prints it"
    )]
    Line {
        /// The number of the line, from 1.
        line: usize,
    },
    /// A key that is easily guessed.
    #[error("line {line}: expected a random key, found one byte repeated")]
    Weak {
        /// The number of the line, from 1.
        line: usize,
    },
    /// A key of an earlier line.
    #[error("line {line}: expected another key, found one of an earlier line")]
    Repeated {
        /// The number of the line, from 1.
        line: usize,
    },
    /// A URL that is not the address of a key.
    #[error(
        "line {line}: expected the address of a key of OpenBao's transit engine, like \
         `https://bao.example:8200/v1/transit/keys/claimgate`"
    )]
    Address {
        /// The number of the line, from 1.
        line: usize,
    },
    /// A key of OpenBao, and no token for it.
    #[error(
        "line {line}: expected --transit-token-file with a key of OpenBao, a file with a token that may use it"
    )]
    NoToken {
        /// The number of the line, from 1.
        line: usize,
    },
    /// The root certificates for OpenBao cannot be used.
    #[error(transparent)]
    Roots(#[from] KeyError),
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MasterKeys").field(&self.names()).finish()
    }
}

impl MasterKeys {
    /// Reads keys in base64, one in each line. Empty lines and those that begin with `#` are skipped.
    ///
    /// # Errors
    /// [`MasterKeyError`]. No message holds a part of a key.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        Self::read(text, None)
    }

    /// The same, where a line may also be the address of a key of OpenBao's transit engine.
    ///
    /// # Errors
    /// [`MasterKeyError`]. No message holds a part of a key.
    pub fn read(text: &str, transit: Option<TransitConfig>) -> Result<Self, MasterKeyError> {
        let transit = transit.map(Transit::new).transpose()?;
        let mut keys: Vec<Box<dyn MasterKey>> = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let key: Box<dyn MasterKey> = if text.contains("://") {
                let transit = transit.as_ref().ok_or(MasterKeyError::NoToken { line })?;
                let key = TransitKey::new(text, transit);
                Box::new(key.ok_or(MasterKeyError::Address { line })?)
            } else {
                Box::new(local(line, text)?)
            };
            if keys.iter().any(|other| other.name() == key.name()) {
                return Err(MasterKeyError::Repeated { line });
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(MasterKeyError::Empty);
        }
        Ok(Self(keys))
    }

    /// The text of a new key, for [`Self::parse`].
    #[must_use]
    pub fn generate() -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(Zeroizing::new(random::bytes::<KEY>())))
    }

    /// The names of the keys, that of the wrapping one first: the fingerprint of a key that is in memory, or the mount and the
    /// name of one of OpenBao.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|key| key.name()).collect()
    }

    /// Wraps a key with the first master key.
    ///
    /// # Errors
    /// [`MasterError`]
    pub(crate) async fn wrap(&self, context: &[u8], key: &[u8]) -> Result<WrappedBy, MasterError> {
        // There is at least one.
        self.0[0].wrap(context, key).await
    }

    /// The key that was wrapped for a context.
    ///
    /// # Errors
    /// [`MasterError`]
    pub(crate) async fn unwrap(
        &self,
        context: &[u8],
        WrappedBy { master, wrapped }: &WrappedBy,
    ) -> Result<Zeroizing<Vec<u8>>, MasterError> {
        let key = self.0.iter().find(|key| key.is_master(master));
        let key = key.ok_or_else(|| MasterError::Missing(master.clone()))?;
        key.unwrap(context, wrapped).await
    }

    /// Whether one of them wrapped what is stored with that master.
    pub(crate) fn has(&self, master: &str) -> bool {
        self.0.iter().any(|key| key.is_master(master))
    }

    /// Finds out whether all of them can be used now.
    ///
    /// # Errors
    /// [`MasterError`] of the first that cannot.
    pub(crate) async fn check(&self) -> Result<(), MasterError> {
        for key in &self.0 {
            key.check().await?;
        }
        Ok(())
    }
}

fn local(line: usize, text: &str) -> Result<LocalKey, MasterKeyError> {
    let bytes = STANDARD.decode(text).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| MasterKeyError::Line { line })?;
    let bytes: &[u8; KEY] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| MasterKeyError::Line { line })?;
    if bytes.iter().all(|byte| *byte == bytes[0]) {
        return Err(MasterKeyError::Weak { line });
    }
    Ok(LocalKey::new(bytes))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{MasterKeyError, MasterKeys, TransitConfig};

    #[tokio::test]
    async fn keys_are_read_line_by_line_and_the_first_one_wraps() {
        let (one, two) = (MasterKeys::generate(), MasterKeys::generate());
        let name = |text: &str| MasterKeys::parse(text).unwrap().names()[0].to_owned();
        let (first, second) = (name(&one), name(&two));
        let text = format!("# new\n{}\n\n  {}  \n", *one, *two);
        let keys = MasterKeys::parse(&text).unwrap();
        assert_eq!(keys.names(), [first.as_str(), second.as_str()]);
        assert_eq!(keys.wrap(b"a", b"key").await.unwrap().master, first);
        assert!(keys.has(&second) && !keys.has("other"));
        let shown = format!("MasterKeys({:?})", keys.names());
        assert_eq!(format!("{keys:?}"), shown);
    }

    #[test]
    fn what_is_no_key_is_refused_without_repeating_it() {
        let key = MasterKeys::generate();
        for (text, error) in [
            (String::new(), MasterKeyError::Empty),
            ("# nothing\n".to_owned(), MasterKeyError::Empty),
            ("secret".to_owned(), MasterKeyError::Line { line: 1 }),
            (format!("\n{}=", *key), MasterKeyError::Line { line: 2 }),
            (key[..40].to_owned(), MasterKeyError::Line { line: 1 }),
            (
                format!("{}=", "A".repeat(43)),
                MasterKeyError::Weak { line: 1 },
            ),
            (
                format!("{}\n{}", *key, *key),
                MasterKeyError::Repeated { line: 2 },
            ),
            (
                "https://bao.example/v1/transit/keys/a".to_owned(),
                MasterKeyError::NoToken { line: 1 },
            ),
        ] {
            assert_eq!(MasterKeys::parse(&text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn a_key_of_openbao_is_named_by_its_mount_and_name() {
        let read = |text: &str| {
            let transit = TransitConfig {
                token_file: PathBuf::from("token"),
                ..TransitConfig::default()
            };
            MasterKeys::read(text, Some(transit))
        };
        for (address, name) in [
            (
                "https://bao.example:8200/v1/transit/keys/claimgate",
                "transit/claimgate",
            ),
            (
                "https://bao.example/v1/team/transit/keys/a.b-c_1",
                "team/transit/a.b-c_1",
            ),
        ] {
            assert_eq!(read(address).unwrap().names(), [name]);
        }
        let file = format!("https://a.example/v1/t/keys/k\n{}", *MasterKeys::generate());
        assert_eq!(read(&file).unwrap().names().len(), 2);
        let twice = "https://a.example/v1/t/keys/k\nhttps://b.example/v1/t/keys/k";
        let error = read(twice).unwrap_err();
        assert_eq!(error, MasterKeyError::Repeated { line: 2 });
        for address in [
            "http://bao.example/v1/transit/keys/a",
            "https://bao.example/v1/transit/keys/",
            "https://bao.example/v1/transit/keys/a/",
            "https://bao.example/v1/transit/keys/a?x=1",
            "https://bao.example/v1/transit/keys/a#x",
            "https://bao.example/v1/transit/keys/a%2Fb",
            "https://bao.example/v1/transit/encrypt/a",
            "https://bao.example/v1/keys/a",
            "https://bao.example/transit/keys/a",
            "https://user:secret@bao.example/v1/transit/keys/a",
            "://",
        ] {
            let error = read(address).unwrap_err();
            assert_eq!(error, MasterKeyError::Address { line: 1 }, "{address}");
        }
    }
}
