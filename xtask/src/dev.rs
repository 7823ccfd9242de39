//! `cargo xtask dev`: the app with its server, rebuilt and reloaded when a file changes.

use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use notify::{RecursiveMode, Watcher};

use crate::jobs::{self, Job, Lane};
use crate::log::Log;
use crate::run::{bootstrap_token, state_folder};
use crate::shell::{cargo, command, root, target};
use crate::{app, serve, tools};

/// The sources of the server.
const SOURCES: [&str; 3] = ["crates/core", "crates/server", "crates/cli"];

/// The debounce after a change: an editor writes several files.
const SETTLE: Duration = Duration::from_millis(200);

/// Serves until interrupted. Trunk serves the app on `port`, rebuilds it, and forwards `/api` to
/// the server.
pub(crate) fn run(port: u16) -> Result<()> {
    drop(serve::listen(port)?);
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
        Job::new(
            "dev-build",
            "the server and wasm-bindgen, development build",
            200.0,
            build,
        )
        .in_lane(Lane::Dev),
        Job::new("editor", "the code editor", 5.0, app::bundle_editor).after(&["modules"]),
    ])?;
    let mut server = Server::start()?;
    let mut trunk = trunk(port, server.port)?;
    println!(
        "\nThe app is at http://127.0.0.1:{port}/ once Trunk has built it; changes appear some seconds after they are saved.\n\
         The server alone: http://127.0.0.1:{}/ (organization `demo`, sample tokens at /demo/tokens).\n\n\
         Sign in with this token, the same in every run:\n\n    {}\n",
        server.port, server.token
    );
    let (_watcher, changes) = watch()?;
    loop {
        if let Some(status) = trunk.try_wait()? {
            bail!("Trunk ended ({status})");
        }
        match changes.recv_timeout(Duration::from_secs(1)) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the file watcher stopped"),
            Ok(()) => {
                while changes.recv_timeout(SETTLE).is_ok() {}
                server.rebuild()?;
            }
        }
    }
}

fn build(log: &mut Log) -> Result<()> {
    log.run(&mut cargo("build -p claimgate-cli -p wasm-tools"))?;
    tools::link_wasm_bindgen()
}

/// Trunk, which serves the development build; it reloads the page itself, and shows compile errors
/// there.
fn trunk(port: u16, server: u16) -> Result<Child> {
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
    trunk
        .arg("--dist")
        .arg(app::dev_dist())
        .env("CLAIMGATE_DEV", "server");
    app::on_tools_path(&mut trunk)?
        .spawn()
        .context("Trunk could not be started")
}

/// The development server, on a port that stays the same after a restart.
struct Server {
    child: Child,
    port: u16,
    token: String,
}

impl Server {
    fn start() -> Result<Self> {
        let port = serve::listen(0)?.local_addr()?.port();
        let token = bootstrap_token()?;
        Ok(Self {
            child: Self::command(port, &token)?
                .spawn()
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
        if !cargo("build --quiet -p claimgate-cli").status()?.success() {
            println!("the server does not compile; the previous one keeps running");
            return Ok(());
        }
        self.child.kill()?;
        self.child.wait()?;
        self.child = Self::command(self.port, &self.token)?.spawn()?;
        println!(
            "the server was restarted after {:.1} s",
            start.elapsed().as_secs_f64()
        );
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reports changes of the server's sources.
fn watch() -> Result<(notify::RecommendedWatcher, Receiver<()>)> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let is_change = event.is_ok_and(|event| {
            !event.kind.is_access() && event.paths.iter().any(|path| is_source(path))
        });
        if is_change {
            let _ = sender.send(());
        }
    })?;
    for source in SOURCES {
        watcher.watch(&root().join(source), RecursiveMode::Recursive)?;
    }
    Ok((watcher, changes))
}

fn is_source(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "rs" || ending == "sql" || ending == "toml")
}
