//! The public key of a JWK, parsed and validated once, when the set is parsed.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
use jsonwebtoken::{Algorithm as Jwa, crypto::CryptoProvider, errors};
use jsonwebtoken::{DecodingKey, DecodingKeyKind};

#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
use super::Algorithm;
use super::curve::{is_on_ec, is_on_ed25519};
use super::weak::{is_roca, is_small_order};

/// The smallest RSA modulus that is accepted, in bits.
pub const MIN_RSA_BITS: usize = 2048;

/// The largest RSA modulus that signatures are checked with, in bits.
pub const MAX_RSA_BITS: usize = 4096;

/// A public key in bytes, for implementations of [`VerifySignature`](super::VerifySignature). Numbers
/// are unsigned and big-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyMaterial<'a> {
    /// An RSA key.
    Rsa {
        /// The modulus.
        n: &'a [u8],
        /// The public exponent.
        e: &'a [u8],
    },
    /// A point on P-256 or P-384.
    Ec {
        /// The point in SEC 1's uncompressed form.
        point: &'a [u8],
    },
    /// A point of Ed25519.
    Ed25519 {
        /// Its 32 bytes ([RFC 8032, section 5.1.5](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.5)).
        point: &'a [u8],
    },
}

/// A valid public key.
#[derive(Clone, Debug)]
pub(super) struct PublicKey {
    key: DecodingKey,
    #[cfg(feature = "aws_lc_rs")]
    parsed: super::aws_lc::Parsed,
}

/// The members `n`, `e`, `x` and `y` of a JWK, in base64url.
pub(super) type Numbers = [Option<String>; 4];

impl PublicKey {
    /// Returns the size of the RSA modulus or the curve in bits, if it is known; and the key, or why
    /// there is none ([RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6), [RFC
    /// 8037, section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2)).
    pub(super) fn read(
        kty: &str,
        crv: Option<&str>,
        numbers: Numbers,
    ) -> (Option<usize>, Result<Self, String>) {
        let [n, e, x, y] = numbers;
        match (kty, crv) {
            ("RSA", _) => match (number("n", n), number("e", e)) {
                (Ok(n), Ok(e)) => {
                    let (n, e) = (significant(&n), significant(&e));
                    (Some(bit_length(n)), Self::rsa(n, e))
                }
                (Err(problem), _) | (_, Err(problem)) => (None, Err(problem)),
            },
            ("EC", Some("P-256")) => (Some(256), Self::ec(32, x, y)),
            ("EC", Some("P-384")) => (Some(384), Self::ec(48, x, y)),
            ("OKP", Some("Ed25519")) => (Some(256), Self::ed25519(x)),
            ("EC" | "OKP", _) => (
                None,
                Err(format!(
                    "curve `{}` is not supported",
                    crv.unwrap_or("none")
                )),
            ),
            _ => (None, Err(format!("key type `{kty}` is not supported"))),
        }
    }

    fn rsa(n: &[u8], e: &[u8]) -> Result<Self, String> {
        let bits = bit_length(n);
        if bits < MIN_RSA_BITS {
            return Err(format!(
                "expected an RSA key of at least {MIN_RSA_BITS} bits, found {bits}"
            ));
        }
        if bits > MAX_RSA_BITS {
            return Err(format!(
                "expected an RSA key of at most {MAX_RSA_BITS} bits, found {bits}"
            ));
        }
        if !is_odd(n) {
            return Err("expected an odd modulus `n`".to_owned());
        }
        if !is_odd(e) || !(2..=33).contains(&bit_length(e)) {
            return Err("expected an odd public exponent `e` from 3 to 33 bits".to_owned());
        }
        if is_roca(n) {
            return Err("its private key can be computed: a flawed generator made it (ROCA, CVE-2017-15361)".to_owned());
        }
        Ok(Self::from(DecodingKey::from_rsa_raw_components(n, e)))
    }

    fn ec(size: usize, x: Option<String>, y: Option<String>) -> Result<Self, String> {
        let (x, y) = (sized("x", x, size)?, sized("y", y, size)?);
        if !is_on_ec(&x, &y) {
            return Err("the point of `x` and `y` is not on the curve".to_owned());
        }
        // SEC 1's uncompressed form.
        let point = [vec![4], x, y].concat();
        Ok(Self::from(DecodingKey::from_ec_der(&point)))
    }

    fn ed25519(x: Option<String>) -> Result<Self, String> {
        let point = sized("x", x, 32)?;
        if is_small_order(&point) {
            return Err("the point `x` is of small order: anyone can sign for it".to_owned());
        }
        if !is_on_ed25519(&point) {
            return Err("the point `x` is not on the curve".to_owned());
        }
        Ok(Self::from(DecodingKey::from_ed_der(&point)))
    }

