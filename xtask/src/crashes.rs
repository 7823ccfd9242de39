//! `cargo xtask crashes`: kills the server while environments are saved and opened.

use anyhow::Result;

use crate::jobs::log::Log;
use crate::programs::shell::{cargo, command, target};
use crate::programs::system::{self, System};
use crate::programs::tools;

/// How often the server is killed.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The number of kills on each database
    #[arg(long, value_name = "N", default_value_t = 30)]
    rounds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 30 }
    }
}

impl Options {
    /// Builds the server in its release profile, and compares what it has after each kill with what it had acknowledged.
    pub(crate) fn run(&self, log: &mut Log) -> Result<()> {
        system::add(log, &[System::Postgres])?;
        tools::node_modules(log, "tests/server")?;
        log.build(&mut cargo("build --profile server -p claimgate-cli"))?;
        let mut node = command("node", &["tests/server/crashes.mjs"]);
        node.arg(target().join("server/claimgate"))
            .arg(target().join("crashes"))
            .arg(self.rounds.to_string());
        log.run(&mut node)
    }
}
