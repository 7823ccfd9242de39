//! Wraps data keys and signing keys again, with a new master key.

use super::keys::data_key;
use super::keys::master::MasterKeys;
use super::keys::session_key::SessionSecret;
use super::state::KeyProblem;
use crate::db::store::Store;
use crate::openid::rewrap;

/// Wraps the data keys of all environments, and the keys that sign ID tokens, with the first of the master keys, in its newest
/// version if it has several, so that the others are not needed any more. Definitions and open sessions stay as they are. Returns
/// how many keys were wrapped again.
///
/// # Errors
/// [`KeyProblem`]; what was wrapped until then stays so.
pub async fn rewrap(store: &Store, master: &MasterKeys) -> Result<usize, KeyProblem> {
    master.check().await?;
    let mut count = 0;
    loop {
        let keys = store.keys_of_other_masters(&current(master).await?).await?;
        if keys.is_empty() {
            break;
        }
        let mut rewrapped = Vec::with_capacity(keys.len());
        for (owner, key) in &keys {
            rewrapped.push(data_key::rewrap(master, owner, key).await?);
        }
        store.store_rewrapped(&rewrapped).await?;
        count += rewrapped.len();
    }
    let current = current(master).await?;
    count += rewrap::rewrap(store, master, &current).await?;
    if let Some(secret) = store.session_secret().await?
        && secret.by.master != current
    {
        let secret = secret.rewrap(master).await?;
        store.store_rewrapped_session_secret(&secret).await?;
    }
    Ok(count)
}

/// What is stored with a key that the first master key wraps now.
async fn current(master: &MasterKeys) -> Result<String, KeyProblem> {
    let probe = SessionSecret::generate(master).await?;
    Ok(probe.by.master)
}
