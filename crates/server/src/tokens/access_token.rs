//! Access tokens: 256 random bits, with a prefix for secret scanners and a checksum against typing
//! errors.
//!
//! A token also holds the time at which it was generated, and the stored hash starts with that time.
//! So tokens of the same moment are stored side by side: hashes alone would be spread over the
//! database's index, and each would cost a page of it.

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::random;

/// The prefix of every access token.
pub(super) const PREFIX: &str = "cgt_";

const TIME_CHARACTERS: usize = 8;
const SECRET_CHARACTERS: usize = 43;
const CHECKSUM_CHARACTERS: usize = 6;

/// An access token, with its secret. It is shown once and never logged: `Debug` omits the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// Generates a token.
    #[must_use]
    pub fn generate() -> Self {
        Self::at(random::time())
    }

    /// Generates a token with the time of its identifier.
    #[must_use]
    pub fn generate_for(id: &str) -> Self {
        Self::at(random::time_of(id))
    }

    fn at(time: [u8; 6]) -> Self {
        let [time, secret] =
            [&time[..], &random::bytes::<32>()].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let body = format!("{PREFIX}{time}{secret}");
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// The secret text.
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

/// Whether a text has the form of an access token, with the right checksum. This only catches typing
/// errors early.
#[must_use]
pub(super) fn is_well_formed(text: &str) -> bool {
    time_of(text).is_some()
}

/// The part of a token that holds its time, in base64url: empty in tokens of earlier versions, `None`
/// in a text that is not a token.
pub(super) fn time_of(text: &str) -> Option<&str> {
    let body = text
        .len()
        .checked_sub(CHECKSUM_CHARACTERS)
        .filter(|_| text.is_ascii())?;
    let random = text
        .strip_prefix(PREFIX)?
        .len()
        .checked_sub(SECRET_CHARACTERS + CHECKSUM_CHARACTERS)?;
    let is_valid = matches!(random, 0 | TIME_CHARACTERS) && checksum(&text[..body]) == text[body..];
    is_valid.then(|| &text[PREFIX.len()..PREFIX.len() + random])
}

pub(super) fn checksum(body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..4])
}

#[cfg(test)]
mod tests {
    use super::{AccessToken, is_well_formed};

    #[test]
    fn a_generated_token_is_well_formed_and_no_other_text_is() {
        let token = AccessToken::generate();
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
    fn tokens_differ_and_debug_omits_the_secret() {
        assert_ne!(AccessToken::generate(), AccessToken::generate());
        assert_eq!(format!("{:?}", AccessToken::generate()), "AccessToken(…)");
    }
}
