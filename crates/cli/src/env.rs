//! `claimgate env`: environments in files, and on a server.

mod check;
mod client;
mod etags;
mod eval;
mod evaluated;
mod export;
mod folder;
mod host;
mod import;
mod masked;
mod refused;
mod same;
mod server;
mod source;
mod tally;
mod written;

use std::process::ExitCode;

use anyhow::Result;

/// The commands on environments.
#[derive(clap::Args)]
pub(crate) struct Env {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Check definitions in files, without a server
    Check(check::Check),
    /// Print the values of a definition in a file, without a server: what providers would yield is unknown
    Eval(eval::Eval),
    /// Create and update the environments of a server from a folder; none is deleted
    Import(import::Import),
    /// Write the environments of a server to a folder
    Export(export::Export),
}

impl Env {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Check(check) => check.run(),
            Command::Eval(eval) => eval.run(),
            Command::Import(import) => import.run(),
            Command::Export(export) => export.run(),
        }
    }
}
