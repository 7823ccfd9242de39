//! `cargo xtask soak`: puts the server under load for minutes.

use anyhow::{Result, bail};

use crate::jobs::log::Log;
use crate::programs::shell::{cargo, command, on_path, target};
use crate::programs::system::{self, System};
use crate::programs::tools;

/// The amount of load.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The duration in minutes
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    minutes: f64,
    /// The number of connections
    #[arg(long, value_name = "N", default_value_t = 64)]
    connections: u32,
    /// The database; by default a new SQLite file
    #[arg(long, value_name = "URL", default_value = "")]
    database: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            minutes: 10.0,
            connections: 64,
            database: String::new(),
        }
    }
}

impl Options {
    /// Builds the server in its release profile, and posts tokens to it with `wrk`.
    pub(crate) fn run(&self, log: &mut Log) -> Result<()> {
        if !(self.minutes > 0.0 && self.minutes < 10_000.0) || self.connections == 0 {
            bail!(
                "expected more than zero minutes and connections, found {} and {}",
                self.minutes,
                self.connections
            );
        }
        system::add(log, &[System::Wrk])?;
        tools::node_modules(log, "tests/server")?;
        log.build(&mut cargo("build --profile server -p claimgate-cli"))?;
        let mut node = command("node", &["tests/server/soak.mjs"]);
        node.arg(target().join("server/claimgate"))
            .args(on_path("wrk"));
        node.args([
            &self.minutes.to_string(),
            &self.connections.to_string(),
            &self.database,
        ]);
        log.run(node.env("CLAIMGATE_SOAK_FOLDER", target().join("soak")))
    }
}
