//! Requests to services of the operator's choice: TLS only, allowed addresses, no redirects.

use std::sync::Arc;
use std::time::Duration;

use super::call::{Call, Reply};
use super::config::KeyConfig;
use super::error::KeyError;
use super::fetch::Fetcher;
use super::resolve::SystemResolver;

/// What calls services.
pub(crate) struct Service(Arc<Fetcher>);

impl Service {
    /// With roots, networks and limits of its own.
    ///
    /// # Errors
    /// [`KeyError::Roots`] if a file of root certificates cannot be used.
    pub(crate) fn new(config: KeyConfig) -> Result<Self, KeyError> {
        let fetcher = Fetcher::new(config, Arc::new(SystemResolver))?;
        Ok(Self::of(fetcher))
    }

    pub(super) fn of(fetcher: Fetcher) -> Self {
        Self(Arc::new(fetcher))
    }

    /// The answer to a request, within a time.
    ///
    /// # Errors
    /// [`KeyError`] if there is none.
    pub(crate) async fn call(&self, call: Call, limit: Duration) -> Result<Reply, KeyError> {
        let url = call.url.clone();
        let called = tokio::time::timeout(limit, self.0.call(call)).await;
        called.map_err(|_| KeyError::Timeout {
            url,
            seconds: limit.as_secs().to_string(),
        })?
    }
}
