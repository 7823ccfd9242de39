//! `cargo xtask bench-opens`: opens of environments, on SQLite and PostgreSQL.

use anyhow::Result;

use crate::jobs::log::Log;
use crate::jobs::quietly;
use crate::programs::shell::{cargo, command, on_path, run, target};
use crate::programs::system::{self, System};

/// The amount of load.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The duration of a round in seconds
    #[arg(long, value_name = "N", default_value_t = 5)]
    seconds: u32,
    /// The number of rounds, in which the databases take turns
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: u32,
    /// The number of connections
    #[arg(long, value_name = "N", default_value_t = 32)]
    connections: u32,
}

impl Options {
    /// Builds the server in its release profile, and opens environments on it with `wrk`.
    pub(crate) fn run(&self) -> Result<()> {
        quietly("opens", set_up)?;
        let mut node = command("node", &["tests/bench/opens.mjs"]);
        node.args(on_path("wrk"))
            .arg(target().join("server/claimgate"))
            .arg(target().join("opens"))
            .args([self.seconds, self.rounds, self.connections].map(|number| number.to_string()));
        run(&mut node)
    }
}

fn set_up(log: &mut Log) -> Result<()> {
    system::add(log, &[System::Wrk, System::Postgres])?;
    log.build(&mut cargo("build --profile server -p claimgate-cli"))
}
