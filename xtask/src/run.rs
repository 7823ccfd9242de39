//! `cargo xtask run`: builds and starts the server with the app.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::jobs;
use crate::jobs::job::{Job, Lane};
use crate::jobs::log::Log;
use crate::programs::shell::{self, cargo, command, target};
use crate::{app, serve};

/// Builds both and serves until interrupted.
pub(crate) fn run(port: u16, with_demo: bool) -> Result<()> {
    serve::check_port("run", port)?;
    let mut all = app::jobs();
    all.extend([
        // Runs while the app is built; after that, only the program with the app embedded remains.
        Job::new("server-build", "the server", 140.0, |log| {
            log.build(&mut cargo("build -p claimgate-cli"))
        })
        .in_lane(Lane::Dev),
        Job::new("server", "the server with the app", 30.0, server)
            .after(&["app", "server-build"])
            .in_lane(Lane::Dev),
    ]);
    jobs::run_all(all)?;
    let database = format!("sqlite:{}", state_folder()?.join("claimgate.db").display());
    let mut server = command(server_program(), &["serve", "--log-format", "text"]);
    server.args([
        "--listen",
        &format!("127.0.0.1:{port}"),
        "--database",
        &database,
    ]);
    if with_demo {
        server.arg("--demo");
    }
    let token = bootstrap_token()?;
    println!("\nSign in to the app with {}", token_notice(&token)?);
    shell::run(server.env("CLAIMGATE_BOOTSTRAP_TOKEN", token))
}

/// Builds the server with the app embedded, and moves it to a separate place: cargo replaces its
/// own copy with one without the app when it builds the tests of that crate, possibly while this
/// one is in use.
pub(crate) fn server(log: &mut Log) -> Result<()> {
    let _lock = log.lock("server")?;
    log.build(&mut cargo("build -p claimgate-cli --features app"))?;
    let (program, new) = (server_program(), server_program().with_extension("new"));
    std::fs::copy(target().join("debug/claimgate"), &new)?;
    // Renamed rather than overwritten: the old one may be running.
    std::fs::rename(&new, &program).with_context(|| format!("cannot write {}", program.display()))
}

/// The path of the program that [`server`] builds.
pub(crate) fn server_program() -> PathBuf {
    target().join("xtask/claimgate")
}

/// The folder for the data of servers that xtask starts.
pub(crate) fn state_folder() -> Result<PathBuf> {
    let folder = target().join("run");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// What to sign in with: the bootstrap token on a terminal, and otherwise its file, because output
/// that is not for a terminal may be kept.
pub(crate) fn token_notice(token: &str) -> Result<String> {
    if std::io::stdout().is_terminal() {
        return Ok(format!(
            "this token, the same in every run:\n\n    {token}\n"
        ));
    }
    Ok(format!("the token in {}", token_file()?.display()))
}

/// The bootstrap token of these servers: created once, for this machine only.
pub(crate) fn bootstrap_token() -> Result<String> {
    use std::hash::BuildHasher;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = token_file()?;
    if let Ok(token) = std::fs::read_to_string(&file) {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
        return Ok(token.trim().to_owned());
    }
    // Each state is keyed with random numbers of the system.
    let part = |number: u64| format!("{:016x}", std::hash::RandomState::new().hash_one(number));
    let token: String = (0..4).map(part).collect();
    let mut options = std::fs::File::options();
    let mut created = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)?;
    created.write_all(token.as_bytes())?;
    Ok(token)
}

fn token_file() -> Result<PathBuf> {
    Ok(state_folder()?.join("bootstrap-token"))
}
