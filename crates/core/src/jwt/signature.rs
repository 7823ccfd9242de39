//! The signature check, behind a seam: a host may do it with its own cryptography.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm as Jwa, DecodingKey, crypto};

use super::jwk::Material;
use super::{Algorithm, Jwk, TokenError};

/// What must be checked: that `signature` is one of `key` over `signing_input`.
#[derive(Clone, Copy, Debug)]
pub struct SignatureCheck<'a> {
    /// The algorithm of the token's header; it fits the key.
    pub algorithm: Algorithm,
    /// The issuer's key.
    pub key: &'a Jwk,
    /// The first two parts of the token.
    pub signing_input: &'a str,
    /// The signature's bytes.
    pub signature: &'a [u8],
}

/// Somebody who can check signatures.
pub trait VerifySignature {
    /// Whether the signature is genuine.
    ///
    /// # Errors
    /// [`TokenError::SignatureUnchecked`] where it could not be checked at all.
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError>;
}

/// The built-in way: the `jsonwebtoken` crate.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl VerifySignature for BuiltIn {
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        let unchecked =
            |error: jsonwebtoken::errors::Error| TokenError::SignatureUnchecked { problem: error.to_string() };
        let key = decoding_key(check.key).map_err(unchecked)?;
        let signature = BASE64_URL_SAFE_NO_PAD.encode(check.signature);
        crypto::verify(&signature, check.signing_input.as_bytes(), &key, jwa(check.algorithm)).map_err(unchecked)
    }
}

fn decoding_key(key: &Jwk) -> jsonwebtoken::errors::Result<DecodingKey> {
    match &key.material {
        Material::Rsa { n, e } => DecodingKey::from_rsa_components(n, e),
        Material::Ec { x, y } => DecodingKey::from_ec_components(x, y),
        Material::Okp { x } => DecodingKey::from_ed_components(x),
        Material::None => Err(jsonwebtoken::errors::ErrorKind::InvalidKeyFormat.into()),
    }
}

fn jwa(algorithm: Algorithm) -> Jwa {
    match algorithm {
        Algorithm::RS256 => Jwa::RS256,
        Algorithm::RS384 => Jwa::RS384,
        Algorithm::RS512 => Jwa::RS512,
        Algorithm::PS256 => Jwa::PS256,
        Algorithm::PS384 => Jwa::PS384,
        Algorithm::PS512 => Jwa::PS512,
        Algorithm::ES256 => Jwa::ES256,
        Algorithm::ES384 => Jwa::ES384,
        Algorithm::EdDSA => Jwa::EdDSA,
    }
}
