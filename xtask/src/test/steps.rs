//! The steps of `cargo xtask test`, and the jobs that they need.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::options::Options;
use super::{full, lighthouse, names, rust};
use crate::app;
use crate::checks::{api, imports, licences, prose};
use crate::jobs::counts::Runner;
use crate::jobs::job::{Job, Lane};
use crate::jobs::log::Log;
use crate::programs::python;
use crate::programs::shell::{cargo, command, is_ci, output, root, target};
use crate::programs::system::{self, System};
use crate::programs::tools;
use crate::{npm, run, serve};

/// A step of the tests, as named on the command line.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// Whether it runs with `--full` only.
    pub(crate) is_full: bool,
}

const fn step(name: &'static str, what: &'static str) -> Step {
    Step {
        name,
        what,
        is_full: false,
    }
}

const fn full_step(name: &'static str, what: &'static str) -> Step {
    Step {
        name,
        what,
        is_full: true,
    }
}

pub(crate) const STEPS: [Step; 21] = [
    step("fmt", "formatting"),
    step(
        "imports",
        "import circles between files, upward dependencies between packages",
    ),
    step("api", "the engine's public items are those of docs/api"),
    step("prose", "words that read as translated or archaic"),
    step("clippy", "lints, native and wasm32, warnings denied"),
    step("rust", "unit, property, table and doc tests, native"),
    step("wasm", "the Wasm layer in Node.js"),
    step("docs", "the API's documentation, warnings denied"),
    step(
        "deny",
        "licences and sources of dependencies, and advisories where cargo-deny is installed",
    ),
    step("workflows", "the workflows, with actionlint and zizmor"),
    step("app", "the app's release build"),
    step(
        "browser",
        "the app in headless Chromium, alone and with its server",
    ),
    step(
        "lighthouse",
        "accessibility and best practices, with Lighthouse",
    ),
    step(
        "clients",
        "the server with real clients, a real OpenID provider, and requests generated from its OpenAPI document",
    ),
    step("npm", "the npm package, as installed from its tarball"),
    step("vectors", "the external test vectors are in place"),
    full_step("fuzz", "each fuzz target, for ten minutes"),
    full_step(
        "load",
        "the server under load for ten minutes, and killed thirty times",
    ),
    full_step("performance", "the app's times, with Lighthouse"),
    full_step("states", "every state of the app in every window"),
    full_step(
        "screenshots",
        "every state of the app, and the pictures of docs/screenshots",
    ),
];

/// All jobs, each after those that it needs.
pub(crate) fn jobs(options: Options) -> Result<Vec<Job>> {
    let browser_needs = browser_needs(&options)?;
    let is_named = options.grep.is_some();
    let is_unusual = is_named || options.full || options.repeat > 1 || options.dev;
    let options = Arc::new(options);
    let with = |work: fn(&mut Log, &Options) -> Result<()>| {
        let options = Arc::clone(&options);
        move |log: &mut Log| work(log, &options)
    };
    // Tests that can be selected by name.
    let tests = |work: fn(&mut Log, &Options) -> Result<()>| {
        let options = Arc::clone(&options);
        move |log: &mut Log| {
            work(log, &options)?;
            match &options.grep {
                Some(name) if log.counts.passed + log.counts.skips() == 0 => {
                    bail!("expected a test whose name contains `{name}`, found none")
                }
                _ => Ok(()),
            }
        }
    };
    let mut jobs = app::jobs();
    jobs.push(app::dev_job());
    jobs.extend(npm::package_jobs());
    jobs.extend([
        Job::new("system", "Chromium and PostgreSQL", 60.0, |log| {
            system::add(log, &System::TESTS)
        })
        .kept()
        .in_lane(Lane::System),
        Job::new("test-modules", "npm modules of the tests", 20.0, |log| {
            ["tests/server", "tests/npm", "tests/lighthouse"]
                .iter()
                .try_for_each(|dir| tools::node_modules(log, dir))
        })
        .kept()
        .after(&["modules"]),
        Job::new("fmt", "formatting", 2.0, fmt),
        Job::new("imports", "import circles", 3.0, imports::check),
        Job::new("api", "public items", 1.0, api::check),
        Job::new("prose", "prose", 1.0, prose::check),
        Job::new("vectors", "test vectors", 1.0, vectors),
        Job::new("deny", "licences and sources", 5.0, licences::check),
        Job::new("workflows", "workflows", 40.0, workflows).after(&["system"]),
        Job::new("clippy", "lints", 300.0, clippy)
            .after(&["modules"])
            .in_lane(Lane::Dev),
        Job::new("rust-build", "tests in Rust", 300.0, with(rust::build))
            .partial_if(is_named)
            .in_lane(Lane::Dev),
        Job::new("rust", "tests in Rust, running", 150.0, tests(rust::run))
            .partial_if(is_unusual)
            .after(&["rust-build", "system"])
            .in_lane(Lane::Dev),
        Job::new("wasm", "the Wasm layer in Node.js", 60.0, tests(wasm))
            .partial_if(is_unusual)
            .after(&["modules"])
            .in_lane(Lane::Dev),
        Job::new("docs", "documentation", 40.0, docs).in_lane(Lane::Dev),
        Job::new("server", "the server with the app", 60.0, run::server)
            .after(&["app"])
            .in_lane(Lane::Dev),
        Job::new("browser", "browser tests", 200.0, tests(browser))
            .partial_if(is_unusual)
            .after(browser_needs),
        Job::new("lighthouse", "Lighthouse", 60.0, |log| {
            lighthouse::audit(log, &[])
        })
        .after(&["app", "system", "test-modules"]),
        Job::new("clients", "real clients", 80.0, tests(clients))
            .partial_if(is_unusual)
            .after(&["server", "system", "test-modules"]),
        Job::new("npm", "tests of the npm package", 60.0, tests(npm_tests))
            .partial_if(is_unusual)
            .after(&["npm-pack", "server", "system", "test-modules"]),
    ]);
    jobs.extend(full::jobs());
    Ok(jobs)
}

