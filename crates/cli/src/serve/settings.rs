//! The settings of the server: flags, then the environment, then a file, then defaults.

mod config;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use claimgate::issuer::validate_url;
use claimgate_server::environments::MasterKeys;
use claimgate_server::guard::GuardMode;
use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};
use serde::Deserialize;

use super::environment_keys::EnvironmentKeyFlags;
use super::lists::either;
use super::state::StateFlags;

/// The greatest tolerated clock skew, in seconds.
pub(crate) use claimgate_formats::settings::MAX_LEEWAY;

/// Flags take precedence over the environment, then the file, then the defaults.
#[derive(clap::Args, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Serve {
    #[command(flatten)]
    #[serde(flatten)]
    pub(super) state: StateFlags,

    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "CLAIMGATE_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<String>,

    /// A file with the secret for hashing access tokens: 32 characters or more, the same on all
    /// replicas [default: with SQLite, FILE.key, created on the first start]
    #[arg(long, env = "CLAIMGATE_TOKEN_KEY_FILE", value_name = "FILE")]
    token_key_file: Option<PathBuf>,

    #[command(flatten)]
    #[serde(flatten)]
    environment_keys: EnvironmentKeyFlags,

    /// The URL of the issuer of ID tokens, with which environments log in to clouds, such as
    /// `https://HOST/oidc`; the server publishes its documents below `/oidc`. Without it, the server
    /// signs none
    #[arg(long, env = "CLAIMGATE_OIDC_ISSUER", value_name = "URL")]
    oidc_issuer: Option<String>,

    /// A private network in which providers of environments may call services, such as a Vault; can be
    /// repeated
    #[arg(
        long = "provider-network",
        env = "CLAIMGATE_PROVIDER_NETWORKS",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    #[serde(default)]
    provider_network: Vec<String>,

    /// What is called in place of a cloud's endpoint, such as
    /// `https://sts.googleapis.com=https://sts.internal`; can be repeated
    #[arg(
        long = "provider-endpoint",
        env = "CLAIMGATE_PROVIDER_ENDPOINTS",
        value_name = "URL=URL",
        value_delimiter = ','
    )]
    #[serde(default)]
    provider_endpoint: Vec<String>,

    /// Switch the database to a new token key: deletes all tokens and creates a new bootstrap token
    #[arg(long)]
    #[serde(skip)]
    new_token_key: bool,

    /// A file with the bootstrap token (32 characters or more), which has all permissions. Without
    /// this option, the first start generates one: it prints the token if standard error is a
    /// terminal, and otherwise writes it to a file that `claimgate bootstrap-token` prints.
    /// CLAIMGATE_BOOTSTRAP_TOKEN can hold the token itself
    #[arg(long, env = "CLAIMGATE_BOOTSTRAP_TOKEN_FILE", value_name = "FILE")]
    bootstrap_token_file: Option<PathBuf>,

    /// A PEM file with the certificate and its chain; enables TLS
    #[arg(long, env = "CLAIMGATE_TLS_CERTIFICATE", value_name = "FILE")]
    tls_certificate: Option<PathBuf>,

    /// A PEM file with the certificate's private key
    #[arg(long, env = "CLAIMGATE_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// How long browsers must use TLS for this host, in seconds (`Strict-Transport-Security`); 0
    /// omits the header [default: 31536000, one year]
    #[arg(long, env = "CLAIMGATE_HSTS", value_name = "SECONDS")]
    hsts: Option<u64>,

    /// Maximum number of connections; 0 for as many as the limit on open files allows [default: 8192]
    #[arg(long, env = "CLAIMGATE_MAX_CONNECTIONS", value_name = "COUNT")]
    max_connections: Option<usize>,

    /// Maximum number of connections from one address; 0 for no limit. Ignored behind trusted
    /// proxies [default: 512]
    #[arg(long, env = "CLAIMGATE_ADDRESS_CONNECTIONS", value_name = "COUNT")]
    address_connections: Option<usize>,

    /// Seconds without a request after which a connection is closed [default: 60]
    #[arg(long, env = "CLAIMGATE_IDLE_TIMEOUT", value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    idle_timeout: Option<u32>,

    /// Seconds after which a connection is closed if its client reads little or nothing of a
    /// response [default: 30]
    #[arg(long, env = "CLAIMGATE_WRITE_TIMEOUT", value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    write_timeout: Option<u32>,

    /// What is done about changes that let strangers in on an issuer that signs tokens for everyone:
    /// `enforce` refuses them, `warn` saves them with a finding, `off` does not look [default: enforce]
    #[arg(long, env = "CLAIMGATE_SHARED_ISSUER_GUARD", value_name = "MODE", value_parser = guard_mode())]
    shared_issuer_guard: Option<GuardMode>,

    /// Number of proxies in front of the server whose `X-Forwarded-For` is trusted [default: 0]
    #[arg(long, env = "CLAIMGATE_TRUSTED_PROXIES", value_name = "COUNT")]
    trusted_proxies: Option<usize>,

    /// A file to which the audit log is also written, one JSON object per line; `-` is standard
    /// output
    #[arg(long, env = "CLAIMGATE_AUDIT_FILE", value_name = "FILE")]
    audit_file: Option<PathBuf>,

    /// Days to keep the audit log in the database; 0 for no limit [default: 365]
    #[arg(long, env = "CLAIMGATE_AUDIT_DAYS", value_name = "DAYS")]
    audit_days: Option<u32>,

    /// Days to keep refusals in the audit log; 0 to keep them as long as grants [default: 90]
    #[arg(long, env = "CLAIMGATE_REFUSAL_DAYS", value_name = "DAYS")]
    refusal_days: Option<u32>,

    /// Megabytes of refusals to keep in the audit log, at least 16; the oldest are deleted first; 0
    /// for no limit [default: 1024]
    #[arg(long, env = "CLAIMGATE_REFUSAL_MEGABYTES", value_name = "COUNT")]
    refusal_megabytes: Option<u64>,

    /// Refusals without a valid signature to record per hour, in all organizations together; any
    /// more are only counted; 0 for no limit [default: 3600]
    #[arg(long, env = "CLAIMGATE_REFUSALS_UNVERIFIED", value_name = "COUNT")]
    refusals_unverified: Option<f64>,

    /// Refusals without a valid signature to record per hour and organization [default: 600]
    #[arg(long, env = "CLAIMGATE_REFUSALS_ORGANIZATION", value_name = "COUNT")]
    refusals_organization: Option<f64>,

    /// Refusals of tokens with a valid signature to record per hour and issuer [default: 3600]
    #[arg(long, env = "CLAIMGATE_REFUSALS_ISSUER", value_name = "COUNT")]
    refusals_issuer: Option<f64>,

    /// Refusals of tokens with a valid signature to record per hour and tenant of an issuer, such as
    /// an owner on GitHub [default: 600]
    #[arg(long, env = "CLAIMGATE_REFUSALS_TENANT", value_name = "COUNT")]
    refusals_tenant: Option<f64>,

    /// Sustained requests per second from one address; 0 for no limit. The /56 and the /48 of an
    /// IPv6 address get four and sixteen times as many [default: 50]
    #[arg(long, env = "CLAIMGATE_ADDRESS_RATE", value_name = "RATE")]
    address_rate: Option<f64>,

    /// Requests from one address in a burst [default: 200]
    #[arg(long, env = "CLAIMGATE_ADDRESS_BURST", value_name = "COUNT")]
    address_burst: Option<f64>,

    /// Sustained grants per second on one issuer; 0 for no limit [default: 200]
    #[arg(long, env = "CLAIMGATE_ISSUER_RATE", value_name = "RATE")]
    issuer_rate: Option<f64>,

    /// Grants on one issuer in a burst [default: 1000]
    #[arg(long, env = "CLAIMGATE_ISSUER_BURST", value_name = "COUNT")]
    issuer_burst: Option<f64>,

    /// Tolerated clock skew in seconds, at most 600 [default: 60]
    #[arg(long, env = "CLAIMGATE_LEEWAY", value_name = "SECONDS")]
    leeway: Option<u64>,

    /// A PEM file with additional root certificates to trust for issuers; can be repeated
    #[arg(
        long = "issuer-root",
        env = "CLAIMGATE_ISSUER_ROOTS",
        value_name = "FILE",
        value_delimiter = ','
    )]
    #[serde(default)]
    issuer_root: Vec<PathBuf>,

    /// A private network in which issuers are allowed, such as `10.1.0.0/16`; can be repeated
    #[arg(
        long = "issuer-network",
        env = "CLAIMGATE_ISSUER_NETWORKS",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    #[serde(default)]
    issuer_network: Vec<String>,

    /// Allow issuers at any private or loopback address
    #[arg(long, env = "CLAIMGATE_ALLOW_PRIVATE_ISSUERS", value_parser = BoolishValueParser::new())]
    #[serde(default)]
    allow_private_issuers: bool,

    /// Serve /metrics without the bootstrap token
    #[arg(long, env = "CLAIMGATE_OPEN_METRICS", value_parser = BoolishValueParser::new())]
    #[serde(default)]
    open_metrics: bool,

    /// Create an organization `demo` with an issuer, run by this server, that signs sample tokens
    #[arg(long, env = "CLAIMGATE_DEMO", value_parser = BoolishValueParser::new())]
    #[serde(default)]
    demo: bool,

    /// Log level: `error`, `warn`, `info`, `debug` or `trace`, optionally by module, as in
    /// `info,claimgate_server=debug` [default: info]
    #[arg(long, env = "CLAIMGATE_LOG", value_name = "FILTER")]
    log: Option<String>,

    /// Log format, `json` or `text` [default: json]
    #[arg(long, env = "CLAIMGATE_LOG_FORMAT", value_name = "FORMAT", value_parser = ["json", "text"])]
    log_format: Option<String>,
}

