//! `claimgate serve`.

use anyhow::Result;

/// What the server is started with.
#[derive(clap::Args)]
pub(crate) struct Serve {}

impl Serve {
    pub(crate) fn run(self) -> Result<()> {
        Ok(())
    }
}