    /// Whether `signature` over `input` was made with this key.
    #[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
    pub(super) fn verify(
        &self,
        provider: &CryptoProvider,
        algorithm: Algorithm,
        input: &str,
        signature: &[u8],
    ) -> errors::Result<bool> {
        let verifier = (provider.verifier_factory)(&jwa(algorithm), &self.key)?;
        Ok(verifier
            .verify(input.as_bytes(), &signature.to_vec())
            .is_ok())
    }

    /// The same with AWS-LC, which parses an RSA key only once.
    #[cfg(feature = "aws_lc_rs")]
    pub(super) fn verify_with_aws_lc(
        &self,
        algorithm: Algorithm,
        input: &str,
        signature: &[u8],
    ) -> errors::Result<bool> {
        let parsed = match self.key.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                self.parsed
                    .verify(algorithm, n, e, input.as_bytes(), signature)
            }
            DecodingKeyKind::SecretOrDer(_) => None,
        };
        let otherwise = || {
            self.verify(
                &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER,
                algorithm,
                input,
                signature,
            )
        };
        parsed.map_or_else(otherwise, Ok)
    }

    /// The key's required members in the order of [RFC 7638, section
    /// 3.2](https://www.rfc-editor.org/rfc/rfc7638#section-3.2).
    pub(super) fn to_json(&self, kty: &str, crv: Option<&str>) -> String {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        match (self.key.kind(), crv) {
            (DecodingKeyKind::RsaModulusExponent { n, e }, _) => {
                format!(r#"{{"e":"{}","kty":"{kty}","n":"{}"}}"#, text(e), text(n))
            }
            (DecodingKeyKind::SecretOrDer(point), Some("Ed25519")) => {
                format!(r#"{{"crv":"Ed25519","kty":"{kty}","x":"{}"}}"#, text(point))
            }
            (DecodingKeyKind::SecretOrDer(point), crv) => {
                // After SEC 1's tag for an uncompressed point, both coordinates have the same length.
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                let crv = crv.unwrap_or_default();
                format!(
                    r#"{{"crv":"{crv}","kty":"{kty}","x":"{}","y":"{}"}}"#,
                    text(x),
                    text(y)
                )
            }
        }
    }

    pub(super) fn material(&self, crv: Option<&str>) -> KeyMaterial<'_> {
        match (self.key.kind(), crv) {
            (DecodingKeyKind::RsaModulusExponent { n, e }, _) => KeyMaterial::Rsa { n, e },
            (DecodingKeyKind::SecretOrDer(point), Some("Ed25519")) => {
                KeyMaterial::Ed25519 { point }
            }
            (DecodingKeyKind::SecretOrDer(point), _) => KeyMaterial::Ec { point },
        }
    }

    /// The numbers of the key, in their canonical form.
    pub(super) fn numbers(&self) -> (&[u8], &[u8]) {
        match self.key.kind() {
            DecodingKeyKind::SecretOrDer(point) => (point, &[]),
            DecodingKeyKind::RsaModulusExponent { n, e } => (n, e),
        }
    }
}

impl From<DecodingKey> for PublicKey {
    fn from(key: DecodingKey) -> Self {
        Self {
            key,
            #[cfg(feature = "aws_lc_rs")]
            parsed: super::aws_lc::Parsed::default(),
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.key.family() == other.key.family() && self.numbers() == other.numbers()
    }
}

impl Eq for PublicKey {}

fn number(name: &str, text: Option<String>) -> Result<Vec<u8>, String> {
    let text = text.ok_or_else(|| format!("expected `{name}`, found none"))?;
    BASE64_URL_SAFE_NO_PAD
        .decode(&text)
        .map_err(|_| format!("expected `{name}` in canonical unpadded base64url"))
}

fn sized(name: &str, text: Option<String>, size: usize) -> Result<Vec<u8>, String> {
    let bytes = number(name, text)?;
    if bytes.len() == size {
        Ok(bytes)
    } else {
        Err(format!(
            "expected `{name}` of {size} bytes, found {}",
            bytes.len()
        ))
    }
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last % 2 == 1)
}

/// A number without leading zero bytes, which some writers put there, and which not every
/// implementation of RSA reads.
fn significant(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0);
    start
        .and_then(|start| number.get(start..))
        .unwrap_or_default()
}

/// The bits of a number without leading zero bytes.
fn bit_length(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - zeros as usize
}

#[cfg(any(feature = "rust_crypto", feature = "aws_lc_rs"))]
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
        Algorithm::EdDSA | Algorithm::Ed25519 => Jwa::EdDSA,
    }
}
