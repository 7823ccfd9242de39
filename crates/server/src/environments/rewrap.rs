//! Wraps data keys and signing keys again, with a new master key.

use super::keys::data_key;
use super::keys::master::MasterKeys;
use super::state::KeyProblem;
use crate::db::store::Store;
use crate::openid::rewrap;

/// Wraps the data keys of all environments, and the keys that sign ID tokens, with the first of the master keys, so that the others are not needed any more.
/// Definitions stay as they are. Returns how many keys were wrapped again.
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
    let signing = rewrap::rewrap(store, master).await;
    count += signing.map_err(|error| KeyProblem::DataKey(error.to_string()))?;
    store.register_master(master.fingerprint()).await?;
    Ok(count)
}
