//! The signature check, which a host may do with its own cryptography.

#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
use jsonwebtoken::errors;

#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
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

/// Signatures checked by AWS-LC: faster, for native servers. The key is the one that
/// [`Jwks::parse`](super::Jwks::parse) has parsed.
#[cfg(feature = "aws_lc_rs")]
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

#[cfg(feature = "aws_lc_rs")]
impl VerifySignature for AwsLc {
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        verify_by(check, |key| {
            key.verify_with_aws_lc(check.algorithm, check.signing_input, check.signature)
        })
    }
}

/// Signatures checked in pure Rust. The key is the one that
/// [`Jwks::parse`](super::Jwks::parse) has parsed.
///
/// ```
/// use claimgate::jwt::{Algorithm, Jwks, RustCrypto, SignatureCheck, VerifySignature};
///
/// let jwks = Jwks::parse(r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
/// let key = jwks.select(None, Algorithm::EdDSA)?;
/// let check = SignatureCheck { algorithm: Algorithm::EdDSA, key: &key, signing_input: "a.b", signature: &[0; 64] };
/// assert_eq!(RustCrypto.verify(&check), Ok(false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "rust_crypto")]
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

#[cfg(feature = "rust_crypto")]
impl VerifySignature for RustCrypto {
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        let provider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
        verify_by(check, |key| {
            key.verify(
                provider,
                check.algorithm,
                check.signing_input,
                check.signature,
            )
        })
    }
}

#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
fn verify_by(
    check: &SignatureCheck<'_>,
    verify: impl FnOnce(&PublicKey) -> errors::Result<bool>,
) -> Result<bool, TokenError> {
    let unchecked = |problem: String| TokenError::SignatureUnchecked { problem };
    let problem = || unchecked(check.key.problem.clone().unwrap_or_default());
    let key = check.key.public_key.as_ref().ok_or_else(problem)?;
    verify(key).map_err(|error| unchecked(error.to_string()))
}