impl From<StateFlags> for Serve {
    fn from(state: StateFlags) -> Self {
        Self {
            state,
            ..Self::default()
        }
    }
}

impl Serve {
    /// Which database, and where its files are.
    pub(crate) fn into_state(self) -> StateFlags {
        self.state
    }

    /// The same, with the settings of the keys of environments.
    pub(crate) fn with_environment_keys(self, environment_keys: EnvironmentKeyFlags) -> Self {
        Self {
            environment_keys,
            ..self
        }
    }

    /// The keys of environments, if there are any.
    pub(crate) fn environment_keys(&self) -> Result<Option<MasterKeys>> {
        self.environment_keys.read()
    }

    /// The same, with the issuer of ID tokens.
    pub(crate) fn with_oidc_issuer(self, oidc_issuer: Option<String>) -> Self {
        Self {
            oidc_issuer,
            ..self
        }
    }

    /// The issuer of ID tokens, if there is one.
    pub(crate) fn oidc_issuer(&self) -> Result<Option<&str>> {
        if let Some(issuer) = &self.oidc_issuer {
            validate_url(issuer).with_context(|| format!("--oidc-issuer `{issuer}`"))?;
        }
        Ok(self.oidc_issuer.as_deref())
    }

    /// Fills in settings from the file that neither flags nor the environment have.
    pub(crate) fn with_file(self) -> Result<Self> {
        let file: Option<Self> = self.state.read_file(&Self::names())?;
        Ok(match file {
            Some(file) => self.or(file),
            None => self,
        })
    }

