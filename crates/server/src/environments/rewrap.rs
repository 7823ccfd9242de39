//! Wraps data keys again, with a new master key.

use super::keys::data_key;
use super::keys::master::MasterKeys;
use super::state::KeyProblem;
use crate::db::store::Store;

/// Wraps the data keys of all environments with the first of the master keys, so that the others are not needed any more.
/// Definitions stay as they are. Returns how many data keys were wrapped again.
///
/// # Errors
/// [`KeyProblem`]; what was wrapped until then stays so.
pub async fn rewrap(store: &Store, master: &MasterKeys) -> Result<usize, KeyProblem> {
    let current = master.current().id.clone();
    let mut count = 0;
    loop {
        let keys = store.keys_of_other_masters(&current).await?;
        if keys.is_empty() {
            break;
        }
        let rewrapped = keys
            .iter()
            .map(|(owner, key)| data_key::rewrap(master, owner, key))
            .collect::<Result<Vec<_>, _>>()?;
        store.store_rewrapped(&rewrapped).await?;
        count += rewrapped.len();
    }
    store.register_master(master.fingerprint()).await?;
    Ok(count)
}
