//! AES-256-GCM with random nonces, and its keys.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use crate::random;

/// The length of a key, in bytes.
pub(crate) const KEY: usize = 32;

/// What cannot be unsealed: another key sealed it, for another purpose, or it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was sealed with another key, or was changed")]
pub(crate) struct Unsealable;

/// A key that seals.
pub(crate) struct SealingKey(LessSafeKey);

impl SealingKey {
    pub(crate) fn new(key: &[u8; KEY]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("the key has the algorithm's length");
        Self(LessSafeKey::new(key))
    }

    /// The nonce, the ciphertext and the tag. `context` is authenticated, and not part of the result.
    pub(crate) fn seal(&self, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut sealed = Vec::with_capacity(NONCE_LEN + plaintext.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let (_, text) = sealed.split_at_mut(NONCE_LEN);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(context), text)
            .expect("no text is as long as the algorithm's limit");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// What [`Self::seal`] sealed for the same context.
    ///
    /// # Errors
    /// [`Unsealable`].
    pub(crate) fn unseal(
        &self,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unsealable)?;
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_in_place(nonce, Aad::from(context), &mut text);
        let length = opened.map_err(|_| Unsealable)?.len();
        text.truncate(length);
        Ok(text)
    }
}

/// A key that is derived from a secret, for a purpose.
pub(crate) fn derive(secret: &hkdf::Prk, purpose: &[&[u8]]) -> Zeroizing<[u8; KEY]> {
    let mut key = Zeroizing::new([0; KEY]);
    let derived = secret.expand(purpose, hkdf::HKDF_SHA256);
    derived
        .and_then(|derived| derived.fill(&mut *key))
        .expect("the length is one that the algorithm derives");
    key
}

#[cfg(test)]
mod tests {
    use super::{KEY, SealingKey, Unsealable};

    #[test]
    fn only_the_same_key_and_context_unseal_what_is_unchanged() {
        let key = SealingKey::new(&[1; KEY]);
        for text in ["", "s", &"secret".repeat(1_000)] {
            let sealed = key.seal(b"context", text.as_bytes());
            assert_eq!(
                key.unseal(b"context", &sealed).unwrap().as_slice(),
                text.as_bytes()
            );
            assert_ne!(key.seal(b"context", text.as_bytes()), sealed);
            assert_eq!(key.unseal(b"other", &sealed).unwrap_err(), Unsealable);
            let other = SealingKey::new(&[2; KEY]);
            assert_eq!(other.unseal(b"context", &sealed).unwrap_err(), Unsealable);
            for place in 0..sealed.len().min(40) {
                let mut changed = sealed.clone();
                changed[place] ^= 1;
                assert_eq!(key.unseal(b"context", &changed).unwrap_err(), Unsealable);
                let cut = &sealed[..place.min(sealed.len() - 1)];
                assert_eq!(key.unseal(b"context", cut).unwrap_err(), Unsealable);
            }
        }
    }
}
