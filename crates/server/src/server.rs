//! The server's start and stop: it opens the store, builds the [`App`], and runs the background
//! tasks.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::App;
use crate::audit::counts::Counts;
use crate::audit::refusals::RefusalBudgets;
use crate::audit::retention::Retention;
use crate::config::{Config, ConnectionLimits};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::writer::handle::{Writer, WriterConfig};
use crate::demo::samples::{Demo, SetUpError};
use crate::environments::state::{EnvironmentState, KeyProblem};
use crate::exchange::directory::Directory;
use crate::http::last_ping::LastPing;
use crate::http::long_answers::LongAnswers;
use crate::http::metrics::Metrics;
use crate::http::rate_limit::RateLimit;
use crate::http::router;
use crate::keys::error::KeyError;
use crate::keys::outgoing::Outgoing;
use crate::keys::store::KeyStore;
use crate::openid::provider::OpenIdProvider;
use crate::tokens::access_token::AccessToken;
use crate::tokens::bootstrap::Bootstrap;
use crate::tokens::hash_key::HashKey;
use crate::turns::Turns;
use crate::{settings, upkeep};

/// How long [`Server::stop`] waits for the writer to finish.
const WRITER_GRACE: Duration = Duration::from_secs(10);

/// A server that is ready to answer requests.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    router: axum::Router,
    tasks: Vec<JoinHandle<()>>,
    /// Resolves when the writer has finished.
    writer_done: tokio::sync::oneshot::Receiver<()>,
    new_bootstrap: Option<AccessToken>,
    connections: ConnectionLimits,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The configuration for fetching keys is invalid.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The configured bootstrap token is too short.
    #[error("expected a bootstrap token of at least 32 characters, found {found}")]
    Bootstrap {
        /// Its length.
        found: usize,
    },
    /// The configured bootstrap token cannot be sent in a header.
    #[error(
        "expected a bootstrap token of visible ASCII characters without spaces, as it is sent in a header, found {found} at \
         place {place}"
    )]
    BootstrapCharacter {
        /// The character in words: the token itself is a secret.
        found: &'static str,
        /// Its place, from 1.
        place: usize,
    },
    /// The tokens in the database were hashed with another key.
    #[error(
        "the tokens in the database were hashed with another token key: expected the file with the key that was used before; \
         to delete all tokens, including the bootstrap token, start once with --new-token-key"
    )]
    TokenKey,
    /// The keys of environments are missing or wrong.
    #[error(transparent)]
    Environments(#[from] KeyProblem),
    /// The keys that sign ID tokens cannot be made or read.
    #[error("the keys that sign ID tokens cannot be used: {0}")]
    SigningKeys(String),
    /// The demonstration cannot be set up.
    #[error("the demonstration cannot be set up: {0}")]
    Demo(String),
}

