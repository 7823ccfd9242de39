//! The server's configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::environments::keys::master::MasterKeys;
use crate::guard::mode::GuardMode;
use crate::http::assets::Assets;
use crate::keys::address::Network;
use crate::keys::config::KeyConfig;
use crate::tokens::bootstrap_path::BootstrapPath;
use crate::tokens::hash_key::HashKey;

/// The server's configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database: `sqlite:FILE` or `postgres://…`.
    pub database: String,
    /// The key that access tokens are hashed with.
    pub token_key: HashKey,
    /// The keys that the secrets of environments are encrypted with; without them, there are no environments.
    pub environment_keys: Option<Arc<MasterKeys>>,
    /// The URL of the issuer of ID tokens, `https://HOST/oidc`; without it, or without keys for environments, the server signs
    /// none.
    pub openid_issuer: Option<String>,
    /// What the providers of environments may call.
    pub providers: ProviderConfig,
    /// The bootstrap token; if absent, one is generated on the first start.
    pub bootstrap: Option<String>,
    /// A file for a generated bootstrap token, which is deleted when the token is first used. If
    /// absent, the program has to show the token: [`Server::new_bootstrap`](crate::Server::new_bootstrap).
    pub bootstrap_file: Option<BootstrapPath>,
    /// Whether the program shows a generated bootstrap token to a person, so that it need not be
    /// written.
    pub show_bootstrap: bool,
    /// A file to which the audit log is appended as JSON lines; `-` is standard output.
    pub audit_file: Option<PathBuf>,
    /// For how many days the database keeps the grants in the audit log; without a limit if absent.
    pub audit_days: Option<u32>,
    /// How many refusals the audit log records, and how long it keeps them.
    pub refusals: RefusalLimits,
    /// What is done about policies that admit strangers.
    pub guard: GuardMode,
    /// How issuers' keys are fetched.
    pub keys: KeyConfig,
    /// Rate limits.
    pub limits: Limits,
    /// Limits of connections.
    pub connections: ConnectionLimits,
    /// Number of reverse proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: usize,
    /// Whether `/metrics` needs no token.
    pub open_metrics: bool,
    /// Clock skew to tolerate, in seconds.
    pub leeway: u64,
    /// How often to poll for changes of other replicas.
    pub poll: Duration,
    /// Time limit of a request.
    pub timeout: Duration,
    /// Whether to accept a database that was used with another token key. All its tokens are
    /// deleted then.
    pub new_token_key: bool,
    /// Whether to create an organization `demo` with an issuer that signs sample tokens.
    pub demo: bool,
    /// The app.
    pub assets: Assets,
    /// The clock.
    pub clock: Clock,
}

/// What the providers of environments may call: public addresses, and no others without this.
#[derive(Clone, Debug, Default)]
pub struct ProviderConfig {
    /// Networks that may be connected to although they are not public.
    pub allow_networks: Vec<Network>,
    /// Endpoints of clouds, such as `https://sts.googleapis.com`, and what is called in their place.
    pub endpoints: BTreeMap<String, String>,
}

/// How many refusals the audit log records in an hour, and how long it keeps them. A budget of zero
/// is no limit. What is beyond a budget is counted, and the count is recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RefusalLimits {
    /// Refusals without a genuine signature, for all organizations together.
    pub unverified: f64,
    /// Refusals without a genuine signature, for each organization.
    pub organization: f64,
    /// Refusals of genuine tokens of each issuer of an organization.
    pub issuer: f64,
    /// Refusals of genuine tokens of each tenant of an issuer, such as an owner of repositories.
    pub tenant: f64,
    /// For how many days they are kept; as long as grants if absent.
    pub days: Option<u32>,
    /// The most bytes of them that are kept, 0 for any number; the oldest go first.
    pub max_bytes: u64,
}

impl Default for RefusalLimits {
    fn default() -> Self {
        Self {
            unverified: 3_600.0,
            organization: 600.0,
            issuer: 3_600.0,
            tenant: 600.0,
            days: Some(90),
            max_bytes: 1 << 30,
        }
    }
}

/// Rate limits. A rate of zero is no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Sustained requests per second from one address.
    pub address_rate: f64,
    /// Requests at once from one address.
    pub address_burst: f64,
    /// Sustained tokens per second for one issuer.
    pub issuer_rate: f64,
    /// Tokens at once for one issuer.
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

/// Limits of connections. A number of zero is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once. The process may allow fewer, by its limit of open files.
    pub total: usize,
    /// Connections at once from one address: an IPv4 address, or the /64 of an IPv6 address.
    pub per_address: usize,
    /// How long the head of a request may take to arrive, and before it TLS and the version of HTTP.
    pub head_timeout: Duration,
    /// How long a connection may be without a request.
    pub idle_timeout: Duration,
    /// How long a client may take nothing, or next to nothing, of an answer.
    pub write_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            total: 8_192,
            per_address: 512,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
        }
    }
}

impl Config {
    /// The default configuration, for a database and a token key.
    #[must_use]
    pub fn new(database: impl Into<String>, token_key: HashKey) -> Self {
        Self {
            database: database.into(),
            token_key,
            environment_keys: None,
            openid_issuer: None,
            providers: ProviderConfig::default(),
            bootstrap: None,
            bootstrap_file: None,
            show_bootstrap: false,
            audit_file: None,
            audit_days: Some(365),
            refusals: RefusalLimits::default(),
            guard: GuardMode::default(),
            keys: KeyConfig::default(),
            limits: Limits::default(),
            connections: ConnectionLimits::default(),
            trusted_proxies: 0,
            open_metrics: false,
            leeway: 60,
            poll: Duration::from_millis(500),
            timeout: Duration::from_secs(30),
            new_token_key: false,
            demo: false,
            assets: Assets::default(),
            clock: Clock::default(),
        }
    }
}
