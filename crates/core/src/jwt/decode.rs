//! Compact tokens ([RFC 7515, section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1))
//! decoded.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::pasted::has_enc;
use super::{Algorithm, TokenError};
use crate::claims::{Claims, Value};
use crate::diagnostic::Diagnostic;

/// The default limit on the size of a token, in bytes.
pub const DEFAULT_MAX_SIZE: usize = 64 * 1024;

/// Header members that carry or name keys; they are never used.
const KEY_MEMBERS: [&str; 4] = ["jku", "x5u", "x5c", "jwk"];

/// A decoded token whose signature, issuer and times are not checked. It proves nothing.
///
/// ```
/// use claimgate::jwt::decode_unverified;
///
/// // {"alg":"RS256","kid":"a","jku":"https://evil.example"} and {}
/// let token = decode_unverified(
///     "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEiLCJqa3UiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9.e30.AA",
/// )?;
/// assert_eq!((token.key_id(), token.signature()), (Some("a"), [0].as_slice()));
/// assert_eq!(token.findings()[0].code, "header-key-ignored");
/// # Ok::<(), claimgate::jwt::TokenError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct UnverifiedToken<C = Claims> {
    /// The header.
    pub header: Claims,
    /// The claims; in a [`CompactJws`] the payload's bytes.
    pub claims: C,
    signing_input: String,
    signature: Vec<u8>,
}

/// A compact JWS ([RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1))
/// whose signature is not checked. Its payload may be any bytes, whereas a token's is a JSON
/// object.
pub type CompactJws = UnverifiedToken<Vec<u8>>;

impl<C> UnverifiedToken<C> {
    /// The input of the signature: the first two parts as they were sent.
    #[must_use]
    pub fn signing_input(&self) -> &str {
        &self.signing_input
    }

    /// The signature's bytes.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The key that the header names.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// The checks of the header: an accepted `alg`, no `crit`, and no `typ` of another kind of token
    /// ([RFC 8725, section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
    ///
    /// # Errors
    /// The [`TokenError`] of the first that fails.
    pub fn algorithm(&self) -> Result<Algorithm, TokenError> {
        let algorithm = match self.header.get("alg") {
            Some(Value::String(name)) => Algorithm::parse(name)?,
            other => {
                let found = other.map_or("nothing", Value::kind).to_owned();
                return Err(TokenError::AlgorithmMissing { found });
            }
        };
        if self.header.get("crit").is_some() {
            return Err(TokenError::Critical);
        }
        if let Typ::Unexpected(found) = self.typ() {
            return Err(TokenError::TypeUnexpected { found });
        }
        match self.header.get("kid") {
            None | Some(Value::String(_)) => Ok(algorithm),
            Some(other) => Err(TokenError::HeaderNotText {
                member: "kid",
                found: other.kind(),
            }),
        }
    }

    fn typ(&self) -> Typ<'_> {
        let typ = match self.header.get("typ") {
            None => return Typ::Usual,
            Some(Value::String(typ)) => typ,
            Some(other) => return Typ::Unexpected(other.kind().to_owned()),
        };
        // A media type, whose parameters do not matter, with or without `application/`.
        let name = typ.split(';').next().unwrap_or_default().trim();
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("application/").unwrap_or(&name) {
            "jwt" | "jose" => Typ::Usual,
            name if name.ends_with("+jwt") => Typ::Unexpected(format!("`{typ}`")),
            _ => Typ::Unusual(typ),
        }
    }

    /// Remarks on header members that are ignored.
    #[must_use]
    pub fn findings(&self) -> Vec<Diagnostic> {
        let unusual = match self.typ() {
            Typ::Unusual(typ) => Some(
                Diagnostic::note("typ-unusual", format!("`typ` in the header is `{typ}`"))
                    .at("header.typ")
                    .help("ID tokens have `JWT` or none: is this one?"),
            ),
            _ => None,
        };
        let keys = KEY_MEMBERS
            .into_iter()
            .filter(|name| self.header.get(name).is_some())
            .map(|name| {
                Diagnostic::note(
                    "header-key-ignored",
                    format!("the header contains a key in `{name}`"),
                )
                .at(format!("header.{name}"))
                .help("it is never used: a token cannot vouch for itself")
            });
        keys.chain(unusual).collect()
    }
}

