//! The key that access tokens are hashed with. Only hashes are stored.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::access_token::time_of;
use crate::random;

/// The token key, with which access tokens are hashed. It is kept apart from the database: write
/// access to that is not enough to forge a token.
#[derive(Clone)]
pub struct HashKey(hmac::Key);

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(…)")
    }
}

impl HashKey {
    /// The key with a secret text of at least 32 bytes.
    ///
    /// # Errors
    /// A message, if the text is too short.
    pub fn new(secret: &str) -> Result<Self, String> {
        let secret = secret.trim();
        if secret.len() < 32 {
            return Err(format!(
                "expected a token key of at least 32 characters, found {}",
                secret.len()
            ));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())))
    }

    /// A fingerprint, which identifies the key and reveals nothing about it.
    pub(crate) fn fingerprint(&self) -> i64 {
        let tag = hmac::sign(&self.0, b"the key that tokens are hashed with");
        tag.as_ref()
            .first_chunk()
            .map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }

    /// The seed of the demonstration's signing key, which reveals nothing about this key.
    pub(crate) fn demo_seed(&self) -> hmac::Tag {
        // No token has this text, so this is never stored as a token's hash.
        hmac::sign(&self.0, b"the key that the demonstration signs with\0")
    }

    /// The stored form of a token: its time, and a keyed hash of all of it.
    #[must_use]
    pub fn hash(&self, token: &str) -> String {
        let hash = hmac::sign(&self.0, token.as_bytes());
        match time_of(token)
            .and_then(|time| URL_SAFE_NO_PAD.decode(time).ok())
            .filter(|time| !time.is_empty())
        {
            Some(time) => format!("{}.{}", random::hex(&time), URL_SAFE_NO_PAD.encode(hash)),
            None => random::hex(hash.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::access_token::{AccessToken, PREFIX, checksum, is_well_formed};
    use super::{HashKey, random};

    #[test]
    fn a_token_of_an_earlier_version_is_well_formed_and_hashed_as_before() {
        let body = format!("{PREFIX}{}", "A".repeat(43));
        let token = format!("{body}{}", checksum(&body));
        assert!(is_well_formed(&token));
        let hash = HashKey::new(&"a".repeat(32)).unwrap().hash(&token);
        assert!(
            hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{hash}"
        );
    }

    #[test]
    fn hashes_sort_by_the_time_of_the_token() {
        let key = HashKey::new(&"a".repeat(32)).unwrap();
        let mut before = String::new();
        for _ in 0..3 {
            let hash = key.hash(AccessToken::generate().reveal());
            assert!(
                before < hash && hash.len() == 12 + 1 + 43,
                "{before} and {hash}"
            );
            before = hash;
            let (generated, started) = (random::time(), Instant::now());
            while random::time() <= generated {
                assert!(
                    started.elapsed() < Duration::from_secs(60),
                    "the clock stands still"
                );
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn hashes_depend_on_the_key() {
        let (one, other) = (
            HashKey::new(&"a".repeat(32)).unwrap(),
            HashKey::new(&"b".repeat(32)).unwrap(),
        );
        assert_eq!(one.hash("x"), one.hash("x"));
        assert_ne!(one.hash("x"), other.hash("x"));
        assert!(HashKey::new("short").is_err());
    }
}
