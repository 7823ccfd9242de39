//! `claimgate env`: environments in files.

mod check;
mod eval;
mod evaluated;
mod folder;
mod host;
mod masked;
mod source;

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
}

impl Env {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Check(check) => check.run(),
            Command::Eval(eval) => eval.run(),
        }
    }
}
