//! The command line of `cargo xtask`.

mod app;
mod bench;
mod checks;
mod crashes;
mod dev;
mod jobs;
mod npm;
mod openbao;
mod opens;
mod programs;
mod run;
mod serve;
mod soak;
mod test;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::checks::{api, prose};
use crate::jobs::job::{Job, Lane};
use crate::programs::system::System;
use crate::programs::{children, python, shell, system, tools};

/// Builds, runs and tests Claimgate. Each command installs the tools that it needs
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the app and the server, start it and print its address; its data is in target/run/
    Run {
        /// The port to serve on
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Add an organization `demo` whose issuer signs sample tokens
        #[arg(long)]
        demo: bool,
    },
    /// Serve the app's development build with its server; changed files are rebuilt and reloaded
    Dev {
        /// The port to serve on
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Run the tests: all steps, or the named ones
    Test(test::Arguments),
    /// Build the app into dist/
    Build,
    /// Build the npm package and pack it into target/npm/
    Npm,
    /// Generate docs/npm-api.md from the package's types
    NpmApi,
    /// Generate docs/schema/ from the engine's types
    Schema,
    /// Generate docs/api/ from the engine's public items
    Api,
    /// Install the tools of all commands
    Setup,
    /// Measure the numbers of docs/benchmarks.md
    Bench,
    /// Measure the npm package, compared with other packages
    BenchNpm,
    /// Measure token exchanges a second beside JWT logins of a real OpenBao server
    BenchOpenbao(openbao::Options),
    /// Measure opens of environments a second, on SQLite and PostgreSQL
    BenchOpens(opens::Options),
    /// List words that read as translated or archaic, with suggestions
    Prose(prose::Arguments),
    /// Put the server under load: exchanges per second, latency, memory, database
    Soak(soak::Options),
    /// Kill the server while environments are saved and opened, and look for what is lost
    Crashes(crashes::Options),
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let result = children::end_on_signals().and_then(|()| run(command));
    // What fails after a signal fails because of it.
    children::wait_if_ending();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Prints the error without the backtrace that `RUST_BACKTRACE` would add to an error
        // returned by `main`: it does not help here.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Run { port, demo } => run::run(port, demo),
        Command::Dev { port } => dev::run(port),
        Command::Test(arguments) => arguments.run(),
        Command::Build => jobs::run_all(app::jobs()),
        Command::Npm => jobs::run_all(npm::jobs()),
        Command::NpmApi => npm::write_reference(),
        Command::Schema => {
            for package in ["claimgate --features schema", "claimgate-analysis"] {
                let mut test = shell::cargo(&format!("test -p {package} --test it schema"));
                shell::run(test.env("CLAIMGATE_WRITE_SCHEMA", "1"))?;
            }
            Ok(())
        }
        Command::Api => api::write(),
        Command::Setup => set_up(),
        Command::Bench => bench::run(),
        Command::BenchNpm => bench::npm(),
        Command::BenchOpenbao(options) => options.run(),
        Command::BenchOpens(options) => options.run(),
        Command::Prose(arguments) => arguments.run(),
        Command::Soak(options) => jobs::run_all(vec![Job::new(
            "load",
            "the server under load",
            900.0,
            move |log| options.run(log),
        )]),
        Command::Crashes(options) => jobs::run_all(vec![Job::new(
            "crashes",
            "kills of the server",
            120.0,
            move |log| options.run(log),
        )]),
    }
}

fn set_up() -> Result<()> {
    jobs::run_all(vec![
        tools::modules_job(),
        tools::trunk_job(),
        tools::wasm_tools_job(),
        Job::new("system", "Chromium, PostgreSQL and Python", 60.0, |log| {
            system::add(log, &System::TESTS)
        })
        .kept()
        .in_lane(Lane::System),
        Job::new("python", "the tests' Python tools", 40.0, |log| {
            python::schemathesis(log)?;
            python::cvc5(log)?;
            python::workflow_tools(log).map(drop)
        })
        .kept()
        .after(&["system"]),
        Job::new("actionlint", "actionlint", 40.0, |log| {
            tools::actionlint(log).map(drop)
        })
        .kept(),
    ])
}
