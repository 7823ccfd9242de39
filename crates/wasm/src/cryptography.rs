//! The cryptography of `claimgate/pure`: newer crates than those that `jsonwebtoken` depends on. They
//! take half the time in Wasm.

use claimgate::jwt::{Algorithm, KeyMaterial, SignatureCheck, TokenError, VerifySignature};
use rsa::BoxedUint;
use sha2::{Sha256, Sha384, Sha512};

/// Checks signatures in Rust.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pure;

impl VerifySignature for Pure {
    fn verify(&self, check: &SignatureCheck<'_>) -> Result<bool, TokenError> {
        let unchecked = |problem: String| TokenError::SignatureUnchecked { problem };
        let missing = || unchecked(check.key.problem.clone().unwrap_or_default());
        let material = check.key.material().ok_or_else(missing)?;
        let key = Key::read(check.algorithm, material).map_err(unchecked)?;
        let message = check.signing_input.as_bytes();
        Ok(key
            .verify(check.algorithm, message, check.signature)
            .is_some())
    }
}

enum Key {
    Rsa(rsa::PublicKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl Key {
    fn read(algorithm: Algorithm, material: KeyMaterial<'_>) -> Result<Self, String> {
        let off_curve = |_| "the key is not a point on its curve".to_owned();
        match (algorithm, material) {
            (Algorithm::ES256, KeyMaterial::Ec { point }) => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point);
                key.map(Self::P256).map_err(off_curve)
            }
            (Algorithm::ES384, KeyMaterial::Ec { point }) => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point);
                key.map(Self::P384).map_err(off_curve)
            }
            (Algorithm::EdDSA | Algorithm::Ed25519, KeyMaterial::Ed25519 { point }) => {
                let key = ed25519_dalek::VerifyingKey::try_from(point);
                key.map(Self::Ed25519).map_err(off_curve)
            }
            (_, KeyMaterial::Rsa { n, e }) => {
                let number = BoxedUint::from_be_slice_vartime;
                let key = rsa::PublicKey::new(number(n), number(e));
                key.map(Self::Rsa).map_err(|error| error.to_string())
            }
            _ => Err("the key does not fit the algorithm".to_owned()),
        }
    }

    /// `None` if the signature is not genuine.
    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Option<()> {
        use ed25519_dalek::Verifier as _;
        match (algorithm, self) {
            (Algorithm::RS256, Self::Rsa(key)) => {
                key.pkcs1v15_verify::<Sha256>(message, signature).ok()
            }
            (Algorithm::RS384, Self::Rsa(key)) => {
                key.pkcs1v15_verify::<Sha384>(message, signature).ok()
            }
            (Algorithm::RS512, Self::Rsa(key)) => {
                key.pkcs1v15_verify::<Sha512>(message, signature).ok()
            }
            (Algorithm::PS256, Self::Rsa(key)) => key.pss_verify::<Sha256>(message, signature).ok(),
            (Algorithm::PS384, Self::Rsa(key)) => key.pss_verify::<Sha384>(message, signature).ok(),
            (Algorithm::PS512, Self::Rsa(key)) => key.pss_verify::<Sha512>(message, signature).ok(),
            (_, Self::P256(key)) => {
                let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
                key.verify(message, &signature).ok()
            }
            (_, Self::P384(key)) => {
                let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
                key.verify(message, &signature).ok()
            }
            (_, Self::Ed25519(key)) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
                key.verify(message, &signature).ok()
            }
            _ => None,
        }
    }
}
