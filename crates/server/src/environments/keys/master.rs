//! Master keys: they wrap the data keys of environments, and are kept apart from the database.

use std::fmt;

use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::seal::{KEY, SealingKey};
use crate::random;

/// The master keys. The first one wraps; the others only unwrap what they have wrapped before.
pub struct MasterKeys(Vec<MasterKey>);

/// One master key.
pub(crate) struct MasterKey {
    /// An identifier that follows from the key and reveals nothing about it.
    pub(crate) id: String,
    pub(crate) wrapping: SealingKey,
    /// What the keys of open sessions are derived from.
    pub(crate) sessions: hkdf::Prk,
}

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
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MasterKeys").field(&self.ids()).finish()
    }
}

impl MasterKeys {
    /// Reads keys in base64, one in each line. Empty lines and those that begin with `#` are skipped.
    ///
    /// # Errors
    /// [`MasterKeyError`]. No message holds a part of a key.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let bytes = STANDARD.decode(text).map(Zeroizing::new);
            let bytes = bytes.map_err(|_| MasterKeyError::Line { line })?;
            let bytes: &[u8; KEY] = bytes
                .as_slice()
                .try_into()
                .map_err(|_| MasterKeyError::Line { line })?;
            if bytes.iter().all(|byte| *byte == bytes[0]) {
                return Err(MasterKeyError::Weak { line });
            }
            let key = MasterKey::new(bytes);
            if keys.iter().any(|other| other.id == key.id) {
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

    /// The identifiers of the keys, that of the wrapping one first.
    #[must_use]
    pub fn ids(&self) -> Vec<&str> {
        self.0.iter().map(|key| key.id.as_str()).collect()
    }

    /// The identifier of the key that wraps, as a number.
    pub(crate) fn fingerprint(&self) -> i64 {
        let bits = u64::from_str_radix(&self.current().id, 16).unwrap_or_default();
        bits.cast_signed()
    }

    /// The key that wraps.
    pub(crate) fn current(&self) -> &MasterKey {
        // There is at least one.
        &self.0[0]
    }

    /// The key with an identifier.
    pub(crate) fn find(&self, id: &str) -> Option<&MasterKey> {
        self.0.iter().find(|key| key.id == id)
    }
}

impl MasterKey {
    fn new(key: &[u8; KEY]) -> Self {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"claimgate environments");
        let secret = salt.extract(key);
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, key),
            b"the identifier of a master key",
        );
        Self {
            id: random::hex(&tag.as_ref()[..8]),
            wrapping: SealingKey::new(&derive(&secret, &[b"data keys".as_slice()])),
            sessions: salt.extract(&*derive(&secret, &[b"open sessions".as_slice()])),
        }
    }
}

/// A key that is derived from a secret, for a purpose.
pub(crate) fn derive(secret: &hkdf::Prk, purpose: &[&[u8]]) -> Zeroizing<[u8; KEY]> {
    let mut key = Zeroizing::new([0; KEY]);
    let derived = secret.expand(purpose, hkdf::HKDF_SHA256);
    derived
        .and_then(|derived| derived.fill(&mut *key))
        .expect("the length is one that the algorithm derives");
    key
}

#[cfg(test)]
mod tests {
    use super::{MasterKeyError, MasterKeys};

    #[test]
    fn keys_are_read_line_by_line_and_the_first_one_wraps() {
        let (one, two) = (MasterKeys::generate(), MasterKeys::generate());
        let id = |text: &str| MasterKeys::parse(text).unwrap().ids()[0].to_owned();
        let (first, second) = (id(&one), id(&two));
        let text = format!("# new\n{}\n\n  {}  \n", *one, *two);
        let keys = MasterKeys::parse(&text).unwrap();
        assert_eq!(keys.ids(), [first.as_str(), second.as_str()]);
        assert_eq!(keys.current().id, first);
        assert!(keys.find(&second).is_some() && keys.find("other").is_none());
        assert_eq!(format!("{keys:?}"), format!("MasterKeys({:?})", keys.ids()));
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
        ] {
            assert_eq!(MasterKeys::parse(&text).unwrap_err(), error, "{text}");
        }
    }
}
