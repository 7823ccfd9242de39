//! `cargo xtask dev`: the app with its server, rebuilt and reloaded when a file changes.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use notify::{RecursiveMode, Watcher};

use crate::jobs;
use crate::jobs::job::{Job, Lane};
use crate::jobs::log::Log;
use crate::programs::children::{self, Running};
use crate::programs::shell::{cargo, command, root, target};
use crate::programs::{lock, tools};
use crate::run::{bootstrap_token, state_folder, token_notice};
use crate::{app, npm, serve};

/// The folders with sources of the server and of the code editor. The app's own are watched by
/// Trunk.
const WATCHED: [&str; 3] = ["crates", "examples", "web/editor/src"];

/// Crates that are not part of the server.
const OTHERS: [&str; 4] = ["bench", "testing", "wasm", "wasm-analysis"];

/// The debounce after a change: an editor writes several files.
const SETTLE: Duration = Duration::from_millis(200);

/// Serves until interrupted. Trunk serves the app on `port`, rebuilds it, and forwards `/api` to
/// the server.
pub(crate) fn run(port: u16) -> Result<()> {
    serve::check_port("dev", port)?;
    let _lock = lock::hold("dev", |line| println!("{line}"))?;
    jobs::run_all(vec![
        tools::modules_job(),
        tools::trunk_job(),
        Job::new(
            "dev-build",
            "the server and wasm-bindgen, development build",
            200.0,
            build,
        )
        .in_lane(Lane::Dev),
        Job::new("editor", "the code editor", 5.0, app::bundle_editor).after(&["modules"]),
        npm::analysis_job(),
        Job::new(
            "analysis",
            "the analysis of policies",
            5.0,
            app::bind_analysis,
        )
        .after(&["analysis-wasm", "dev-build"]),
    ])?;
    let mut server = Server::start()?;
    let mut trunk = trunk(port, server.port)?;
    println!(
        "\nThe app is at http://127.0.0.1:{port}/ once Trunk has built it; changes appear some seconds after they are saved.\n\
         The server alone: http://127.0.0.1:{}/ (organization `demo`, sample tokens at /demo/tokens).\n\n\
         Sign in with {}",
        server.port,
        token_notice(&server.token)?
    );
    let (_watcher, changes) = watch()?;
    loop {
        if let Some(status) = trunk.try_wait()? {
            bail!("Trunk ended ({status})");
        }
        match changes.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the file watcher stopped"),
            Ok(first) => {
                let mut all = BTreeSet::from([first]);
                while let Ok(next) = changes.recv_timeout(SETTLE) {
                    all.insert(next);
                }
                if all.contains(&Change::Editor) {
                    bundle_editor();
                }
                if all.contains(&Change::Server) {
                    server.rebuild()?;
                }
            }
        }
    }
}

fn build(log: &mut Log) -> Result<()> {
    log.run(&mut cargo("build -p claimgate-cli -p wasm-tools"))?;
    tools::link_wasm_bindgen()
}

/// Trunk, which serves the development build and reloads the page. A page that is open shows when
/// the app does not compile.
fn trunk(port: u16, server: u16) -> Result<Running> {
    let program = jobs::quietly("trunk", tools::trunk)?;
    let mut trunk = command(
        program,
        &[
            "serve",
            "--offline",
            "--disable-csp",
            "--address",
            "127.0.0.1",
        ],
    );
    trunk.args([
        "--port",
        &port.to_string(),
        "--proxy-backend",
        &format!("http://127.0.0.1:{server}/api/"),
    ]);
    let dist = target().join("dev/dist");
    std::fs::create_dir_all(&dist)?;
    trunk.arg("--dist").arg(dist).env("CLAIMGATE_DEV", "server");
    children::spawn(app::prepare_trunk(&mut trunk)?).context("Trunk could not be started")
}

/// The development server, on a port that stays the same after a restart.
struct Server {
    child: Running,
    port: u16,
    token: String,
}

impl Server {
    fn start() -> Result<Self> {
        let port = serve::listen()?.local_addr()?.port();
        let token = bootstrap_token()?;
        Ok(Self {
            child: children::spawn(&mut Self::command(port, &token)?)
                .context("the server could not be started")?,
            port,
            token,
        })
    }

