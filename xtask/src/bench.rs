//! `cargo xtask bench` and `bench-npm`: measure the numbers of `docs/benchmarks.md`.

use anyhow::Result;

use crate::jobs;
use crate::jobs::job::Job;
use crate::programs::shell::{command, root, run as show};
use crate::programs::system::{self, System};
use crate::programs::tools;
use crate::{app, npm, serve};

/// Native benchmarks, then many policies compared with other engines, then the app in headless
/// Chromium.
pub(crate) fn run() -> Result<()> {
    let mut all = app::jobs();
    all.push(Job::new("system", "Chromium", 60.0, |log| {
        tools::node_modules(log, "tests/lighthouse")?;
        system::add(log, &[System::Chromium])
    }));
    jobs::run_all(all)?;
    show(&mut command(
        "cargo",
        &["bench", "--quiet", "-p", "claimgate"],
    ))?;
    let words = [
        "run",
        "--quiet",
        "--release",
        "--manifest-path",
        "crates/bench/Cargo.toml",
    ];
    show(command("cargo", &words).env("CARGO_TARGET_DIR", root().join("target/bench")))?;
    let url = format!("http://{}/", serve::in_background(&app::dist()?)?);
    let chromium = system::chromium()?;
    show(command("node", &["tests/bench/app.mjs", &url]).env("CHROMIUM", &chromium))?;
    let mut lighthouse = command("node", &["tests/lighthouse/audit.mjs", "--times"]);
    show(
        lighthouse
            .env("CLAIMGATE_APP_URL", url)
            .env("CHROMIUM", chromium),
    )
}

/// The npm package, as installed from its tarball.
pub(crate) fn npm() -> Result<()> {
    let mut all = npm::jobs();
    all.push(
        Job::new("install", "the package beside others", 20.0, |log| {
            npm::install(log, "tests/bench")
        })
        .after(&["npm-pack"]),
    );
    jobs::run_all(all)?;
    show(&mut command("node", &["tests/bench/npm.mjs"]))?;
    show(command("node", &["tests/bench/npm-sizes.mjs"]).args(npm::build_folders()))
}
