//! Requests of the providers of environments to other services than issuers, within the same limits.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::call::{Call, Reply};
use super::error::KeyError;
use super::service::Service;
use super::store::KeyStore;
use crate::config::ProviderConfig;

/// What calls other services.
pub(crate) struct Outgoing {
    service: Service,
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
        let networks = config.allow_networks.clone();
        Self {
            service: Service::of(keys.fetcher().for_networks(networks)),
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
        self.service.call(call, limit).await
    }
}
