//! Which database, and where the server keeps what is not in it: the settings that `claimgate serve` and
//! `claimgate bootstrap-token` share.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use claimgate::expected::unknown_key;
use claimgate::text::quote::shell;
use claimgate_server::db::sqlite_file;
use claimgate_server::tokens::BootstrapPath;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The flags of the settings.
#[derive(clap::Args, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct StateFlags {
    /// A TOML file with any of the server's settings, named like the flags: `listen =
    /// "0.0.0.0:8080"`
    #[arg(long, env = "CLAIMGATE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,

    /// The database, `sqlite:FILE` for one machine or `postgres://USER:PASSWORD@HOST/NAME` for
    /// several replicas [default: sqlite:claimgate.db]
    #[arg(
        long,
        env = "CLAIMGATE_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    database: Option<String>,

    /// A folder for the file `NAME.bootstrap-token`, which holds a generated bootstrap token until its
    /// first use; NAME is that of the database [default: with SQLite, the folder of the database]
    #[arg(long, env = "CLAIMGATE_STATE_DIR", value_name = "FOLDER")]
    pub(crate) state_dir: Option<PathBuf>,
}

impl StateFlags {
    /// The file of settings, if there is one. It may have those that are `known`.
    pub(crate) fn read_file<T: DeserializeOwned>(&self, known: &[String]) -> Result<Option<T>> {
        let Some(path) = &self.config else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let problem = || format!("cannot parse {}", path.display());
        let table: toml::Table = toml::from_str(&text).with_context(problem)?;
        check_names(&table, known).with_context(problem)?;
        Ok(Some(toml::from_str(&text).with_context(problem)?))
    }

    /// These settings, and others where there are none.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            config: self.config,
            database: self.database.or(other.database),
            state_dir: self.state_dir.or(other.state_dir),
        }
    }

    /// Whether a database is named, and not the default.
    pub(crate) fn names_database(&self) -> bool {
        self.database.is_some()
    }

    pub(crate) fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("sqlite:claimgate.db")
    }

    /// The file with a generated bootstrap token; `None` if there is no folder for it.
    pub(crate) fn bootstrap_path(&self) -> Result<Option<BootstrapPath>> {
        Ok(BootstrapPath::of(
            self.database(),
            self.state_dir.as_deref(),
        )?)
    }

    /// The command that prints the bootstrap token. It does not have the URL of a PostgreSQL database,
    /// which may have a password.
    pub(super) fn bootstrap_command(&self) -> String {
        let mut command = "claimgate bootstrap-token".to_owned();
        if sqlite_file(self.database()).is_some() {
            command += &format!(" --database {}", shell(self.database()));
        }
        if let Some(folder) = &self.state_dir {
            command += &format!(" --state-dir {}", shell(&folder.display().to_string()));
        }
        command
    }
}

/// Refuses settings that are not known, with the nearest known name.
fn check_names(table: &toml::Table, known: &[String]) -> Result<()> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let unknown = table.keys().filter(|name| !known.contains(&name.as_str()));
    let errors = unknown.map(|name| {
        let error = unknown_key("", name, &known);
        format!("{}: {}", error.message, error.help.unwrap_or_default())
    });
    let errors: Vec<_> = errors.collect();
    if !errors.is_empty() {
        bail!("{}", errors.join("; "));
    }
    Ok(())
}
