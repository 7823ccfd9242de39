//! Access tokens: opaque, 256 bits, with a prefix that scanners find and a checksum that tells a
//! typing error from a stranger. Only a keyed hash is ever stored.
//!
//! A token also has the time that it was made at. What is stored of it begins with that time, so
//! that what is stored together lies together: hashes alone would be all over the database's index,
//! and each would cost it a page.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::random;

/// What every access token begins with.
pub const PREFIX: &str = "cgt_";

const TIME_CHARACTERS: usize = 8;
const SECRET_CHARACTERS: usize = 43;
const CHECKSUM_CHARACTERS: usize = 6;

/// An access token, in full. It is shown once and never logged: its `Debug` leaves the secret out.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// A new one.
    #[must_use]
    pub fn mint() -> Self {
        let [time, secret] = [&random::time()[..], &random::bytes::<32>()]
            .map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let body = format!("{PREFIX}{time}{secret}");
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

/// Whether a text has the form of an access token, its checksum included. No more than a quick
/// answer to a typing error.
#[must_use]
pub fn is_well_formed(text: &str) -> bool {
    time_of(text).is_some()
}

/// The characters that tell a token's time; none where the token is from before they did. Nothing
/// where it is none.
fn time_of(text: &str) -> Option<&str> {
    let body = text
        .len()
        .checked_sub(CHECKSUM_CHARACTERS)
        .filter(|_| text.is_ascii())?;
    let random = text
        .strip_prefix(PREFIX)?
        .len()
        .checked_sub(SECRET_CHARACTERS + CHECKSUM_CHARACTERS)?;
    let is_whole = matches!(random, 0 | TIME_CHARACTERS) && checksum(&text[..body]) == text[body..];
    is_whole.then(|| &text[PREFIX.len()..PREFIX.len() + random])
}

fn checksum(body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..4])
}

/// The key that tokens are hashed with. It is kept apart from the database: whoever can write there
/// cannot make a token.
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
            return Err(format!(
                "expected a token key of at least 32 characters, found {}",
                secret.len()
            ));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())))
    }

    /// What tells this key from another one, and nothing about it.
    pub(crate) fn mark(&self) -> i64 {
        let mark = hmac::sign(&self.0, b"the key that tokens are hashed with");
        mark.as_ref()
            .first_chunk()
            .map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }

    /// The seed of the demonstration's signing key. It says nothing about this one.
    pub(crate) fn demo_seed(&self) -> hmac::Tag {
        // No token has such a text, so this is never stored as the hash of one.
        hmac::sign(&self.0, b"the key that the demonstration signs with\0")
    }

    /// What is stored of a token: a keyed hash of all of it, behind the time that it tells.
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

    use super::{AccessToken, HashKey, PREFIX, checksum, is_well_formed, random};

    #[test]
    fn a_minted_token_is_well_formed_and_no_other_text_is() {
        let token = AccessToken::mint();
        assert!(is_well_formed(token.reveal()));
        assert_eq!(token.reveal().len(), 61);
        let mut changed = token.reveal().to_owned().into_bytes();
        changed[10] = if changed[10] == b'a' { b'b' } else { b'a' };
        let shortened = &token.reveal()[..60];
        for other in [
            std::str::from_utf8(&changed).unwrap(),
            shortened,
            "",
            "cgt_",
            "pul-0123",
            "cgt_\u{e9}",
        ] {
            assert!(!is_well_formed(other), "{other}");
        }
    }

    #[test]
    fn no_two_tokens_are_equal_and_none_shows_itself() {
        assert_ne!(AccessToken::mint(), AccessToken::mint());
        assert_eq!(format!("{:?}", AccessToken::mint()), "AccessToken(…)");
    }

    #[test]
    fn a_token_of_before_is_well_formed_and_stored_as_it_was() {
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
    fn what_is_stored_of_tokens_is_in_the_order_of_their_times() {
        let key = HashKey::new(&"a".repeat(32)).unwrap();
        let mut before = String::new();
        for _ in 0..3 {
            let hash = key.hash(AccessToken::mint().reveal());
            assert!(
                before < hash && hash.len() == 12 + 1 + 43,
                "{before} and {hash}"
            );
            before = hash;
            let (made, started) = (random::time(), Instant::now());
            while random::time() <= made {
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
