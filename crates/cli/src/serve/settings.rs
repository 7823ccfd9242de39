//! The settings of the server: flags, then the environment, then a file, then defaults.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use claimgate_server::Tls;
use claimgate_server::config::{Config, ConnectionLimits, Limits, RefusalLimits};
use claimgate_server::db::sqlite_file;
use claimgate_server::guard::GuardMode;
use claimgate_server::keys::{KeyConfig, Network};
use claimgate_server::tokens::HashKey;
use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};
use serde::Deserialize;

use super::state::StateFlags;

/// The variable that may hold the bootstrap token itself.
const BOOTSTRAP: &str = "CLAIMGATE_BOOTSTRAP_TOKEN";

/// Seconds of a year.
const YEAR: u64 = 31_536_000;

/// The greatest tolerated clock skew, in seconds.
pub(crate) const MAX_LEEWAY: u64 = 600;

/// The smallest cap on refusals in the audit log, in megabytes: with less, the entries that stand for
/// many refusals could exceed it.
const MIN_REFUSAL_MEGABYTES: u64 = 16;

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

    /// What is done about policies that admit strangers on an issuer that signs tokens for everyone:
    /// `enforce` refuses them, `warn` saves them with a finding, `off` does not look [default: warn]
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

    /// Fills in settings from the file that neither flags nor the environment have.
    pub(crate) fn with_file(self) -> Result<Self> {
        let file: Option<Self> = self.state.read_file()?;
        Ok(match file {
            Some(file) => self.or(file),
            None => self,
        })
    }

    fn or(self, other: Self) -> Self {
        Self {
            state: self.state.or(other.state),
            listen: self.listen.or(other.listen),
            token_key_file: self.token_key_file.or(other.token_key_file),
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
            issuer_root: if self.issuer_root.is_empty() {
                other.issuer_root
            } else {
                self.issuer_root
            },
            issuer_network: if self.issuer_network.is_empty() {
                other.issuer_network
            } else {
                self.issuer_network
            },
            allow_private_issuers: self.allow_private_issuers || other.allow_private_issuers,
            open_metrics: self.open_metrics || other.open_metrics,
            new_token_key: self.new_token_key,
            demo: self.demo || other.demo,
            log: self.log.or(other.log),
            log_format: self.log_format.or(other.log_format),
        }
    }

    pub(super) fn listen_address(&self) -> Result<String> {
        let address = self.listen.as_deref().unwrap_or("127.0.0.1:8080");
        if address
            .rsplit_once(':')
            .is_none_or(|(_, port)| port.parse::<u16>().is_err())
        {
            bail!(
                "expected an address and a port to listen on, like `127.0.0.1:8080`, found `{address}`"
            );
        }
        Ok(address.to_owned())
    }

    pub(super) fn tls(&self) -> Result<Option<Tls>> {
        match (&self.tls_certificate, &self.tls_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Tls {
                certificate: certificate.clone(),
                key: key.clone(),
                strict_transport: Duration::from_secs(self.hsts.unwrap_or(YEAR)),
            })),
            (Some(_), None) => bail!("expected --tls-key with --tls-certificate"),
            (None, Some(_)) => bail!("expected --tls-certificate with --tls-key"),
        }
    }

    /// Where a configured bootstrap token comes from.
    pub(super) fn bootstrap_place(&self) -> String {
        self.bootstrap_token_file
            .as_ref()
            .map_or_else(|| BOOTSTRAP.to_owned(), |file| file.display().to_string())
    }

    pub(super) fn config(self) -> Result<Config> {
        let database = self.state.database().to_owned();
        let bootstrap_file = self.state.bootstrap_path()?;
        if let Some(leeway) = self.leeway.filter(|leeway| *leeway > MAX_LEEWAY) {
            bail!(
                "expected --leeway of at most {MAX_LEEWAY} seconds, found {leeway}: more would accept tokens that expired long ago"
            );
        }
        let key = token_key(self.token_key_file.as_deref(), &database)?;
        let bootstrap = bootstrap(self.bootstrap_token_file.as_deref())?;
        if bootstrap.is_none() && bootstrap_file.is_none() {
            bail!(
                "expected --state-dir with a PostgreSQL database, a folder for the bootstrap token that the first start \
                 generates, or --bootstrap-token-file with a token of your own"
            );
        }
        let refusals = self.refusals()?;
        let (limits, connections) = (Limits::default(), ConnectionLimits::default());
        let defaults = Config::new(database, key);
        Ok(Config {
            bootstrap,
            bootstrap_file,
            show_bootstrap: std::io::stderr().is_terminal(),
            audit_file: self.audit_file,
            audit_days: Some(self.audit_days.unwrap_or(365)).filter(|days| *days > 0),
            refusals,
            guard: self.shared_issuer_guard.unwrap_or_default(),
            keys: KeyConfig {
                allow_private_addresses: self.allow_private_issuers,
                allow_networks: networks(&self.issuer_network)?,
                extra_roots_pem: self.issuer_root,
                ..KeyConfig::default()
            },
            limits: Limits {
                address_rate: rate("address-rate", self.address_rate, limits.address_rate)?,
                address_burst: rate("address-burst", self.address_burst, limits.address_burst)?,
                issuer_rate: rate("issuer-rate", self.issuer_rate, limits.issuer_rate)?,
                issuer_burst: rate("issuer-burst", self.issuer_burst, limits.issuer_burst)?,
            },
            connections: ConnectionLimits {
                total: self.max_connections.unwrap_or(connections.total),
                per_address: self.address_connections.unwrap_or(connections.per_address),
                idle_timeout: seconds(self.idle_timeout, connections.idle_timeout),
                write_timeout: seconds(self.write_timeout, connections.write_timeout),
                ..connections
            },
            trusted_proxies: self.trusted_proxies.unwrap_or(0),
            open_metrics: self.open_metrics,
            leeway: self.leeway.unwrap_or(defaults.leeway),
            poll: Duration::from_millis(500),
            new_token_key: self.new_token_key,
            demo: self.demo,
            assets: crate::app::ASSETS,
            ..defaults
        })
    }

    fn refusals(&self) -> Result<RefusalLimits> {
        let defaults = RefusalLimits::default();
        let megabytes = self.refusal_megabytes;
        if let Some(found) = megabytes.filter(|found| (1..MIN_REFUSAL_MEGABYTES).contains(found)) {
            bail!(
                "expected --refusal-megabytes of {MIN_REFUSAL_MEGABYTES} or more, or 0 for no limit, found {found}"
            );
        }
        Ok(RefusalLimits {
            unverified: rate(
                "refusals-unverified",
                self.refusals_unverified,
                defaults.unverified,
            )?,
            organization: rate(
                "refusals-organization",
                self.refusals_organization,
                defaults.organization,
            )?,
            issuer: rate("refusals-issuer", self.refusals_issuer, defaults.issuer)?,
            tenant: rate("refusals-tenant", self.refusals_tenant, defaults.tenant)?,
            days: self.refusal_days.or(defaults.days).filter(|days| *days > 0),
            max_bytes: megabytes.map_or(defaults.max_bytes, |count| count.saturating_mul(1 << 20)),
        })
    }

    /// Logs to standard error.
    pub(super) fn start_logging(&self) -> Result<()> {
        let words = self.log.as_deref().unwrap_or("info");
        claimgate_server::start_logging(words, self.log_format.as_deref() != Some("text"))
            .map_err(anyhow::Error::msg)
    }
}

