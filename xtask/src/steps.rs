//! `cargo xtask test`: every check and test, step by step.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::shell::{command, output, root, run, target};
use crate::{npm, serve, tools};

struct Step {
    name: &'static str,
    what: &'static str,
    /// How long it usually takes, the first time and then.
    takes: &'static str,
    work: fn() -> Result<()>,
}

const STEPS: [Step; 12] = [
    Step { name: "fmt", what: "formatting", takes: "2 s", work: fmt },
    Step { name: "clippy", what: "lints, native and wasm32, warnings denied", takes: "4 min, then 5 s", work: clippy },
    Step {
        name: "rust",
        what: "unit, property, table and doc tests, natively",
        takes: "10 min, then 1 min",
        work: rust,
    },
    Step { name: "wasm", what: "the Wasm layer in Node.js", takes: "2 min, then 5 s", work: wasm },
    Step { name: "docs", what: "the API's documentation, warnings denied", takes: "40 s, then 5 s", work: docs },
    Step { name: "deny", what: "licences, sources and bans of dependencies", takes: "3 min, then 2 s", work: deny },
    Step { name: "app", what: "the app's release build", takes: "10 min, then 5 s", work: app },
    Step {
        name: "browser",
        what: "the app in headless Chromium, alone and with its server",
        takes: "6 min, then 4 min",
        work: browser,
    },
    Step {
        name: "lighthouse",
        what: "accessibility and best practices by Lighthouse",
        takes: "2 min",
        work: lighthouse,
    },
    Step {
        name: "clients",
        what: "the server with real clients, a real OpenID provider, and requests made from its OpenAPI document",
        takes: "6 min, then 1 min",
        work: clients,
    },
    Step { name: "npm", what: "the npm package, as installed from its tarball", takes: "4 min, then 2 min", work: npm },
    Step { name: "vectors", what: "the external test vectors are in place", takes: "0 s", work: vectors },
];

/// What a step may take of the disk, in kilobytes.
const ROOM: u64 = 4_000_000;

/// Names the steps.
pub(crate) fn list() {
    for step in &STEPS {
        println!("{:<10} {} ({})", step.name, step.what, step.takes);
    }
}

/// Runs all steps, or those named with commas between them. The first failure ends it.
pub(crate) fn run_all(only: Option<&str>) -> Result<()> {
    let chosen: Vec<&str> = only.map(|names| names.split(',').collect()).unwrap_or_default();
    if let Some(unknown) = chosen.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("expected one of the steps {}, found `{unknown}`", known.join(", "));
    }
    let mut times = Vec::new();
    for step in STEPS.iter().filter(|step| only.is_none() || chosen.contains(&step.name)) {
        println!("\n== {}: {} (usually {})", step.name, step.what, step.takes);
        room()?;
        let start = Instant::now();
        (step.work)().with_context(|| format!("step `{0}` failed; again: cargo xtask test --only {0}", step.name))?;
        times.push((step.name, start.elapsed().as_secs()));
    }
    println!("\n== all is well");
    for (name, seconds) in times {
        println!("{name:<10} {seconds:>5} s");
    }
    Ok(())
}

/// A linker on a full disk dies of a bus error, which says nothing.
fn room() -> Result<()> {
    let Some(text) = output(&mut command("df", &["-Pk", "."])) else { return Ok(()) };
    let kilobytes = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    match kilobytes {
        Some(free) if free < ROOM => bail!(
            "expected {} GB of free disk for the next step, found {:.1}; `target` has what can be built again",
            ROOM / 1_000_000,
            free as f64 / 1e6
        ),
        _ => Ok(()),
    }
}

fn cargo(words: &str) -> Result<()> {
    run(&mut command("cargo", &words.split(' ').collect::<Vec<_>>()))
}

fn fmt() -> Result<()> {
    cargo("fmt --all --check")?;
    cargo("fmt --manifest-path crates/bench/Cargo.toml --check")
}

fn clippy() -> Result<()> {
    tools::App::set_up()?;
    cargo("clippy --workspace --all-targets --exclude claimgate-web -- -D warnings")?;
    cargo("clippy -p claimgate -p claimgate-wasm -p claimgate-web --target wasm32-unknown-unknown -- -D warnings")?;
    cargo("clippy -p claimgate-wasm --features pure --tests --target wasm32-unknown-unknown -- -D warnings")
}

