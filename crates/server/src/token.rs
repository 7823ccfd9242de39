//! Access tokens: opaque, 256 bits, with a prefix that scanners find and a checksum that tells a typing error from a
//! stranger. Only a keyed hash is ever stored.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::random;

/// What every access token begins with.
pub const PREFIX: &str = "cgt_";

const SECRET_CHARACTERS: usize = 43;
const CHECKSUM_CHARACTERS: usize = 6;

/// An access token, in full. It is shown once and never logged: its `Debug` leaves the secret out.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// A new one.
    #[must_use]
    pub fn mint() -> Self {
        let body = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random::bytes::<32>()));
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// Whether a text has the form of an access token, its checksum included. No more than a quick answer to a typing error.
#[must_use]
pub fn is_well_formed(text: &str) -> bool {
    let body = PREFIX.len() + SECRET_CHARACTERS;
    text.is_ascii()
        && text.len() == body + CHECKSUM_CHARACTERS
        && text.starts_with(PREFIX)
        && checksum(&text[..body]) == text[body..]
}

fn checksum(body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..4])
}

/// The key that tokens are hashed with. It is kept apart from the database: whoever can write there cannot make a token.
#[derive(Clone)]
pub struct HashKey(hmac::Key);

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(…)")
    }
}

impl HashKey {
    /// The key of a secret text, of 32 bytes at least.
    ///
    /// # Errors
    /// A sentence, where the text is too short.
    pub fn new(secret: &str) -> Result<Self, String> {
        let secret = secret.trim();
        if secret.len() < 32 {
            return Err(format!("expected a token key of at least 32 characters, found {}", secret.len()));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())))
    }

    /// What is stored of a token.
    #[must_use]
    pub fn hash(&self, token: &str) -> String {
        random::hex(hmac::sign(&self.0, token.as_bytes()).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessToken, HashKey, is_well_formed};

    #[test]
    fn a_minted_token_is_well_formed_and_no_other_text_is() {
        let token = AccessToken::mint();
        assert!(is_well_formed(token.reveal()));
        assert_eq!(token.reveal().len(), 53);
        let mut changed = token.reveal().to_owned().into_bytes();
        changed[10] = if changed[10] == b'a' { b'b' } else { b'a' };
        let shortened = &token.reveal()[..52];
        for other in [std::str::from_utf8(&changed).unwrap(), shortened, "", "cgt_", "pul-0123", "cgt_\u{e9}"] {
            assert!(!is_well_formed(other), "{other}");
        }
    }

    #[test]
    fn no_two_tokens_are_equal_and_none_shows_itself() {
        assert_ne!(AccessToken::mint(), AccessToken::mint());
        assert_eq!(format!("{:?}", AccessToken::mint()), "AccessToken(…)");
    }

    #[test]
    fn hashes_depend_on_the_key() {
        let (one, other) = (HashKey::new(&"a".repeat(32)).unwrap(), HashKey::new(&"b".repeat(32)).unwrap());
        assert_eq!(one.hash("x"), one.hash("x"));
        assert_ne!(one.hash("x"), other.hash("x"));
        assert!(HashKey::new("short").is_err());
    }
}