/// A single browser test needs fewer jobs: its file shows whether it starts the server.
fn browser_needs(options: &Options) -> Result<&'static [&'static str]> {
    let needs_server = match &options.grep {
        None => true,
        Some(pattern) => {
            let words = ["tests/browser/run.mjs", "--list-needs", "--grep"];
            output(command("node", &words).arg(pattern))
                .is_none_or(|needs| needs.contains("server"))
        }
    };
    Ok(match (options.dev, needs_server) {
        (true, true) => bail!(
            "expected --dev with tests of the app alone: the server has the release build inside"
        ),
        (true, false) => &["app-dev", "system", "test-modules"],
        (false, true) => &["server", "app", "system", "test-modules"],
        (false, false) => &["app", "system", "test-modules"],
    })
}

fn fmt(log: &mut Log) -> Result<()> {
    log.run(&mut cargo("fmt --all --check"))?;
    // Workspaces of their own.
    ["crates/bench", "fuzz"].iter().try_for_each(|folder| {
        log.run(&mut cargo(&format!(
            "fmt --manifest-path {folder}/Cargo.toml --check"
        )))
    })
}

/// The features are those of the tests and of the app, so that dependencies are checked only once.
fn clippy(log: &mut Log) -> Result<()> {
    let commands = [
        "clippy --workspace --all-targets --exclude claimgate-web --features claimgate/schema -- -D warnings",
        "clippy -p claimgate -p claimgate-wasm -p claimgate-wasm-analysis -p claimgate-web --target wasm32-unknown-unknown -- -D warnings",
        "clippy -p claimgate-wasm --features pure --tests --target wasm32-unknown-unknown -- -D warnings",
        // Programs with their own cryptography build the engine without.
        "clippy -p claimgate --no-default-features -- -D warnings",
    ];
    commands
        .iter()
        .try_for_each(|words| log.build(&mut cargo(words)))
}

fn wasm(log: &mut Log, options: &Options) -> Result<()> {
    // Both in one call, so that shared dependencies get the same features.
    log.build(&mut cargo("build -p wasm-tools -p wasm-test-runner"))?;
    let words =
        "test -p claimgate-wasm --features pure --test node --target wasm32-unknown-unknown";
    log.build(&mut cargo(&format!("{words} --no-run")))?;
    let mut test = cargo(words);
    test.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        target().join("debug/wasm-test-runner"),
    );
    if let Some(name) = &options.grep {
        // In the form of a function's name.
        test.arg("--").arg(name.replace(' ', "_"));
    }
    log.test(Runner::Cargo, &mut test)
}

