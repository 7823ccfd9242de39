//! `claimgate rewrap`.

use std::io::Write as _;

use anyhow::{Result, anyhow, bail};
use claimgate_server::db::Store;
use claimgate_server::environments;

use crate::serve::{EnvironmentKeyFlags, Serve, StateFlags, shown};

/// The options of `claimgate serve` that determine the database and the keys.
#[derive(clap::Args, Debug)]
pub(crate) struct Rewrap {
    #[command(flatten)]
    state: StateFlags,

    #[command(flatten)]
    keys: EnvironmentKeyFlags,
}

impl Rewrap {
    /// Wraps the data keys of all environments with the first key of the file.
    pub(crate) fn run(self) -> Result<()> {
        let settings = Serve::from(self.state)
            .with_environment_keys(self.keys)
            .with_file()?;
        let Some(keys) = settings.environment_keys()? else {
            bail!(
                "expected --environment-key-file with the new key in its first line, and the earlier ones below it"
            );
        };
        let state = settings.into_state();
        let database = shown(state.database());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let count = runtime.block_on(async {
            let store = Store::open(state.database()).await?;
            let count = environments::rewrap(&store, &keys).await;
            store.close().await;
            count
        });
        let count = count.map_err(|error| anyhow!("{database}: {error}"))?;
        let current = keys.names().first().copied().unwrap_or_default();
        let unit = if count == 1 { "data key" } else { "data keys" };
        writeln!(
            std::io::stdout(),
            "{count} {unit} wrapped again; the key {current} is now the only one that is needed"
        )?;
        Ok(())
    }
}
