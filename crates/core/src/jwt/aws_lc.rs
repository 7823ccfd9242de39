//! RSA keys parsed by AWS-LC once: `jsonwebtoken` would parse the key for every signature, which
//! takes longer than the verification.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
};

use super::Algorithm;

/// One key for each algorithm of RSA that it was used with.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed(Arc<[OnceLock<Option<ParsedPublicKey>>; 6]>);

impl Parsed {
    /// Whether `signature` was made with the key of `n` and `e`. `None` if the algorithm does not use
    /// RSA, or the key cannot be parsed.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        n: &[u8],
        e: &[u8],
        input: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let (place, parameters) = parameters(algorithm)?;
        let read = || {
            RsaPublicKeyComponents { n, e }
                .to_parsed_public_key(parameters)
                .ok()
        };
        let key = self.0.get(place)?.get_or_init(read).as_ref()?;
        Some(key.verify_sig(input, signature).is_ok())
    }
}

fn parameters(algorithm: Algorithm) -> Option<(usize, &'static RsaParameters)> {
    match algorithm {
        Algorithm::RS256 => Some((0, &RSA_PKCS1_2048_8192_SHA256)),
        Algorithm::RS384 => Some((1, &RSA_PKCS1_2048_8192_SHA384)),
        Algorithm::RS512 => Some((2, &RSA_PKCS1_2048_8192_SHA512)),
        Algorithm::PS256 => Some((3, &RSA_PSS_2048_8192_SHA256)),
        Algorithm::PS384 => Some((4, &RSA_PSS_2048_8192_SHA384)),
        Algorithm::PS512 => Some((5, &RSA_PSS_2048_8192_SHA512)),
        Algorithm::ES256 | Algorithm::ES384 | Algorithm::EdDSA | Algorithm::Ed25519 => None,
    }
}
