//! JSON Web Tokens: decoding, keys, and the checks that come before any policy.

mod algorithm;
mod algorithm_name;
#[cfg(feature = "aws_lc_rs")]
mod aws_lc;
mod bare_token;
mod curve;
mod decode;
mod error;
mod jwk;
mod jwks;
mod pasted;
mod peek;
mod public_key;
mod redact;
mod signature;
mod times;
mod weak;

pub use algorithm::Algorithm;
pub use bare_token::{BareToken, bare_token};
pub use decode::{
    CompactJws, DEFAULT_MAX_SIZE, UnverifiedToken, decode_unverified, decode_unverified_jws,
    decode_unverified_within,
};
pub use error::TokenError;
pub use jwk::Jwk;
pub use jwks::{Jwks, JwksError};
pub use pasted::Pasted;
pub use peek::{Peeked, peek_unverified};
pub use public_key::{KeyMaterial, MAX_RSA_BITS, MIN_RSA_BITS};
pub use redact::redact;
#[cfg(feature = "aws_lc_rs")]
pub use signature::AwsLc;
#[cfg(feature = "rust_crypto")]
pub use signature::RustCrypto;
pub use signature::{SignatureCheck, VerifySignature};
pub(crate) use times::{TimesNote, check_times};
pub use times::{check_validity, numeric_date};
