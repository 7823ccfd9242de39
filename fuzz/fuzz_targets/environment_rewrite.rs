//! Encrypting and decrypting secrets changes nothing else, and twice is the same as once.
#![no_main]

use claimgate_environments::{Decrypter, Encrypter, HostError, decrypt_secrets, encrypt_secrets};
use libfuzzer_sys::fuzz_target;

/// Adds 128 to each byte, behind a prefix that makes each envelope long enough.
struct Rot128;

impl Encrypter for Rot128 {
    fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, HostError> {
        let rotated = plaintext.iter().map(|byte| byte.wrapping_add(128));
        Ok(b"rot128".iter().copied().chain(rotated).collect())
    }
}

impl Decrypter for Rot128 {
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, HostError> {
        let rotated = ciphertext
            .strip_prefix(b"rot128")
            .ok_or(HostError::from("not rotated"))?;
        Ok(rotated.iter().map(|byte| byte.wrapping_add(128)).collect())
    }
}

fuzz_target!(|text: &str| {
    if let Ok(encrypted) = encrypt_secrets(text, &Rot128) {
        let again = encrypt_secrets(&encrypted, &Rot128);
        assert_eq!(again.as_ref(), Ok(&encrypted));
        if let Ok(decrypted) = decrypt_secrets(&encrypted, &Rot128) {
            // Written another way, perhaps, but the same secrets in the same places.
            let encrypted_again = encrypt_secrets(&decrypted, &Rot128).expect("a definition");
            let last = decrypt_secrets(&encrypted_again, &Rot128);
            assert_eq!(last.as_ref(), Ok(&decrypted));
        }
    }
});
