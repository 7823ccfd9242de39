//! The two commands of the README, and what CI calls.

mod api;
mod app;
mod bench;
mod counts;
mod dev;
mod full;
mod imports;
mod jobs;
mod licences;
mod lighthouse;
mod log;
mod npm;
mod progress;
mod prose;
mod run;
mod serve;
mod shell;
mod soak;
mod steps;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::jobs::{Job, Lane};
use crate::tools::System;

/// Builds, runs and tests Claimgate. Each command sets up what it misses
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the app and the server, start it and print its address; what it keeps is in
    /// target/run/
    Run {
        /// The port to serve on
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// With an organization `demo` whose issuer signs sample tokens
        #[arg(long)]
        demo: bool,
    },
    /// Serve the app's development build with its server, rebuilt and reloaded when a file changes
    Dev {
        /// The port to serve on
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Run the tests: all steps, or those that are named
    Test(test::Arguments),
    /// Build the app into dist/
    Build,
    /// Build the npm package and pack it into target/npm/
    Npm,
    /// Write docs/npm-api.md from the package's types
    NpmApi,
    /// Write docs/schema/ from the engine's types
    Schema,
    /// Write docs/api/ from the engine's public items
    Api,
    /// Set up every tool that any command needs, and nothing else
    Setup,
    /// Print the numbers of docs/benchmarks.md
    Bench,
    /// Print those of the npm package, beside other packages
    BenchNpm,
    /// List words that read as translated or archaic, with suggestions
    Prose(prose::Arguments),
    /// Put the server under load: exchanges a second, latency, memory, the database
    Soak(soak::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // Without a backtrace, which `RUST_BACKTRACE` would add to an error that `main` returns: it
        // says nothing here.
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
            let mut test = shell::cargo("test -p claimgate --features schema --test it schema");
            shell::run(test.env("CLAIMGATE_WRITE_SCHEMA", "1"))
        }
        Command::Api => api::write(),
        Command::Setup => set_up(),
        Command::Bench => bench::run(),
        Command::BenchNpm => bench::npm(),
        Command::Prose(arguments) => arguments.run(),
        Command::Soak(options) => jobs::run_all(vec![Job::new(
            "load",
            "the server under load",
            900.0,
            move |log| options.run(log),
        )]),
    }
}

fn set_up() -> Result<()> {
    jobs::run_all(vec![
        Job::new(
            "modules",
            "Rust's target for Wasm and npm modules",
            15.0,
            tools::set_up_builds,
        ),
        Job::new("trunk", "Trunk, which builds the app", 200.0, |log| {
            tools::trunk(log).map(drop)
        }),
        Job::new("wasm-tools", "wasm-bindgen", 60.0, tools::wasm_tools),
        Job::new("system", "Chromium, PostgreSQL and Python", 60.0, |log| {
            tools::system(log, &System::TESTS)
        })
        .in_lane(Lane::System),
        Job::new("python", "the tests' Python tools", 40.0, |log| {
            tools::python_environment(log, "schemathesis", "tests/server/requirements.txt")?;
            tools::python_environment(log, "workflows", "tests/workflows/requirements.txt")
                .map(drop)
        })
        .after(&["system"]),
        Job::new("actionlint", "actionlint", 40.0, |log| {
            tools::actionlint(log).map(drop)
        }),
    ])
}
