//! Parsing a key set never panics; a selected key is suitable, and the same in its canonical form.
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
                let is_own = |own: &str| {
                    let names = [own, algorithm.as_str()];
                    names[0] == names[1]
                        || names.iter().all(|name| ["EdDSA", "Ed25519"].contains(name))
                };
                assert!(key.alg.as_deref().is_none_or(is_own));
                let canonical = key.to_json().expect("a key without a problem");
                let again = Jwks::parse(&canonical).expect("its canonical form is a key");
                assert_eq!(again.keys()[0].to_json(), Some(canonical));
                assert_eq!(again.keys()[0].bits, key.bits);
                assert_ne!(key.kty, "oct");
            }
        }
    }
});
