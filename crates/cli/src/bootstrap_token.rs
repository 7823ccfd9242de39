//! `claimgate bootstrap-token`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use claimgate_server::tokens::BootstrapPath;

use crate::serve::{Serve, StateFlags};

/// The options of `claimgate serve` that determine the file.
#[derive(clap::Args, Debug)]
pub(crate) struct BootstrapToken {
    #[command(flatten)]
    state: StateFlags,
}

impl BootstrapToken {
    /// Prints the token on standard output. It stays in its file until it is used.
    pub(crate) fn run(self) -> Result<()> {
        let file = file(&Serve::from(self.state).with_file()?.into_state())?;
        let shown = file.display();
        let token = match std::fs::read_to_string(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
                "expected the bootstrap token in {shown}, found no file: the token was already used, was printed on a \
                 terminal, or is configured, or the server has not been started there; in place of a token that is lost, \
                 start the server with --bootstrap-token-file"
            ),
            read => read.with_context(|| format!("cannot read {shown}"))?,
        };
        writeln!(std::io::stdout(), "{}", token.trim())?;
        Ok(())
    }
}

/// The file of the database, or the only one in a folder for state if no database is named.
fn file(state: &StateFlags) -> Result<PathBuf> {
    let folder = state.state_dir.as_deref();
    if let Some(folder) = folder.filter(|_| !state.names_database())
        && let Some(only) = only_file(folder)?
    {
        return Ok(only);
    }
    let Some(path) = state.bootstrap_path()? else {
        bail!("expected --state-dir with a PostgreSQL database");
    };
    Ok(path.file().to_path_buf())
}

fn only_file(folder: &Path) -> Result<Option<PathBuf>> {
    let files = BootstrapPath::all_in(folder);
    let mut files = files.with_context(|| format!("cannot read {}", folder.display()))?;
    if files.len() > 1 {
        let files: Vec<_> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        bail!(
            "expected --database, because {} bootstrap tokens are in that folder: {}",
            files.len(),
            files.join(", ")
        );
    }
    Ok(files.pop())
}
