//! Requests to OpenBao, by the configuration of the server.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::error::TransitError;
use crate::keys::address::Network;
use crate::keys::call::{Call, Reply};
use crate::keys::config::KeyConfig;
use crate::keys::error::KeyError;
use crate::keys::service::Service;

/// How long one request takes, at most.
const LIMIT: Duration = Duration::from_secs(5);

/// How OpenBao is called.
#[derive(Clone, Debug, Default)]
pub struct TransitConfig {
    /// A file with the token. It is read for each request, so that an agent may replace it.
    pub token_file: PathBuf,
    /// Files with the root certificates to trust, in PEM; the system's without any.
    pub roots_pem: Vec<PathBuf>,
    /// Networks that may be connected to although they are not public.
    pub allow_networks: Vec<Network>,
    /// The namespace, if there is one.
    pub namespace: Option<String>,
}

/// What calls OpenBao.
#[derive(Clone)]
pub(crate) struct Transit(Arc<Inner>);

struct Inner {
    service: Service,
    token_file: PathBuf,
    namespace: Option<String>,
}

impl fmt::Debug for Transit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Transit").field(&self.0.token_file).finish()
    }
}

impl Transit {
    /// A client.
    ///
    /// # Errors
    /// [`KeyError::Roots`] if a file of root certificates cannot be used.
    pub(crate) fn new(config: TransitConfig) -> Result<Self, KeyError> {
        let service = Service::new(KeyConfig {
            system_roots: config.roots_pem.is_empty(),
            extra_roots_pem: config.roots_pem,
            allow_networks: config.allow_networks,
            timeout: LIMIT,
            ..KeyConfig::default()
        })?;
        Ok(Self(Arc::new(Inner {
            service,
            token_file: config.token_file,
            namespace: config.namespace,
        })))
    }

    /// The answer to a request about a key.
    pub(super) async fn call(&self, key: &str, call: Call) -> Result<Reply, TransitError> {
        let token = self.token()?;
        let call = call
            .header("x-vault-token", Some(token.trim()))
            .header("x-vault-namespace", self.0.namespace.as_deref());
        let reply = self.0.service.call(call, LIMIT).await;
        reply.map_err(|problem| TransitError::Unreachable {
            key: key.to_owned(),
            problem: Box::new(problem),
        })
    }

    fn token(&self) -> Result<Zeroizing<String>, TransitError> {
        let problem = |problem: String| TransitError::Token {
            file: self.0.token_file.display().to_string(),
            problem,
        };
        // Short, and rare: answers are cached.
        let text = std::fs::read_to_string(&self.0.token_file);
        let text = Zeroizing::new(text.map_err(|error| problem(error.to_string()))?);
        if !text.trim().bytes().all(|byte| byte.is_ascii_graphic()) || text.trim().is_empty() {
            return Err(problem(
                "expected one line of visible ASCII characters".to_owned(),
            ));
        }
        Ok(text)
    }
}
