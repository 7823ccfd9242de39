//! Wraps signing keys again, with a new master key.

use super::key;
use super::provider::SignError;
use crate::db::store::Store;
use crate::environments::keys::master::MasterKeys;

/// Wraps all signing keys with the first of the master keys, unless they are stored as those that it wraps now: with `current`.
/// Returns how many were wrapped again.
///
/// # Errors
/// [`SignError`]; what was wrapped until then stays so.
pub(crate) async fn rewrap(
    store: &Store,
    master: &MasterKeys,
    current: &str,
) -> Result<usize, SignError> {
    let keys = store.signing_keys_of_other_masters(current).await?;
    let count = keys.len();
    for stored in keys {
        let rewrapped = key::rewrap(master, stored).await?;
        store.store_rewrapped_signing_key(&rewrapped).await?;
    }
    Ok(count)
}