    /// The settings that a file may have, named like the flags.
    fn names() -> Vec<String> {
        let flags = <Self as clap::Args>::augment_args(clap::Command::default());
        let names = flags.get_arguments().filter_map(clap::Arg::get_long);
        let is_flag_only = |name: &&str| ["config", "new-token-key"].contains(name);
        let names = names.filter(|name| !is_flag_only(name));
        names.map(str::to_owned).collect()
    }

    fn or(self, other: Self) -> Self {
        Self {
            state: self.state.or(other.state),
            listen: self.listen.or(other.listen),
            token_key_file: self.token_key_file.or(other.token_key_file),
            environment_keys: self.environment_keys.or(other.environment_keys),
            oidc_issuer: self.oidc_issuer.or(other.oidc_issuer),
            provider_network: either(self.provider_network, other.provider_network),
            provider_endpoint: either(self.provider_endpoint, other.provider_endpoint),
            bootstrap_token_file: self.bootstrap_token_file.or(other.bootstrap_token_file),
            tls_certificate: self.tls_certificate.or(other.tls_certificate),
            tls_key: self.tls_key.or(other.tls_key),
            hsts: self.hsts.or(other.hsts),
            max_connections: self.max_connections.or(other.max_connections),
            address_connections: self.address_connections.or(other.address_connections),
            idle_timeout: self.idle_timeout.or(other.idle_timeout),
            write_timeout: self.write_timeout.or(other.write_timeout),
            shared_issuer_guard: self.shared_issuer_guard.or(other.shared_issuer_guard),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            audit_file: self.audit_file.or(other.audit_file),
            audit_days: self.audit_days.or(other.audit_days),
            refusal_days: self.refusal_days.or(other.refusal_days),
            refusal_megabytes: self.refusal_megabytes.or(other.refusal_megabytes),
            refusals_unverified: self.refusals_unverified.or(other.refusals_unverified),
            refusals_organization: self.refusals_organization.or(other.refusals_organization),
            refusals_issuer: self.refusals_issuer.or(other.refusals_issuer),
            refusals_tenant: self.refusals_tenant.or(other.refusals_tenant),
            address_rate: self.address_rate.or(other.address_rate),
            address_burst: self.address_burst.or(other.address_burst),
            issuer_rate: self.issuer_rate.or(other.issuer_rate),
            issuer_burst: self.issuer_burst.or(other.issuer_burst),
            leeway: self.leeway.or(other.leeway),
            issuer_root: either(self.issuer_root, other.issuer_root),
            issuer_network: either(self.issuer_network, other.issuer_network),
            allow_private_issuers: self.allow_private_issuers || other.allow_private_issuers,
            open_metrics: self.open_metrics || other.open_metrics,
            new_token_key: self.new_token_key,
            demo: self.demo || other.demo,
            log: self.log.or(other.log),
            log_format: self.log_format.or(other.log_format),
        }
    }
}

/// Reads the words of the mode.
fn guard_mode() -> impl TypedValueParser<Value = GuardMode> {
    let modes = [GuardMode::Enforce, GuardMode::Warn, GuardMode::Off];
    PossibleValuesParser::new(modes.map(GuardMode::as_str)).map(move |word| {
        let is_it = |mode: &GuardMode| mode.as_str() == word;
        modes.into_iter().find(is_it).unwrap_or_default()
    })
}
