//! The signature check, behind a seam: a host may do it with its own cryptography.

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

/// The built-in way: the `jsonwebtoken` crate, with the key as [`Jwks::parse`](super::Jwks::parse) has prepared it.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl VerifySignature for BuiltIn {
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        let unchecked = |problem: String| TokenError::SignatureUnchecked { problem };
        let problem = || unchecked(check.key.problem.clone().unwrap_or_default());
        let key = check.key.public_key.as_ref().ok_or_else(problem)?;
        key.verify(check.algorithm, check.signing_input, check.signature).map_err(|error| unchecked(error.to_string()))
    }
}