    fn command(port: u16, token: &str) -> Result<Command> {
        let database = format!("sqlite:{}", state_folder()?.join("dev.db").display());
        let mut server = command(
            target().join("debug/claimgate"),
            &["serve", "--log-format", "text", "--demo"],
        );
        server.args([
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--database",
            &database,
        ]);
        server
            .env("CLAIMGATE_BOOTSTRAP_TOKEN", token)
            .env("CLAIMGATE_LOG", "warn");
        Ok(server)
    }

    /// Builds the server and restarts it; if the build fails, the old one keeps running.
    fn rebuild(&mut self) -> Result<()> {
        let start = Instant::now();
        println!("building the server…");
        let mut build = children::spawn(&mut cargo("build --quiet -p claimgate-cli"))?;
        if !build.wait()?.success() {
            println!("the server does not compile; the previous one keeps running");
            return Ok(());
        }
        self.child.end()?;
        self.child = children::spawn(&mut Self::command(self.port, &self.token)?)?;
        println!(
            "the server was restarted after {:.1} s",
            start.elapsed().as_secs_f64()
        );
        Ok(())
    }
}

/// Bundles the code editor; Trunk then copies it and reloads the page.
fn bundle_editor() {
    println!("bundling the code editor…");
    if let Err(error) = jobs::quietly("editor", app::bundle_editor) {
        println!("{error:#}\nthe code editor cannot be bundled; the page keeps the previous one");
    }
}

/// What a changed file is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Server,
    Editor,
}

impl Change {
    /// The change of a file, as a path relative to the root; `None` for files that neither uses.
    fn of(path: &Path) -> Option<Self> {
        if path == Path::new("Cargo.toml") || path.starts_with("examples") {
            return Some(Self::Server);
        }
        if path.starts_with("web/editor/src") {
            return Some(Self::Editor);
        }
        let mut parts = path.strip_prefix("crates").ok()?.iter();
        let package = parts.next()?;
        let is_test = parts.any(|part| part == "tests" || part == "benches");
        let is_source = path.extension().is_some_and(|ending| {
            ["rs", "sql", "toml", "json", "html"]
                .iter()
                .any(|known| ending == *known)
        });
        let is_server = !OTHERS.iter().any(|other| package == *other);
        (is_server && is_source && !is_test).then_some(Self::Server)
    }
}

/// Reports changed files.
fn watch() -> Result<(notify::RecommendedWatcher, Receiver<Change>)> {
    let (sender, changes) = mpsc::channel();
    let folder = root();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if event.kind.is_access() {
            return;
        }
        for path in &event.paths {
            if let Some(change) = path.strip_prefix(&folder).ok().and_then(Change::of) {
                let _ = sender.send(change);
            }
        }
    })?;
    for folder in WATCHED {
        watcher.watch(&root().join(folder), RecursiveMode::Recursive)?;
    }
    // For Cargo.toml: an editor may replace the file, which ends a watch of the file itself.
    watcher.watch(&root(), RecursiveMode::NonRecursive)?;
    Ok((watcher, changes))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Change;

    #[test]
    fn a_changed_file_is_part_of_the_server_or_of_the_editor() {
        for (path, expected) in [
            (
                "crates/server/src/db/migrations/1.sql",
                Some(Change::Server),
            ),
            ("crates/formats/src/lib.rs", Some(Change::Server)),
            ("crates/analysis/Cargo.toml", Some(Change::Server)),
            (
                "crates/providers/src/presets/files.rs",
                Some(Change::Server),
            ),
            ("examples/presets/gitlab.json", Some(Change::Server)),
            ("Cargo.toml", Some(Change::Server)),
            ("web/editor/src/editor.js", Some(Change::Editor)),
            ("crates/server/tests/it/main.rs", None),
            ("crates/wasm/src/lib.rs", None),
            ("crates/core/README.md", None),
            ("web/src/main.rs", None),
            ("Cargo.lock", None),
        ] {
            assert_eq!(Change::of(Path::new(path)), expected, "{path}");
        }
    }
}
