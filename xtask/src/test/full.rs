//! Steps of `cargo xtask test --full` only: fuzzing, load, times and pictures.

use anyhow::{Context as _, Result};

use super::lighthouse;
use crate::app;
use crate::jobs::job::{Job, Lane};
use crate::jobs::log::Log;
use crate::programs::shell::{cargo, command, on_path, output, root};
use crate::programs::system::{self, System};
use crate::{crashes, run, serve, soak};

/// The default fuzzing time of each target in seconds; `CLAIMGATE_FUZZ_SECONDS` overrides it.
const FUZZ_SECONDS: &str = "600";

pub(crate) fn jobs() -> Vec<Job> {
    vec![
        Job::new("fuzz", "fuzzing", 5400.0, fuzz),
        Job::new("load", "the server under load", 1020.0, |log| {
            soak::Options::default().run(log)?;
            crashes::Options::default().run(log)
        })
        .in_lane(Lane::System),
        Job::new("performance", "times by Lighthouse", 300.0, |log| {
            lighthouse::audit(log, &["--times"])
        })
        .after(&["app", "system", "test-modules"]),
        Job::new("states", "every state in every window", 1200.0, states).after(&[
            "server",
            "app",
            "system",
            "test-modules",
        ]),
        Job::new("screenshots", "pictures", 600.0, screenshots).after(&[
            "server",
            "app",
            "system",
            "test-modules",
        ]),
    ]
}

/// Fuzzes each target in turn, with the seeds in the repository.
fn fuzz(log: &mut Log) -> Result<()> {
    if on_path("cargo-fuzz").is_none() {
        log.say("installing cargo-fuzz");
        log.build(&mut cargo("install cargo-fuzz --locked"))?;
    }
    let list = output(&mut cargo("+nightly fuzz list"))
        .context("expected a nightly toolchain for fuzzing, found none")?;
    let seconds =
        std::env::var("CLAIMGATE_FUZZ_SECONDS").unwrap_or_else(|_| FUZZ_SECONDS.to_owned());
    for target in list
        .lines()
        .map(str::trim)
        .filter(|target| !target.is_empty())
    {
        let corpus = root().join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&corpus)?;
        let mut run = cargo("+nightly fuzz run");
        run.arg(target)
            .arg(corpus)
            .arg(root().join("fuzz/seeds").join(target));
        run.args([
            "--",
            &format!("-max_total_time={seconds}"),
            "-max_len=4096",
            "-print_final_stats=1",
        ]);
        log.build(&mut run)
            .with_context(|| format!("target {target}"))?;
        log.say(&format!("{target}: {seconds} s without a finding"));
    }
    Ok(())
}

/// Takes pictures of every state of the app, and renews those of the documentation.
fn screenshots(log: &mut Log) -> Result<()> {
    browse(log, &["tests/browser/screenshots.mjs", "--docs"])
}

/// Tests every state of the app in each of its windows.
fn states(log: &mut Log) -> Result<()> {
    browse(
        log,
        &[
            "tests/browser/run.mjs",
            "tests/browser/states-alone.test.mjs",
            "tests/browser/states-connected.test.mjs",
        ],
    )
}

/// Runs a script over the app and the server, with all states in all windows.
fn browse(log: &mut Log, script: &[&str]) -> Result<()> {
    system::add(log, &[System::Chromium])?;
    let address = serve::in_background(&app::dist()?)?;
    log.run(
        command("node", script)
            .env("CLAIMGATE_APP_URL", format!("http://{address}/"))
            .env("CHROMIUM", system::chromium()?)
            .env("CLAIMGATE", run::server_program())
            .env("CLAIMGATE_STATES", "all"),
    )
}