impl Server {
    /// Opens the database and starts the background tasks.
    ///
    /// # Errors
    /// [`StartError`] if the configuration or the database cannot be used.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        config
            .bootstrap
            .as_deref()
            .map_or(Ok(()), check_bootstrap)?;
        let store = Store::open(&config.database).await?;
        check_token_key(&store, &config.token_key, config.new_token_key).await?;
        let environments =
            EnvironmentState::set_up(&store, config.environment_keys.clone()).await?;
        let keys = KeyStore::new(config.keys.clone())?;
        let openid = set_up_openid(&store, &config).await?;
        let has_audit_file = config.audit_file.is_some();
        let writer_config = WriterConfig {
            audit_file: config.audit_file.clone(),
            ..WriterConfig::default()
        };
        let (writer, writer_done) = Writer::start(&store, writer_config).await?;
        let store = store.with_audit_file(writer.audit_file());
        // After everything that may fail: a token that is shown cannot be shown again.
        let bootstrap = Bootstrap::set_up(&store, &config).await?;
        let demo = if config.demo {
            Some(Demo::set_up(&store, &config.token_key).await?)
        } else {
            None
        };
        let directory = Directory::new(store.clone(), keys.clone());
        directory.refresh().await?;
        let settings = settings::of(&config);
        let limits = config.limits;
        let connections = connection_limits(config.connections, config.trusted_proxies);
        let app = Arc::new(App {
            store,
            writer,
            directory,
            metrics: Metrics::new(keys.clone()),
            outgoing: Outgoing::new(&keys, &config.providers),
            keys,
            hash_key: config.token_key,
            has_custom_bootstrap: config.bootstrap.is_some(),
            bootstrap_file: bootstrap.file,
            clock: config.clock,
            guard: config.guard,
            refusals: RefusalBudgets::new(&config.refusals),
            counts: Counts::default(),
            retention: Retention {
                days: config.audit_days,
                refusal_days: shorter(config.refusals.days, config.audit_days),
                refusal_bytes: i64::try_from(config.refusals.max_bytes)
                    .ok()
                    .filter(|bytes| *bytes > 0),
            },
            decisions: Turns::half(),
            explanations: Turns::half(),
            reviews: Turns::two(),
            documents: Turns::two(),
            long_answers: LongAnswers::default(),
            address_limit: RateLimit::new(limits.address_rate, limits.address_burst),
            probe_limit: RateLimit::new(limits.address_rate, limits.address_burst),
            last_ping: LastPing::default(),
            proxy_warnings: RateLimit::new(1.0 / 60.0, 1.0),
            issuer_limit: RateLimit::new(limits.issuer_rate, limits.issuer_burst),
            settings,
            trusted_proxies: config.trusted_proxies,
            open_metrics: config.open_metrics,
            leeway: config.leeway,
            timeout: config.timeout,
            demo,
            environments,
            openid,
            has_audit_file,
            assets: config.assets,
        });
        let tasks = vec![
            tokio::spawn(upkeep::refresh(Arc::clone(&app), config.poll)),
            tokio::spawn(upkeep::clean_up(Arc::clone(&app))),
            tokio::spawn(upkeep::count(Arc::clone(&app))),
        ];
        Ok(Self {
            router: router::router(Arc::clone(&app)),
            app,
            tasks,
            writer_done,
            new_bootstrap: bootstrap.shown,
            connections,
        })
    }

    /// The routes.
    pub fn router(&self) -> axum::Router {
        self.router.clone()
    }

    /// The limits of its connections.
    #[must_use]
    pub fn connection_limits(&self) -> ConnectionLimits {
        self.connections
    }

    /// The bootstrap token, if this start generated one that the program has to show. It cannot be
    /// shown again later.
    #[must_use]
    pub fn new_bootstrap(&self) -> Option<&AccessToken> {
        self.new_bootstrap.as_ref()
    }

    /// The file with a generated bootstrap token that was not used yet.
    #[must_use]
    pub fn bootstrap_file(&self) -> Option<&Path> {
        self.app.bootstrap_file.pending()
    }

    /// The demonstration, if it is enabled.
    #[must_use]
    pub fn demo(&self) -> Option<&Demo> {
        self.app.demo.as_ref()
    }

    /// Records how many refusals were only counted, and deletes what has expired or is too much. The
    /// server does this by itself every ten minutes.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn clean_up(&self) -> Result<(), StoreError> {
        self.app.clean_up().await
    }

    /// Stops the background tasks, after everything that was accepted is written. The router must
    /// be dropped before.
    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        for task in self.tasks {
            let _ = task.await;
        }
        let _ = tokio::time::timeout(WRITER_GRACE, self.app.record_omitted()).await;
        let counted = self.app.store.add_counts(&self.app.counts);
        let _ = tokio::time::timeout(WRITER_GRACE, counted).await;
        let store = self.app.store.clone();
        drop((self.router, self.app));
        // Connections that did not close in time may still hold the writer.
        let _ = tokio::time::timeout(WRITER_GRACE, self.writer_done).await;
        store.close().await;
    }
}

/// What signs ID tokens, with keys for the time being.
async fn set_up_openid(
    store: &Store,
    config: &Config,
) -> Result<Option<OpenIdProvider>, StartError> {
    let (Some(issuer), Some(master)) = (&config.openid_issuer, &config.environment_keys) else {
        return Ok(None);
    };
    let openid = OpenIdProvider::new(issuer, Arc::clone(master));
    let rotated = openid.rotate(store, config.clock.now()).await;
    rotated.map_err(|error| StartError::SigningKeys(error.to_string()))?;
    Ok(Some(openid))
}

/// Behind a proxy, all connections come from its address.
fn connection_limits(limits: ConnectionLimits, trusted_proxies: usize) -> ConnectionLimits {
    if trusted_proxies == 0 {
        return limits;
    }
    ConnectionLimits {
        per_address: 0,
        ..limits
    }
}

fn check_bootstrap(token: &str) -> Result<(), StartError> {
    let unusable = |(_, character): &(usize, char)| !character.is_ascii_graphic();
    if let Some((place, character)) = token.chars().enumerate().find(unusable) {
        let found = match character {
            ' ' => "a space",
            '\n' | '\r' => "a line break",
            _ if character.is_ascii() => "a control character",
            _ => "another character",
        };
        return Err(StartError::BootstrapCharacter {
            found,
            place: place + 1,
        });
    }
    match token.len() {
        found @ ..32 => Err(StartError::Bootstrap { found }),
        _ => Ok(()),
    }
}

impl From<SetUpError> for StartError {
    fn from(error: SetUpError) -> Self {
        match error {
            SetUpError::Store(error) => Self::Store(error),
            other => Self::Demo(other.to_string()),
        }
    }
}

/// The shorter of two times, of which an absent one is without a limit.
fn shorter(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    one.into_iter().chain(other).min()
}

/// Checks that the database was used with this token key, or replaces the key if that is allowed.
async fn check_token_key(
    store: &Store,
    key: &HashKey,
    may_replace: bool,
) -> Result<(), StartError> {
    let fingerprint = key.fingerprint();
    if store.register_token_key(fingerprint).await? == fingerprint {
        return Ok(());
    }
    if !may_replace {
        return Err(StartError::TokenKey);
    }
    store.replace_token_key(fingerprint).await?;
    Ok(())
}
