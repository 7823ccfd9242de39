//! Requests to other services than issuers, within the same limits: TLS only, allowed addresses, no redirects.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::call::{Call, Reply};
use super::error::KeyError;
use super::fetch::Fetcher;
use super::store::KeyStore;
use crate::config::ProviderConfig;

/// What calls other services.
pub(crate) struct Outgoing {
    fetcher: Arc<Fetcher>,
    endpoints: BTreeMap<String, String>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Outgoing").field(&self.endpoints).finish()
    }
}

impl Outgoing {
    /// With the root certificates of issuers, and networks of its own.
    pub(crate) fn new(keys: &KeyStore, config: &ProviderConfig) -> Self {
        Self {
            fetcher: Arc::new(keys.fetcher().for_networks(config.allow_networks.clone())),
            endpoints: config.endpoints.clone(),
        }
    }

    /// What is called in place of a cloud's endpoint.
    pub(crate) fn endpoint(&self, cloud: &str) -> String {
        let other = self.endpoints.get(cloud).map_or(cloud, String::as_str);
        other.trim_end_matches('/').to_owned()
    }

    /// The answer to a request, within a time.
    ///
    /// # Errors
    /// [`KeyError`] if there is none.
    pub(crate) async fn call(&self, call: Call, limit: Duration) -> Result<Reply, KeyError> {
        let url = call.url.clone();
        let called = tokio::time::timeout(limit, self.fetcher.call(call)).await;
        called.map_err(|_| KeyError::Timeout {
            url,
            seconds: limit.as_secs().to_string(),
        })?
    }
}