fn docs(log: &mut Log) -> Result<()> {
    let mut doc = cargo(
        "doc --no-deps -p claimgate -p claimgate-analysis -p claimgate-providers -p claimgate-formats -p claimgate-environments -p claimgate-api -p claimgate-wasm -p claimgate-wasm-analysis -p claimgate-server",
    );
    log.build(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn workflows(log: &mut Log) -> Result<()> {
    let programs = python::workflow_tools(log)?;
    let files = files(".github/workflows", ".yml")?;
    match tools::actionlint(log)? {
        Some(actionlint) => {
            let shellcheck = programs.join("shellcheck");
            let mut lint = command(actionlint, &["-no-color", "-shellcheck"]);
            log.run(lint.arg(shellcheck).args(&files))?;
        }
        None if is_ci() => bail!("expected Go, which builds actionlint, found none"),
        None => log.say("NOT RUN: actionlint, because Go is not installed"),
    }
    let mut zizmor = command(
        programs.join("zizmor"),
        &["--offline", "--no-progress", "--persona=pedantic"],
    );
    log.run(zizmor.arg(".github"))
}

fn browser(log: &mut Log, options: &Options) -> Result<()> {
    let dist = if options.dev {
        app::dev_dist()
    } else {
        app::dist()?
    };
    let address = serve::in_background(&dist)?;
    for round in 1..=options.repeat {
        let mut node = command("node", &["tests/browser/run.mjs", "--concurrency", "2"]);
        node.args(options.grep.iter().flat_map(|name| ["--grep", name]));
        node.env("CLAIMGATE_APP_URL", format!("http://{address}/"))
            .env("CHROMIUM", system::test_browser()?);
        log.test(Runner::Node, node.env("CLAIMGATE", run::server_program()))
            .with_context(|| format!("round {round} of {}", options.repeat))?;
    }
    Ok(())
}

fn clients(log: &mut Log, options: &Options) -> Result<()> {
    let schemathesis = python::schemathesis(log)?;
    let mut node = node_tests("tests/server", options)?;
    node.env("CLAIMGATE", run::server_program())
        .env("SCHEMATHESIS", schemathesis);
    if options.full {
        full_clients(log, &mut node)?;
    } else {
        log.say("NOT RUN: the tests with the `pulumi` program, Pulumi's SDK for Python, moto and OpenBao, which take minutes to install: `--full` runs them");
    }
    log.test(Runner::Node, &mut node)
}

/// Installs the clients that take minutes, and names them to the tests.
fn full_clients(log: &mut Log, node: &mut Command) -> Result<()> {
    node.env("ESC_SDK_PYTHON", python::esc_sdk(log)?)
        .env("MOTO_PYTHON", python::moto(log)?)
        .env("BAO", python::openbao(log)?);
    if let Some(pulumi) = tools::pulumi(log)? {
        node.env("PULUMI", pulumi);
    } else {
        log.say("NOT RUN: the tests with the `pulumi` program, because Go is not installed");
    }
    Ok(())
}

fn npm_tests(log: &mut Log, options: &Options) -> Result<()> {
    npm::install(log, "tests/npm")?;
    let mut node = node_tests("tests/npm", options)?;
    node.env("CHROMIUM", system::chromium()?)
        .env("CLAIMGATE", run::server_program());
    log.test(Runner::Node, &mut node)
}

/// Node's test runner over the tests of a folder.
fn node_tests(dir: &str, options: &Options) -> Result<Command> {
    let mut node = command(
        "node",
        &[
            "--expose-gc",
            "--test",
            "--test-reporter=spec",
            "--test-concurrency=1",
        ],
    );
    if let Some(name) = &options.grep {
        node.arg("--test-name-pattern").arg(names::escape(name));
    }
    node.args(files(dir, ".test.mjs")?);
    Ok(node)
}

fn files(dir: &str, ending: &str) -> Result<Vec<PathBuf>> {
    let folder =
        std::fs::read_dir(root().join(dir)).with_context(|| format!("cannot read {dir}"))?;
    let mut files: Vec<_> = folder
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("expected files that end in {ending} in {dir}, found none");
    }
    Ok(files)
}

/// Tests skip external vectors if they are absent; in CI they must be present.
fn vectors(log: &mut Log) -> Result<()> {
    let dir = std::env::var_os("CLAIMGATE_VECTORS")
        .map_or_else(|| root().join("../shared/vectors"), Into::into);
    let is_optional = std::env::var_os("CLAIMGATE_VECTORS_OPTIONAL").is_some();
    match (dir.join("README.md").is_file(), is_ci() && !is_optional) {
        (true, _) => Ok(()),
        (false, true) => {
            bail!(
                "expected the external test vectors in {} or the folder of CLAIMGATE_VECTORS",
                dir.display()
            )
        }
        (false, false) => {
            log.say(&format!(
                "NOT RUN: the tests on external vectors, because {} is absent",
                dir.display()
            ));
            Ok(())
        }
    }
}
