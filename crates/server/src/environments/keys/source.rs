//! What a source of master keys does. Another source is a file that implements [`MasterKey`], and its line in
//! `MasterKeys::read`.

use std::pin::Pin;

use zeroize::Zeroizing;

use super::seal::Unsealable;
use super::transit::error::TransitError;

/// A master key: it wraps other keys, and is kept apart from the database.
pub(crate) trait MasterKey: Send + Sync {
    /// What it is called in messages. It reveals nothing about the key.
    fn name(&self) -> &str;

    /// Whether it wrapped a key that is stored with [`WrappedBy::master`].
    fn is_master(&self, master: &str) -> bool;

    /// Wraps a key. `context` is authenticated, and not part of the result.
    fn wrap<'a>(&'a self, context: &'a [u8], key: &'a [u8]) -> MasterFuture<'a, WrappedBy>;

    /// The key that [`Self::wrap`] wrapped for the same context.
    fn unwrap<'a>(
        &'a self,
        context: &'a [u8],
        wrapped: &'a str,
    ) -> MasterFuture<'a, Zeroizing<Vec<u8>>>;

    /// Finds out whether it can be used now.
    fn check(&self) -> MasterFuture<'_, ()>;
}

/// What a master key is doing. One that is in memory is done at once.
pub(crate) type MasterFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, MasterError>> + Send + 'a>>;

/// A wrapped key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrappedBy {
    /// What identifies the master key, and its version if it has several.
    pub(crate) master: String,
    /// The wrapped key, as text.
    pub(crate) wrapped: String,
}

/// Why a key cannot be wrapped or unwrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MasterError {
    #[error("the master key `{0}` is missing")]
    Missing(String),
    #[error("the key was wrapped for another purpose, or was changed")]
    Changed,
    #[error(transparent)]
    Transit(#[from] TransitError),
}

impl From<Unsealable> for MasterError {
    fn from(_: Unsealable) -> Self {
        Self::Changed
    }
}
