//! `claimgate`, the one program: the server, and the engine on the command line.

mod serve;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Exchanges are many small texts: glibc's allocator takes a fifth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// OIDC trust policies: what they admit, and why
#[derive(Parser)]
#[command(name = "claimgate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the exchange endpoint, the issuers API and the app
    Serve(serve::Serve),
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Serve(serve) => serve.run(),
    }
}