/// What a header's `typ` says.
enum Typ<'a> {
    /// Nothing, or that it is a JWT.
    Usual,
    /// Something else that ID tokens may have.
    Unusual(&'a str),
    /// That it is not an ID token.
    Unexpected(String),
}

/// Decodes a token of at most [`DEFAULT_MAX_SIZE`] bytes **without verifying anything**.
///
/// # Errors
/// The [`TokenError`] of the first check of its form that fails.
///
/// ```
/// use claimgate::jwt::decode_unverified;
///
/// // {"alg":"RS256"} and {"sub":"a"}
/// let token = decode_unverified("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.AA")?;
/// assert_eq!(token.claims.to_json(), r#"{"sub":"a"}"#);
/// assert_eq!(token.algorithm()?.as_str(), "RS256");
/// # Ok::<(), claimgate::jwt::TokenError>(())
/// ```
pub fn decode_unverified(token: &str) -> Result<UnverifiedToken, TokenError> {
    decode_unverified_within(token, DEFAULT_MAX_SIZE)
}

/// The same with another limit in bytes.
///
/// # Errors
/// The [`TokenError`] of the first check of its form that fails.
///
/// ```
/// use claimgate::jwt::decode_unverified_within;
///
/// assert_eq!(decode_unverified_within("e30.e30.AA", 9).unwrap_err().code(), "token-too-large");
/// ```
pub fn decode_unverified_within(token: &str, max: usize) -> Result<UnverifiedToken, TokenError> {
    let CompactJws {
        header,
        claims,
        signing_input,
        signature,
    } = decode_unverified_jws(token, max)?;
    let claims = json_object("payload", claims)?;
    Ok(UnverifiedToken {
        header,
        claims,
        signing_input,
        signature,
    })
}

/// The step below the claims: takes a compact JWS of at most `max` bytes apart **without verifying
/// anything**, and leaves its payload as bytes.
///
/// # Errors
/// The [`TokenError`] of the first check of its form that fails: size, three parts, canonical
/// base64url, and a header that is a JSON object without duplicate members.
///
/// ```
/// use claimgate::jwt::decode_unverified_jws;
///
/// let jws = decode_unverified_jws("eyJhbGciOiJSUzI1NiJ9.aGk.AA", 100)?;
/// assert_eq!(jws.claims, b"hi");
/// # Ok::<(), claimgate::jwt::TokenError>(())
/// ```
pub fn decode_unverified_jws(token: &str, max: usize) -> Result<CompactJws, TokenError> {
    decode_parts(token, max).map_err(|error| error.recognizing(token))
}

fn decode_parts(token: &str, max: usize) -> Result<CompactJws, TokenError> {
    let [header, payload, signature] = parts(token, max)?;
    Ok(CompactJws {
        header: json_object("header", base64_part("header", header)?)?,
        claims: base64_part("payload", payload)?,
        signing_input: format!("{header}.{payload}"),
        signature: base64_part("signature", signature)?,
    })
}

fn parts(token: &str, max: usize) -> Result<[&str; 3], TokenError> {
    if token.is_empty() {
        return Err(TokenError::Empty);
    }
    if token.len() > max {
        return Err(TokenError::TooLarge {
            max,
            found: token.len(),
        });
    }
    if token.trim_start().starts_with('{') {
        return Err(TokenError::JsonSerialization);
    }
    let parts: Vec<&str> = token.split('.').collect();
    match parts.as_slice() {
        [header, payload, signature] => Ok([header, payload, signature]),
        [header, _, _, _, _] if has_enc(header) => Err(TokenError::Encrypted),
        other => Err(TokenError::Segments { found: other.len() }),
    }
}