fn rust() -> Result<()> {
    tools::postgres()?;
    // The server's cryptography would be everybody's in one build: cargo adds features up.
    cargo("test --workspace --exclude claimgate-server --exclude claimgate-cli")?;
    cargo("test -p claimgate-server -p claimgate-cli")?;
    cargo("test -p claimgate --no-default-features --features globset,aws_lc_rs")?;
    cargo("test -p claimgate --features schema --test schema")?;
    // Whoever brings cryptography along builds the engine without.
    cargo("check -p claimgate --no-default-features")
}

fn wasm() -> Result<()> {
    let runner = tools::test_runner()?;
    let words = "test -p claimgate-wasm --features pure --test node --target wasm32-unknown-unknown";
    let words: Vec<_> = words.split(' ').collect();
    run(command("cargo", &words).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner))
}

fn docs() -> Result<()> {
    let words = ["doc", "--no-deps", "-p", "claimgate", "-p", "claimgate-wasm", "-p", "claimgate-server"];
    run(command("cargo", &words).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Advisories need a database from elsewhere; they are checked where it can be had.
fn deny() -> Result<()> {
    let deny = tools::cargo_deny()?;
    cargo("fetch --locked")?;
    run(&mut command(&deny, &["--offline", "check", "bans", "licenses", "sources"]))?;
    if output(&mut command(&deny, &["fetch", "db"])).is_none() {
        println!("NOT CHECKED: security advisories, because their database cannot be fetched here");
        return Ok(());
    }
    run(&mut command(&deny, &["check", "advisories"]))
}

fn app() -> Result<()> {
    tools::App::set_up()?.build()
}

fn browser() -> Result<()> {
    tools::node_modules()?;
    // Certificates for issuers that the server connects to.
    tools::node_modules_of("tests/server")?;
    let chromium = tools::chromium()?;
    let files = test_files("tests/browser")?;
    let address = serve::in_background(&tools::dist()?)?;
    // The app as the server serves it, over its API.
    cargo("build -p claimgate-cli --features app")?;
    let mut node = command("node", &["--test", "--test-concurrency=1"]);
    let node = node.args(files).env("CLAIMGATE_APP_URL", format!("http://{address}/")).env("CHROMIUM", chromium);
    run(node.env("CLAIMGATE", target().join("debug/claimgate")))
}

fn lighthouse() -> Result<()> {
    run(&mut lighthouse_command()?)
}

/// Lighthouse over the built app, served until the program ends.
pub(crate) fn lighthouse_command() -> Result<Command> {
    tools::node_modules_of("tests/lighthouse")?;
    let address = serve::in_background(&tools::dist()?)?;
    let mut node = command("node", &["tests/lighthouse/audit.mjs"]);
    node.env("CLAIMGATE_APP_URL", format!("http://{address}/")).env("CHROMIUM", tools::chromium()?);
    Ok(node)
}

fn clients() -> Result<()> {
    tools::node_modules_of("tests/server")?;
    cargo("build -p claimgate-cli")?;
    let mut node = command("node", &["--test", "--test-concurrency=1"]);
    node.env("CLAIMGATE", target().join("debug/claimgate")).env("SCHEMATHESIS", tools::schemathesis()?);
    run(node.args(test_files("tests/server")?))
}

fn test_files(dir: &str) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> = std::fs::read_dir(root().join(dir))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("expected tests in {dir}, found none");
    }
    Ok(files)
}

fn npm() -> Result<()> {
    let tarball = npm::pack()?;
    tools::node_modules_of("tests/npm")?;
    let tests = root().join("tests/npm");
    let words = ["install", "--no-save", "--no-audit", "--no-fund", "--no-package-lock"];
    run(command("npm", &words).arg(tarball).current_dir(&tests))?;
    let mut node = command("node", &["--expose-gc", "--test", "--test-concurrency=1"]);
    run(node.args(test_files("tests/npm")?).env("CHROMIUM", tools::chromium()?))
}

/// Tests that read the external vectors pass over them where they are absent; CI must have them.
fn vectors() -> Result<()> {
    let dir = std::env::var_os("CLAIMGATE_VECTORS").map_or_else(|| root().join("../shared/vectors"), Into::into);
    match (dir.join("README.md").is_file(), std::env::var_os("CI").is_some()) {
        (true, _) => Ok(()),
        (false, true) => {
            bail!("expected the external test vectors in {}, or where CLAIMGATE_VECTORS says", dir.display())
        }
        (false, false) => {
            println!("NOT RUN: the tests on external vectors, because {} is absent", dir.display());
            Ok(())
        }
    }
}
