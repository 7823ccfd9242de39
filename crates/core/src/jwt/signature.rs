//! The signature check, which a host may do with its own cryptography.

pub use jsonwebtoken::crypto::CryptoProvider;
use jsonwebtoken::errors;

use super::public_key::PublicKey;
use super::{Algorithm, Jwk, TokenError};

/// A signature to check: whether `signature` over `signing_input` was made with `key`.
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

/// An implementation of signature checks.
///
/// ```
/// use claimgate::jwt::{SignatureCheck, TokenError, VerifySignature};
///
/// /// For tests of the checks after the signature.
/// struct AnySignature;
///
/// impl VerifySignature for AnySignature {
///     fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
///         Ok(!check.signature.is_empty())
///     }
/// }
/// ```
pub trait VerifySignature {
    /// Whether the signature is genuine.
    ///
    /// # Errors
    /// [`TokenError::SignatureUnchecked`] if it could not be checked.
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError>;
}

/// The built-in way: the `jsonwebtoken` crate, with the key as [`Jwks::parse`](super::Jwks::parse)
/// has prepared it.
///
/// It takes the cryptography of the feature `aws_lc_rs`, or else of `rust_crypto`.
///
/// ```
/// use claimgate::jwt::{Algorithm, BuiltIn, Jwks, SignatureCheck, VerifySignature};
///
/// let jwks = Jwks::parse(r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
/// let key = jwks.select(None, Algorithm::EdDSA).unwrap();
/// let check = SignatureCheck { algorithm: Algorithm::EdDSA, key: &key, signing_input: "a.b", signature: &[0; 64] };
/// assert_eq!(BuiltIn.verify(&check), Ok(false));
/// # Ok::<(), claimgate::jwt::JwksError>(())
/// ```
#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
impl VerifySignature for BuiltIn {
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        #[cfg(feature = "aws_lc_rs")]
        return settle(check, |key| {
            key.verify_built_in(check.algorithm, check.signing_input, check.signature)
        });
        #[cfg(not(feature = "aws_lc_rs"))]
        Provider(&jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER).verify(check)
    }
}

/// The cryptography that a synchronous host brings along, as `jsonwebtoken` takes it.
#[derive(Clone, Copy, Debug)]
pub struct Provider(pub &'static CryptoProvider);

impl VerifySignature for Provider {
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        settle(check, |key| {
            key.verify(
                self.0,
                check.algorithm,
                check.signing_input,
                check.signature,
            )
        })
    }
}

fn settle(
    check: &SignatureCheck<'_>,
    verify: impl FnOnce(&PublicKey) -> errors::Result<bool>,
) -> Result<bool, TokenError> {
    let unchecked = |problem: String| TokenError::SignatureUnchecked { problem };
    let problem = || unchecked(check.key.problem.clone().unwrap_or_default());
    let key = check.key.public_key.as_ref().ok_or_else(problem)?;
    verify(key).map_err(|error| unchecked(error.to_string()))
}
