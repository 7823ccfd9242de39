//! Wraps signing keys again, with a new master key.

use super::key;
use super::provider::SignError;
use crate::db::store::Store;
use crate::environments::keys::master::MasterKeys;

/// Wraps all signing keys with the first of the master keys. Returns how many were wrapped again.
///
/// # Errors
/// [`SignError`]; what was wrapped until then stays so.
pub(crate) async fn rewrap(store: &Store, master: &MasterKeys) -> Result<usize, SignError> {
    let keys = store
        .signing_keys_of_other_masters(&master.current().id)
        .await?;
    let count = keys.len();
    for stored in keys {
        let rewrapped = key::rewrap(master, stored)?;
        store.store_rewrapped_signing_key(&rewrapped).await?;
    }
    Ok(count)
}
