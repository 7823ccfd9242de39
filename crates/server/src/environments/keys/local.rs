//! Master keys that the server has in memory, from a file or the environment.

use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::seal::{KEY, SealingKey, derive};
use super::source::{MasterError, MasterFuture, MasterKey, WrappedBy};
use crate::random;

/// A master key in memory.
pub(super) struct LocalKey {
    /// An identifier that follows from the key and reveals nothing about it.
    id: String,
    wrapping: SealingKey,
}

impl LocalKey {
    pub(super) fn new(key: &[u8; KEY]) -> Self {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"claimgate environments");
        let secret = salt.extract(key);
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, key),
            b"the identifier of a master key",
        );
        Self {
            id: random::hex(&tag.as_ref()[..8]),
            wrapping: SealingKey::new(&derive(&secret, &[b"data keys".as_slice()])),
        }
    }

    fn unwrapped(&self, context: &[u8], wrapped: &str) -> Result<Zeroizing<Vec<u8>>, MasterError> {
        let sealed = STANDARD.decode(wrapped);
        let sealed = sealed.map_err(|_| MasterError::Changed)?;
        Ok(self.wrapping.unseal(context, &sealed)?)
    }
}

impl MasterKey for LocalKey {
    fn name(&self) -> &str {
        &self.id
    }

    fn is_master(&self, master: &str) -> bool {
        master == self.id
    }

    fn wrap<'a>(&'a self, context: &'a [u8], key: &'a [u8]) -> MasterFuture<'a, WrappedBy> {
        let wrapped = WrappedBy {
            master: self.id.clone(),
            wrapped: STANDARD.encode(self.wrapping.seal(context, key)),
        };
        Box::pin(std::future::ready(Ok(wrapped)))
    }

    fn unwrap<'a>(
        &'a self,
        context: &'a [u8],
        wrapped: &'a str,
    ) -> MasterFuture<'a, Zeroizing<Vec<u8>>> {
        Box::pin(std::future::ready(self.unwrapped(context, wrapped)))
    }

    fn check(&self) -> MasterFuture<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
