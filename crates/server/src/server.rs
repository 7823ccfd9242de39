//! The server as a whole: what its routes share, and what runs beside them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::task::JoinHandle;

use crate::config::Config;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::writer::handle::{Writer, WriterConfig};
use crate::demo::samples::Demo;
use crate::exchange::directory::Directory;
use crate::http::assets::Assets;
use crate::http::metrics::Metrics;
use crate::http::rate_limit::RateLimit;
use crate::keys::{KeyError, KeyStore};
use crate::tokens::access_token::AccessToken;
use crate::tokens::hash_key::HashKey;

/// What all routes share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) directory: Directory,
    pub(crate) keys: KeyStore,
    pub(crate) hash_key: HashKey,
    /// Whether the bootstrap token is somebody's own text.
    pub(crate) bootstrap_is_foreign: bool,
    pub(crate) metrics: Metrics,
    pub(crate) address_limit: RateLimit<IpAddr>,
    pub(crate) issuer_limit: RateLimit<String>,
    pub(crate) trusted_proxies: usize,
    pub(crate) open_metrics: bool,
    pub(crate) leeway: u64,
    pub(crate) timeout: Duration,
    pub(crate) demo: Option<Demo>,
    /// Whether the audit log goes to a file as well.
    pub(crate) writes_lines: bool,
    pub(crate) assets: Assets,
}

/// A server that is ready to answer.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    tasks: Vec<JoinHandle<()>>,
    written: tokio::sync::oneshot::Receiver<()>,
    bootstrap: Option<AccessToken>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// How keys are fetched.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The bootstrap token that was given.
    #[error("expected a bootstrap token of at least 32 characters, found {found}")]
    Bootstrap {
        /// How many it has.
        found: usize,
    },
    /// The key that tokens are hashed with.
    #[error(
        "the tokens in the database were hashed with another token key: expected the file with the one that it was used with \
         before; to give all tokens up, the bootstrap token too, start once with --new-token-key"
    )]
    TokenKey,
    /// The demonstration.
    #[error("the demonstration cannot be set up: {0}")]
    Demo(String),
}

impl Server {
    /// Opens the database and starts what runs beside the routes.
    ///
    /// # Errors
    /// [`StartError`] says what is in the way.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        if let Some(given) = config.bootstrap.as_deref().filter(|given| given.len() < 32) {
            return Err(StartError::Bootstrap { found: given.len() });
        }
        let store = Store::open(&config.database).await?;
        let mark = config.token_key.fingerprint();
        if store.register_token_key(mark).await? != mark {
            if !config.new_token_key {
                return Err(StartError::TokenKey);
            }
            store.replace_token_key(mark).await?;
        }
        let keys = KeyStore::new(config.keys)?;
        let writes_lines = config.audit_file.is_some();
        let writer = WriterConfig {
            audit_file: config.audit_file,
            ..WriterConfig::default()
        };
        let (writer, written) = Writer::start(&store, writer).await?;
        let bootstrap = bootstrap(&store, &config.token_key, config.bootstrap.as_deref()).await?;
        let demo = if config.demo {
            Some(Demo::set_up(&store, &config.token_key).await?)
        } else {
            None
        };
        let directory = Directory::new(store.clone(), keys.clone());
        directory.refresh().await?;
        let limits = config.limits;
        let app = Arc::new(App {
            store,
            writer,
            directory,
            keys,
            hash_key: config.token_key,
            bootstrap_is_foreign: config.bootstrap.is_some(),
            metrics: Metrics::default(),
            address_limit: RateLimit::new(limits.address_rate, limits.address_burst),
            issuer_limit: RateLimit::new(limits.issuer_rate, limits.issuer_burst),
            trusted_proxies: config.trusted_proxies,
            open_metrics: config.open_metrics,
            leeway: config.leeway,
            timeout: config.timeout,
            demo,
            writes_lines,
            assets: config.assets,
        });
        let tasks = vec![
            tokio::spawn(refresh(Arc::clone(&app), config.poll)),
            tokio::spawn(clean_up(Arc::clone(&app), config.audit_days)),
        ];
        Ok(Self {
            app,
            tasks,
            written,
            bootstrap,
        })
    }

    /// The routes.
    pub fn router(&self) -> axum::Router {
        crate::http::router::router(Arc::clone(&self.app))
    }

    /// The bootstrap token, if this start has made one. It is to be shown now or never.
    #[must_use]
    pub fn new_bootstrap(&self) -> Option<&AccessToken> {
        self.bootstrap.as_ref()
    }

    /// The demonstration, where there is one.
    #[must_use]
    pub fn demo(&self) -> Option<&Demo> {
        self.app.demo.as_ref()
    }

    /// Ends what runs beside the routes, once all that was accepted is written. The routes must be
    /// gone by then.
    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        for task in self.tasks {
            let _ = task.await;
        }
        let store = self.app.store.clone();
        drop(self.app);
        // Connections that did not end in time may hold the writer still.
        let _ = tokio::time::timeout(Duration::from_secs(10), self.written).await;
        store.close().await;
    }
}

/// Seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

async fn bootstrap(
    store: &Store,
    key: &HashKey,
    given: Option<&str>,
) -> Result<Option<AccessToken>, StoreError> {
    if let Some(given) = given {
        let hash = key.hash(given);
        store.set_bootstrap(&hash, now()).await?;
        if store
            .token(&hash)
            .await?
            .is_none_or(|token| !token.is_active(now()))
        {
            tracing::warn!("the bootstrap token that is given was revoked; give another");
        }
        return Ok(None);
    }
    let token = AccessToken::generate();
    let is_first = store
        .create_bootstrap(&key.hash(token.reveal()), now())
        .await?;
    Ok(is_first.then_some(token))
}

async fn refresh(app: Arc<App>, every: Duration) {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if let Err(error) = app.directory.refresh().await {
            tracing::warn!(%error, "changes of other replicas cannot be looked for");
        }
    }
}

async fn clean_up(app: Arc<App>, audit_days: Option<u32>) {
    let mut interval = tokio::time::interval(Duration::from_secs(600));
    loop {
        interval.tick().await;
        let audit_since = audit_days.map(|days| now() - i64::from(days) * 86_400);
        if let Err(error) = app.store.clean_up(now(), audit_since).await {
            tracing::warn!(%error, "what has expired cannot be deleted");
        }
    }
}
