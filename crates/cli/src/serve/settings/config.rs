//! What the server is started with, from the settings.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use claimgate_server::Tls;
use claimgate_server::config::{Config, ConnectionLimits, Limits, ProviderConfig, RefusalLimits};
use claimgate_server::keys::KeyConfig;

use super::{MAX_LEEWAY, Serve};
use crate::serve::lists::networks;
use crate::serve::secrets::{BOOTSTRAP, bootstrap, token_key, warn_of_folder};

/// Seconds of a year.
const YEAR: u64 = 31_536_000;

/// The smallest cap on refusals in the audit log, in megabytes: with less, the entries that stand for
/// many refusals could exceed it.
const MIN_REFUSAL_MEGABYTES: u64 = 16;

impl Serve {
    pub(in crate::serve) fn listen_address(&self) -> Result<String> {
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

    pub(in crate::serve) fn tls(&self) -> Result<Option<Tls>> {
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
    pub(in crate::serve) fn bootstrap_place(&self) -> String {
        self.bootstrap_token_file
            .as_ref()
            .map_or_else(|| BOOTSTRAP.to_owned(), |file| file.display().to_string())
    }

    pub(in crate::serve) fn config(self) -> Result<Config> {
        let database = self.state.database().to_owned();
        let bootstrap_file = self.state.bootstrap_path()?;
        if let Some(leeway) = self.leeway.filter(|leeway| *leeway > MAX_LEEWAY) {
            bail!(
                "expected --leeway of at most {MAX_LEEWAY} seconds, found {leeway}: more would accept tokens that expired long ago"
            );
        }
        let key = token_key(self.token_key_file.as_deref(), &database)?;
        let environment_keys = self.environment_keys()?.map(Arc::new);
        let openid_issuer = self.oidc_issuer()?.map(str::to_owned);
        if openid_issuer.is_some() && environment_keys.is_none() {
            bail!(
                "expected --environment-key-file with --oidc-issuer: it encrypts the keys that sign ID tokens"
            );
        }
        let providers = ProviderConfig {
            allow_networks: networks(&self.provider_network)?,
            endpoints: endpoints(&self.provider_endpoint)?,
        };
        let bootstrap = bootstrap(self.bootstrap_token_file.as_deref())?;
        if bootstrap.is_none() && bootstrap_file.is_none() {
            bail!(
                "expected --state-dir with a PostgreSQL database, a folder for the bootstrap token that the first start \
                 generates, or --bootstrap-token-file with a token of your own"
            );
        }
        if let Some(path) = bootstrap_file.as_ref().filter(|_| bootstrap.is_none()) {
            warn_of_folder(path.file());
        }
        let refusals = self.refusals()?;
        let (limits, connections) = (Limits::default(), ConnectionLimits::default());
        let defaults = Config::new(database, key);
        Ok(Config {
            environment_keys,
            openid_issuer,
            providers,
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
    pub(in crate::serve) fn start_logging(&self) -> Result<()> {
        let words = self.log.as_deref().unwrap_or("info");
        claimgate_server::start_logging(words, !self.is_log_text()).map_err(anyhow::Error::msg)
    }

    /// Whether a person reads the log as it is written, and not a program that expects JSON.
    pub(in crate::serve) fn is_log_for_people(&self) -> bool {
        self.is_log_text() || std::io::stderr().is_terminal()
    }

    /// Whether every line that is written is read as JSON.
    pub(in crate::serve) fn is_log_for_programs(&self) -> bool {
        self.log_format.as_deref() == Some("json") || !self.is_log_for_people()
    }

    fn is_log_text(&self) -> bool {
        self.log_format.as_deref() == Some("text")
    }
}

/// Each endpoint of a cloud with what is called in its place.
fn endpoints(texts: &[String]) -> Result<BTreeMap<String, String>> {
    let read = |text: &String| {
        let pair = text.split_once('=');
        let pair = pair
            .filter(|(cloud, other)| [cloud, other].iter().all(|url| url.starts_with("https://")));
        let (cloud, other) = pair.with_context(|| {
            let example = "https://sts.googleapis.com=https://sts.internal";
            format!("expected --provider-endpoint like `{example}`, found `{text}`")
        })?;
        Ok((cloud.trim_end_matches('/').to_owned(), other.to_owned()))
    };
    texts.iter().map(read).collect()
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
