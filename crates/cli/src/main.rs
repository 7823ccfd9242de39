//! `claimgate`, the one program: the server, and the engine on the command line.

mod app;
mod bootstrap_token;
mod check;
mod ci;
mod decode;
mod diff;
mod document;
mod env;
mod excerpt;
mod explain;
mod oidc_documents;
mod output;
mod questions;
mod report;
mod rewrap;
mod serve;
mod test;
mod who;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// An exchange is many small texts: in a profile, glibc's allocator took an eighth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// OIDC trust policies: which tokens they admit, and why
#[derive(Parser)]
#[command(name = "claimgate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the exchange endpoint, the issuers API and the app
    Serve(Box<serve::Serve>),
    /// Print the bootstrap token that the server's first start generated, until it is used
    BootstrapToken(bootstrap_token::BootstrapToken),
    /// Encrypt the keys of all environments with a new key, so that the earlier one can be removed
    Rewrap(rewrap::Rewrap),
    /// Write the documents by which others verify ID tokens, to publish them where the issuer's URL leads
    OidcDocuments(oidc_documents::OidcDocuments),
    /// Show the content of tokens, without checking anything
    Decode(decode::Decode),
    /// Explain whether a token, or claims, would be allowed, and why
    Explain(explain::Explain),
    /// Check files of issuers and policies
    Check(check::Check),
    /// Run tests of policies: cases, and properties that hold for all tokens
    Test(test::Test),
    /// Show which outsiders the policies of a file admit, with a token or a proof
    Who(who::Who),
    /// Show what a change of policies opens and closes, with a token for each
    Diff(diff::Diff),
    /// Check and evaluate definitions of environments, and move them between files and a server
    Env(Box<env::Env>),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::BootstrapToken(token) => token.run().map(|()| ExitCode::SUCCESS),
        Command::Rewrap(rewrap) => rewrap.run().map(|()| ExitCode::SUCCESS),
        Command::OidcDocuments(documents) => documents.run().map(|()| ExitCode::SUCCESS),
        Command::Decode(decode) => decode.run(),
        Command::Explain(explain) => explain.run(),
        Command::Check(check) => check.run(),
        Command::Test(test) => test.run(),
        Command::Who(who) => who.run(),
        Command::Diff(diff) => diff.run(),
        Command::Env(env) => env.run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("{}", output::lines(&format!("error: {error:#}")));
        ExitCode::from(output::TROUBLE)
    })
}
