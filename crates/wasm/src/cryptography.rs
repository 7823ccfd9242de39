//! The cryptography of `claimgate/pure`: verifiers only, from newer crates than those that
//! `jsonwebtoken` depends on. They take half the time in Wasm.

use claimgate::jwt::CryptoProvider;
use jsonwebtoken::crypto::{JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{self, ErrorKind};
use jsonwebtoken::signature::{Error, Verifier as Verify};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use rsa::BoxedUint;
use sha2::{Sha256, Sha384, Sha512};

/// The source of verifiers for `jsonwebtoken`. It cannot sign.
pub(crate) static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: |algorithm, key| Ok(Box::new(Verifier::new(*algorithm, key)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

/// A prepared key.
struct Verifier {
    algorithm: Algorithm,
    key: Key,
}

enum Key {
    Rsa(rsa::PublicKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl Verifier {
    fn new(algorithm: Algorithm, key: &DecodingKey) -> errors::Result<Self> {
        let key = match (algorithm, key.kind()) {
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => Key::P256(
                p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
                    .map_err(|_| ErrorKind::InvalidEcdsaKey)?,
            ),
            (Algorithm::ES384, DecodingKeyKind::SecretOrDer(point)) => Key::P384(
                p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
                    .map_err(|_| ErrorKind::InvalidEcdsaKey)?,
            ),
            (Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(point)) => Key::Ed25519(
                point
                    .as_slice()
                    .try_into()
                    .map_err(|_| ErrorKind::InvalidEddsaKey)?,
            ),
            (_, DecodingKeyKind::RsaModulusExponent { n, e }) => Key::Rsa(rsa_key(n, e)?),
            _ => return Err(ErrorKind::InvalidKeyFormat.into()),
        };
        Ok(Self { algorithm, key })
    }

    fn is_genuine(&self, message: &[u8], signature: &[u8]) -> Option<()> {
        use ed25519_dalek::Verifier as _;
        match (self.algorithm, &self.key) {
            (Algorithm::RS256, Key::Rsa(key)) => {
                key.pkcs1v15_verify::<Sha256>(message, signature).ok()
            }
            (Algorithm::RS384, Key::Rsa(key)) => {
                key.pkcs1v15_verify::<Sha384>(message, signature).ok()
            }
            (Algorithm::RS512, Key::Rsa(key)) => {
                key.pkcs1v15_verify::<Sha512>(message, signature).ok()
            }
            (Algorithm::PS256, Key::Rsa(key)) => key.pss_verify::<Sha256>(message, signature).ok(),
            (Algorithm::PS384, Key::Rsa(key)) => key.pss_verify::<Sha384>(message, signature).ok(),
            (Algorithm::PS512, Key::Rsa(key)) => key.pss_verify::<Sha512>(message, signature).ok(),
            (_, Key::P256(key)) => key
                .verify(
                    message,
                    &p256::ecdsa::Signature::from_slice(signature).ok()?,
                )
                .ok(),
            (_, Key::P384(key)) => key
                .verify(
                    message,
                    &p384::ecdsa::Signature::from_slice(signature).ok()?,
                )
                .ok(),
            (_, Key::Ed25519(key)) => key
                .verify(
                    message,
                    &ed25519_dalek::Signature::from_slice(signature).ok()?,
                )
                .ok(),
            _ => None,
        }
    }
}

fn rsa_key(n: &[u8], e: &[u8]) -> errors::Result<rsa::PublicKey> {
    let number = BoxedUint::from_be_slice_vartime;
    let key = rsa::PublicKey::new(number(n), number(e));
    key.map_err(|error| ErrorKind::InvalidRsaKey(error.to_string()).into())
}

impl Verify<Vec<u8>> for Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        self.is_genuine(message, signature).ok_or_else(Error::new)
    }
}

impl JwtVerifier for Verifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
