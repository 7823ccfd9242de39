//! What a server is started with.

use std::path::PathBuf;
use std::time::Duration;

use crate::http::assets::Assets;
use crate::keys::KeyConfig;
use crate::tokens::access_token::HashKey;

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database: `sqlite:FILE` or `postgres://…`.
    pub database: String,
    /// What access tokens are hashed with.
    pub token_key: HashKey,
    /// The bootstrap token, where one is given; else one is made at the first start.
    pub bootstrap: Option<String>,
    /// A file for the audit log as lines of JSON; `-` is standard output.
    pub audit_file: Option<PathBuf>,
    /// For how many days the database keeps the audit log; for ever, if none.
    pub audit_days: Option<u32>,
    /// How issuers' keys are fetched.
    pub keys: KeyConfig,
    /// How many requests are answered.
    pub limits: Limits,
    /// How many proxies stand in front, whose `X-Forwarded-For` is believed.
    pub trusted_proxies: usize,
    /// Whether `/metrics` needs no token.
    pub open_metrics: bool,
    /// By how much clocks may differ, in seconds.
    pub leeway: u64,
    /// How often changes of other replicas are looked for.
    pub poll: Duration,
    /// How long a request may take.
    pub timeout: Duration,
    /// Whether a database that was used with another token key is taken, and its tokens deleted.
    pub new_token_key: bool,
    /// Whether there is an organization `demo`, with an issuer of this server's own that signs
    /// sample tokens.
    pub demo: bool,
    /// The app.
    pub assets: Assets,
}

/// How many requests are answered. A rate of zero is no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Requests a second from one address, in the long run.
    pub address_rate: f64,
    /// How many of them may come at once.
    pub address_burst: f64,
    /// Tokens a second that are granted on one issuer, in the long run.
    pub issuer_rate: f64,
    /// How many of them may be asked for at once.
    pub issuer_burst: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_rate: 50.0,
            address_burst: 200.0,
            issuer_rate: 200.0,
            issuer_burst: 1000.0,
        }
    }
}

impl Config {
    /// The defaults, for a database and a key.
    #[must_use]
    pub fn new(database: impl Into<String>, token_key: HashKey) -> Self {
        Self {
            database: database.into(),
            token_key,
            bootstrap: None,
            audit_file: None,
            audit_days: Some(365),
            keys: KeyConfig::default(),
            limits: Limits::default(),
            trusted_proxies: 0,
            open_metrics: false,
            leeway: 60,
            poll: Duration::from_millis(500),
            timeout: Duration::from_secs(30),
            new_token_key: false,
            demo: false,
            assets: Assets::default(),
        }
    }
}
