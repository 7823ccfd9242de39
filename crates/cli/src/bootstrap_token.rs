//! `claimgate bootstrap-token`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::serve::Serve;

/// Names the file as `claimgate serve` does.
#[derive(clap::Args, Debug)]
pub(crate) struct BootstrapToken {
    /// The file of settings that the server is started with
    #[arg(long, env = "CLAIMGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// The database that the server is started with [default: sqlite:claimgate.db]
    #[arg(
        long,
        env = "CLAIMGATE_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    database: Option<String>,

    /// The folder for state that the server is started with [default: for SQLite, the folder of the
    /// database]
    #[arg(long, env = "CLAIMGATE_STATE_DIR", value_name = "FOLDER")]
    state_dir: Option<PathBuf>,
}

impl BootstrapToken {
    /// Prints the token on standard output. It stays in its file until it is used.
    pub(crate) fn run(self) -> Result<()> {
        let settings = Serve::of_state(self.config, self.database, self.state_dir).with_file()?;
        let Some(file) = settings.bootstrap_file() else {
            bail!("expected --state-dir with a PostgreSQL database");
        };
        let shown = file.display();
        let token = match std::fs::read_to_string(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
                "expected the bootstrap token in {shown}, found no file: the token was used already, was shown on a \
                 terminal or configured, or the server has not been started there"
            ),
            read => read.with_context(|| format!("cannot read {shown}"))?,
        };
        writeln!(std::io::stdout(), "{}", token.trim())?;
        Ok(())
    }
}