fn json_object(part: &'static str, bytes: Vec<u8>) -> Result<Claims, TokenError> {
    let text = String::from_utf8(bytes).map_err(|_| TokenError::Utf8 { part })?;
    Claims::from_json(&text).map_err(|error| TokenError::Json { part, error })
}

fn base64_part(part: &'static str, encoded: &str) -> Result<Vec<u8>, TokenError> {
    if let Some(bytes) = canonical_base64url(encoded.as_bytes()) {
        return Ok(bytes);
    }
    BASE64_URL_SAFE_NO_PAD.decode(encoded).map_err(|error| {
        let problem = match error {
            base64::DecodeError::InvalidByte(at, byte) if byte.is_ascii_graphic() => {
                format!("found `{}` at character {}", char::from(byte), at + 1)
            }
            base64::DecodeError::InvalidByte(at, _) => {
                format!("found an invalid character at byte {}", at + 1)
            }
            base64::DecodeError::InvalidLength(length) => {
                format!("a length of {length} is impossible; is the end missing?")
            }
            base64::DecodeError::InvalidLastSymbol { .. } => {
                "its last character has unused bits that are not zero".to_owned()
            }
            base64::DecodeError::InvalidPadding => "it is padded".to_owned(),
        };
        TokenError::Base64 { part, problem }
    })
}

/// The bytes of canonical base64url without padding, in half the time of the `base64` crate, which
/// says what is wrong with any other text.
fn canonical_base64url(encoded: &[u8]) -> Option<Vec<u8>> {
    let (fours, rest) = encoded.as_chunks::<4>();
    let mut bytes = vec![0; fours.len() * 3];
    let mut seen = 0;
    for (three, four) in bytes.as_chunks_mut::<3>().0.iter_mut().zip(fours) {
        let [a, b, c, d] = four.map(sixtet);
        seen |= a | b | c | d;
        *three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    match *rest {
        [] => {}
        [a, b] => {
            let [a, b] = [a, b].map(sixtet);
            // Unused bits must be zero.
            seen |= a | b | u8::from(b & 15 != 0) << 6;
            bytes.push(a << 2 | b >> 4);
        }
        [a, b, c] => {
            let [a, b, c] = [a, b, c].map(sixtet);
            seen |= a | b | c | u8::from(c & 3 != 0) << 6;
            bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2]);
        }
        _ => return None,
    }
    (seen < 64).then_some(bytes)
}

/// The value of a base64url character; 255 for any other character.
fn sixtet(character: u8) -> u8 {
    SIXTETS.get(usize::from(character)).copied().unwrap_or(255)
}

const SIXTETS: [u8; 256] = {
    let mut table = [255; 256];
    let mut rest: &mut [u8] = &mut table;
    let mut character = 0u8;
    while let Some((first, others)) = rest.split_first_mut() {
        *first = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => 255,
        };
        rest = others;
        character = character.wrapping_add(1);
    }
    table
};

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::canonical_base64url;

    fn agree(text: &[u8]) {
        assert_eq!(
            canonical_base64url(text),
            BASE64_URL_SAFE_NO_PAD.decode(text).ok(),
            "{text:?}"
        );
    }

    #[test]
    fn every_character_at_every_place_decodes_as_the_base64_crate_has_it() {
        for byte in 0..=255 {
            for place in 0..7 {
                for length in place + 1..=7 {
                    let mut text = vec![b'A'; length];
                    text[place] = byte;
                    agree(&text);
                }
            }
            (0..=255).for_each(|other| agree(&[byte, other]));
        }
    }

    proptest! {
        #[test]
        fn texts_decode_as_the_base64_crate_has_it(text in "[A-Za-z0-9_-]{0,40}", odd in "[A-Za-z0-9_=+/. -]{0,9}") {
            agree(text.as_bytes());
            agree(odd.as_bytes());
        }

        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            prop_assert_eq!(canonical_base64url(BASE64_URL_SAFE_NO_PAD.encode(&bytes).as_bytes()), Some(bytes));
        }
    }
}
