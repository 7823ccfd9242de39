//! Parsing a key set never panics; a selected key is suitable.
#![no_main]

use claimgate::jwt::{Algorithm, Jwks};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(jwks) = Jwks::parse(text) else { return };
    for algorithm in Algorithm::ALL {
        let names = jwks.keys().iter().map(|key| key.kid.as_deref());
        for kid in names.chain([None]) {
            if let Ok(key) = jwks.select(kid, algorithm) {
                assert!(key.problem.is_none());
                assert!(kid.is_none() || key.kid.as_deref() == kid);
                assert!(
                    key.alg
                        .as_deref()
                        .is_none_or(|own| own == algorithm.as_str())
                );
                assert_ne!(key.kty, "oct");
            }
        }
    }
});
