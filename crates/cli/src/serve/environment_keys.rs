//! Where the keys of environments come from: the settings that `claimgate serve` and `claimgate rewrap` share.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use claimgate_server::environments::{MasterKeys, TransitConfig};
use serde::Deserialize;

use super::lists::{either, networks};
use super::secrets::secret;

/// The variable that may hold the keys of environments themselves.
const VARIABLE: &str = "CLAIMGATE_ENVIRONMENT_KEY";

/// The flags of the keys of environments.
#[derive(clap::Args, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct EnvironmentKeyFlags {
    /// A file with the key that the secrets of environments are encrypted with: 32 random bytes in
    /// base64, or the address of a key of OpenBao's transit engine, such as
    /// `https://HOST:8200/v1/transit/keys/claimgate`; the same on all replicas. The first line
    /// encrypts; further lines may have earlier keys. Without it, there are no environments.
    /// CLAIMGATE_ENVIRONMENT_KEY can hold the lines themselves
    #[arg(long, env = "CLAIMGATE_ENVIRONMENT_KEY_FILE", value_name = "FILE")]
    environment_key_file: Option<PathBuf>,

    /// A file with the token for OpenBao, if it has the key of environments. It is read for each
    /// request, so that an agent may replace it
    #[arg(long, env = "CLAIMGATE_TRANSIT_TOKEN_FILE", value_name = "FILE")]
    transit_token_file: Option<PathBuf>,

    /// A PEM file with root certificates to trust for that OpenBao, in place of the system's; can be
    /// repeated
    #[arg(
        long = "transit-root",
        env = "CLAIMGATE_TRANSIT_ROOTS",
        value_name = "FILE",
        value_delimiter = ','
    )]
    #[serde(default)]
    transit_root: Vec<PathBuf>,

    /// A private network in which that OpenBao may be, such as `10.1.0.0/16`; can be repeated
    #[arg(
        long = "transit-network",
        env = "CLAIMGATE_TRANSIT_NETWORKS",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    #[serde(default)]
    transit_network: Vec<String>,

    /// The namespace of the key in that OpenBao
    #[arg(long, env = "CLAIMGATE_TRANSIT_NAMESPACE", value_name = "NAME")]
    transit_namespace: Option<String>,
}

impl EnvironmentKeyFlags {
    /// These settings, and others where there are none.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            environment_key_file: self.environment_key_file.or(other.environment_key_file),
            transit_token_file: self.transit_token_file.or(other.transit_token_file),
            transit_root: either(self.transit_root, other.transit_root),
            transit_network: either(self.transit_network, other.transit_network),
            transit_namespace: self.transit_namespace.or(other.transit_namespace),
        }
    }

    /// The keys from the file, or else from the environment; `None` without either.
    pub(super) fn read(&self) -> Result<Option<MasterKeys>> {
        let transit = self.transit()?;
        let (text, place) = match &self.environment_key_file {
            Some(file) => (secret(file, "environment key")?, file.display().to_string()),
            None => match std::env::var(VARIABLE) {
                Ok(text) if !text.is_empty() => (text, VARIABLE.to_owned()),
                _ => return Ok(None),
            },
        };
        let keys = MasterKeys::read(&text, transit);
        keys.map(Some)
            .map_err(|problem| anyhow!("{place}: {problem}"))
    }

    /// How OpenBao is called, if it may be.
    fn transit(&self) -> Result<Option<TransitConfig>> {
        let Some(token_file) = &self.transit_token_file else {
            let has_more = self.transit_namespace.is_some()
                || !self.transit_root.is_empty()
                || !self.transit_network.is_empty();
            if has_more {
                bail!("expected --transit-token-file with the other settings of OpenBao");
            }
            return Ok(None);
        };
        // It is read again for each request; this finds out now whether it can be.
        secret(token_file, "token for OpenBao")?;
        Ok(Some(TransitConfig {
            token_file: token_file.clone(),
            roots_pem: self.transit_root.clone(),
            allow_networks: networks(&self.transit_network)?,
            namespace: self.transit_namespace.clone(),
        }))
    }
}