fn token_key(file: Option<&Path>, database: &str) -> Result<HashKey> {
    let file = match (file, sqlite_file(database)) {
        (Some(file), _) => file.to_owned(),
        (None, Some(database)) => {
            let mut name = database.into_os_string();
            name.push(".key");
            let file = PathBuf::from(name);
            super::make_key(&file)?;
            file
        }
        (None, None) => bail!(
            "expected --token-key-file with a PostgreSQL database: a file with a secret of 32 characters or more, the same \
             on all replicas"
        ),
    };
    HashKey::new(&secret(&file, "token key")?)
        .map_err(|problem| anyhow!("{}: {problem}", file.display()))
}

/// The content of a file that only its owner should be able to read.
fn secret(file: &Path, what: &str) -> Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let shown = file.display();
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read the {what} {shown}"))?;
    if std::fs::metadata(file).is_ok_and(|about| about.mode() & 0o077 != 0) {
        tracing::warn!(file = %shown, "the {what} is accessible to other users than its owner: expected mode 600");
    }
    Ok(text)
}

fn bootstrap(file: Option<&Path>) -> Result<Option<String>> {
    if let Some(file) = file {
        return Ok(Some(secret(file, "bootstrap token")?.trim().to_owned()));
    }
    Ok(std::env::var(BOOTSTRAP)
        .ok()
        .filter(|token| !token.is_empty()))
}

/// Reads the words of the mode.
fn guard_mode() -> impl TypedValueParser<Value = GuardMode> {
    let modes = [GuardMode::Enforce, GuardMode::Warn, GuardMode::Off];
    PossibleValuesParser::new(modes.map(GuardMode::as_str)).map(move |word| {
        let is_it = |mode: &GuardMode| mode.as_str() == word;
        modes.into_iter().find(is_it).unwrap_or_default()
    })
}

fn networks(texts: &[String]) -> Result<Vec<Network>> {
    texts
        .iter()
        .map(|text| text.parse().map_err(anyhow::Error::from))
        .collect()
}

fn seconds(given: Option<u32>, default: Duration) -> Duration {
    given.map_or(default, |seconds| Duration::from_secs(seconds.into()))
}

