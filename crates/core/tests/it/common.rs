//! An issuer of our own: its keys, always the same ones, and tokens signed with them by hand.

use std::sync::OnceLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rsa::RsaPrivateKey;
use rsa::sha2::{Sha256, Sha384, Sha512};
use rsa::signature::{RandomizedSigner, SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;

/// A private key; the number tells apart keys of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Key {
    Rsa(u8),
    /// Too small to be accepted.
    Rsa1024,
    P256(u8),
    P384(u8),
    Ed25519(u8),
}

impl Key {
    /// The key that signs with `algorithm`.
    pub(crate) fn of(algorithm: &str, number: u8) -> Self {
        match algorithm {
            "ES256" => Self::P256(number),
            "ES384" => Self::P384(number),
            "EdDSA" | "Ed25519" => Self::Ed25519(number),
            _ => Self::Rsa(number),
        }
    }

    /// The public key as a JWK with the further members `more`, such as `"kid":"a","use":"sig"`.
    pub(crate) fn jwk(self, more: &str) -> String {
        let numbers = match self {
            Self::Rsa(_) | Self::Rsa1024 => {
                let key = self.rsa();
                let (n, e) = (encode(key.n().to_bytes_be()), encode(key.e().to_bytes_be()));
                format!(r#""kty":"RSA","n":"{n}","e":"{e}""#)
            }
            Self::P256(number) => {
                let point = p256_key(number).verifying_key().to_encoded_point(false);
                ec("P-256", point.x().unwrap(), point.y().unwrap())
            }
            Self::P384(number) => {
                let point = p384_key(number).verifying_key().to_encoded_point(false);
                ec("P-384", point.x().unwrap(), point.y().unwrap())
            }
            Self::Ed25519(number) => {
                let x = encode(ed25519_key(number).verifying_key().as_bytes());
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#)
            }
        };
        if more.is_empty() {
            format!("{{{numbers}}}")
        } else {
            format!("{{{numbers},{more}}}")
        }
    }

    /// A signature over `input`. `PS…` algorithms and the other RSA ones differ in their padding.
    pub(crate) fn sign(self, algorithm: &str, input: &str) -> Vec<u8> {
        let input = input.as_bytes();
        match self {
            Self::P256(number) => {
                let signature: p256::ecdsa::Signature = p256_key(number).sign(input);
                signature.to_vec()
            }
            Self::P384(number) => {
                let signature: p384::ecdsa::Signature = p384_key(number).sign(input);
                signature.to_vec()
            }
            Self::Ed25519(number) => ed25519_key(number).sign(input).to_vec(),
            Self::Rsa(_) | Self::Rsa1024 => {
                let key = self.rsa().clone();
                let rng = &mut StdRng::seed_from_u64(0);
                match algorithm {
                    "RS384" => rsa::pkcs1v15::SigningKey::<Sha384>::new(key)
                        .sign(input)
                        .to_vec(),
                    "RS512" => rsa::pkcs1v15::SigningKey::<Sha512>::new(key)
                        .sign(input)
                        .to_vec(),
                    "PS256" => rsa::pss::SigningKey::<Sha256>::new(key)
                        .sign_with_rng(rng, input)
                        .to_vec(),
                    "PS384" => rsa::pss::SigningKey::<Sha384>::new(key)
                        .sign_with_rng(rng, input)
                        .to_vec(),
                    "PS512" => rsa::pss::SigningKey::<Sha512>::new(key)
                        .sign_with_rng(rng, input)
                        .to_vec(),
                    _ => rsa::pkcs1v15::SigningKey::<Sha256>::new(key)
                        .sign(input)
                        .to_vec(),
                }
            }
        }
    }

    fn rsa(self) -> &'static RsaPrivateKey {
        static KEYS: [OnceLock<RsaPrivateKey>; 3] = [const { OnceLock::new() }; 3];
        let (index, bits) = match self {
            Self::Rsa1024 => (0, 1024),
            Self::Rsa(number) => (usize::from(number), 2048),
            other => panic!("{other:?} is no RSA key"),
        };
        KEYS[index].get_or_init(|| {
            let seed = u64::try_from(index).unwrap();
            RsaPrivateKey::new(&mut StdRng::seed_from_u64(seed), bits).unwrap()
        })
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The compact form of a header and a payload, signed.
pub(crate) fn signed(key: Key, algorithm: &str, header: &str, payload: &str) -> String {
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = encode(key.sign(algorithm, &input));
    format!("{input}.{signature}")
}

fn ec(curve: &str, x: &[u8], y: &[u8]) -> String {
    format!(
        r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#,
        encode(x),
        encode(y)
    )
}

fn p256_key(number: u8) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap()
}

fn p384_key(number: u8) -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[number; 48]).unwrap()
}

fn ed25519_key(number: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[number; 32])
}