fn rate(name: &str, given: Option<f64>, default: f64) -> Result<f64> {
    match given {
        None => Ok(default),
        Some(rate) if rate.is_finite() && rate >= 0.0 => Ok(rate),
        Some(rate) => bail!("expected --{name} of 0 or more, found {rate}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{RefusalLimits, Serve};

    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        serve: Serve,
    }

    fn parse(arguments: &[&str]) -> Serve {
        Arguments::parse_from(std::iter::once(&"claimgate").chain(arguments)).serve
    }

    #[test]
    fn flags_go_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("claimgate.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nleeway = 5\ndemo = true\n").unwrap();
        let serve = parse(&[
            "--config",
            file.to_str().unwrap(),
            "--listen",
            "127.0.0.1:2",
        ])
        .with_file()
        .unwrap();
        assert_eq!(
            (
                serve.listen_address().unwrap().as_str(),
                serve.leeway,
                serve.demo
            ),
            ("127.0.0.1:2", Some(5), true)
        );
    }

    #[test]
    fn a_setting_that_is_not_known_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("claimgate.toml");
        std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").unwrap();
        let error = parse(&["--config", file.to_str().unwrap()])
            .with_file()
            .unwrap_err();
        assert!(format!("{error:#}").contains("lisen"), "{error:#}");
    }

    #[test]
    fn halves_of_settings_are_refused() {
        assert!(parse(&["--tls-key", "a"]).tls().is_err());
        assert!(parse(&["--listen", "8080"]).listen_address().is_err());
        assert!(
            parse(&["--database", "postgres://localhost/a"])
                .config()
                .is_err()
        );
        let dir = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", dir.path().join("a.db").display());
        assert!(parse(&["--database", &database]).config().is_ok());
        let error = parse(&["--database", &database, "--address-rate=-1"])
            .config()
            .unwrap_err();
        assert!(error.to_string().contains("--address-rate"), "{error:#}");
        let error = parse(&["--database", &database, "--refusal-megabytes=15"])
            .config()
            .unwrap_err();
        assert!(error.to_string().contains("found 15"), "{error:#}");
        assert!(super::networks(&["10.0.0.0/8".to_owned()]).is_ok());
        assert!(super::networks(&["10.0.0.0/99".to_owned()]).is_err());
    }

    #[test]
    fn the_bootstrap_token_has_a_place() {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("key");
        super::super::make_key(&key).unwrap();
        let postgres = ["--database", "postgres://localhost/a"];
        let key = ["--token-key-file", key.to_str().unwrap()];
        let config = |more: &[&str]| parse(&[&postgres[..], &key, more].concat()).config();
        let error = config(&[]).unwrap_err().to_string();
        assert!(error.contains("--state-dir"), "{error}");
        assert!(config(&["--state-dir", "a"]).is_ok());
    }

    #[test]
    fn a_file_may_have_the_database_and_the_folder_for_state() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("claimgate.toml");
        std::fs::write(
            &file,
            "database = \"sqlite:b.db\"\nstate-dir = \"/run/a\"\n",
        )
        .unwrap();
        let serve = parse(&["--config", file.to_str().unwrap()]);
        let path = serve.with_file().unwrap().state.bootstrap_path().unwrap();
        let expected = std::path::Path::new("/run/a/b.db.bootstrap-token");
        assert_eq!(path.unwrap().file(), expected);
    }

    #[test]
    fn connections_have_limits_that_can_be_set() {
        let dir = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", dir.path().join("a.db").display());
        let limits = |arguments: &[&str]| {
            let own = [&["--database", database.as_str()], arguments].concat();
            parse(&own).config().unwrap().connections
        };
        let defaults = limits(&[]);
        assert_eq!(
            defaults,
            claimgate_server::config::ConnectionLimits::default()
        );
        let set = limits(&[
            "--max-connections=5",
            "--address-connections=0",
            "--idle-timeout=7",
            "--write-timeout=8",
        ]);
        assert_eq!(
            (
                set.total,
                set.per_address,
                set.idle_timeout.as_secs(),
                set.write_timeout.as_secs()
            ),
            (5, 0, 7, 8)
        );
        let zero = Arguments::try_parse_from(["claimgate", "--idle-timeout=0"]);
        assert!(zero.is_err());
    }

    #[test]
    fn limits_on_refusals_have_defaults_and_zero_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", dir.path().join("a.db").display());
        let refusals = |more: &[&str]| {
            let words = [&["--database", &database], more].concat();
            parse(&words).config().unwrap().refusals
        };
        assert_eq!(refusals(&[]), RefusalLimits::default());
        let words = [
            "--refusal-days=0",
            "--refusal-megabytes=0",
            "--refusals-unverified=1",
            "--refusals-organization=2",
            "--refusals-issuer=3",
            "--refusals-tenant=0",
        ];
        let expected = RefusalLimits {
            unverified: 1.0,
            organization: 2.0,
            issuer: 3.0,
            tenant: 0.0,
            days: None,
            max_bytes: 0,
        };
        assert_eq!(refusals(&words), expected);
        assert_eq!(refusals(&["--refusal-megabytes=16"]).max_bytes, 16 << 20);
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db.key");
        super::super::make_key(&file).unwrap();
        let key = std::fs::read_to_string(&file).unwrap();
        super::super::make_key(&file).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing is left over"
        );
    }
}
