//! Programs from the system's packages, among them the browser.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::shell::{command, on_path, output, target};
use crate::jobs::log::Log;

/// Chromium and PostgreSQL, installed from Debian's packages if missing, in one call of the package
/// manager.
pub(crate) fn add(log: &mut Log, wanted: &[System]) -> Result<()> {
    let mut missing: Vec<&System> = wanted
        .iter()
        .filter(|package| !package.is_there())
        .collect();
    if missing.contains(&&System::HeadlessShell) && find_browser(&CHROMIUM).is_some() {
        missing.retain(|package| **package != System::HeadlessShell);
        add_headless_shell(log);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing
        .iter()
        .map(|package| package.packages())
        .collect::<Vec<_>>()
        .join(" ");
    log.say(&format!("installing {packages}"));
    install(log, &packages).with_context(|| format!("how to fix: apt-get install {packages}"))?;
    match missing.iter().find(|package| !package.is_there()) {
        None => Ok(()),
        Some(package) => bail!("{} was installed, but cannot be found", package.packages()),
    }
}

/// Programs from the system's packages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum System {
    Chromium,
    HeadlessShell,
    Postgres,
    Python,
    Wrk,
}

impl System {
    /// All that the tests need.
    pub(crate) const TESTS: [Self; 4] = [
        Self::Chromium,
        Self::HeadlessShell,
        Self::Postgres,
        Self::Python,
    ];

    fn is_there(self) -> bool {
        match self {
            Self::Chromium => find_browser(&CHROMIUM).is_some(),
            Self::HeadlessShell => find_browser(&["chromium-headless-shell"]).is_some(),
            Self::Postgres => {
                let versions = std::fs::read_dir("/usr/lib/postgresql")
                    .into_iter()
                    .flatten()
                    .flatten();
                on_path("initdb").is_some()
                    || versions
                        .into_iter()
                        .any(|version| version.path().join("bin/initdb").is_file())
            }
            Self::Python => {
                output(&mut command("python3", &["-c", "import venv, ensurepip"])).is_some()
            }
            Self::Wrk => on_path("wrk").is_some(),
        }
    }

    fn packages(self) -> &'static str {
        match self {
            Self::Chromium => "chromium fonts-liberation",
            Self::HeadlessShell => "chromium-headless-shell",
            Self::Postgres => "postgresql",
            Self::Python => "python3 python3-venv",
            Self::Wrk => "wrk",
        }
    }
}

/// The names of Chromium.
const CHROMIUM: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// `$CHROMIUM`, or a browser with one of these names on PATH.
fn find_browser(names: &[&str]) -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .filter(|file| file.is_file());
    named.or_else(|| names.iter().find_map(|name| on_path(name)))
}

/// The browser; an error if there is none.
pub(crate) fn chromium() -> Result<PathBuf> {
    let fix = "expected Chromium on PATH or in CHROMIUM, found none; how to fix: apt-get install chromium, or set CHROMIUM to the path of another Chromium or Chrome";
    find_browser(&CHROMIUM).context(fix)
}

/// The browser for tests: Chromium's headless shell, the same engine without a window system, takes
/// half of the processor time.
pub(crate) fn test_browser() -> Result<PathBuf> {
    find_browser(&["chromium-headless-shell"]).map_or_else(chromium, Ok)
}

/// The headless shell only makes the tests faster than another Chromium: it is tried once, and only
/// where packages can be installed.
fn add_headless_shell(log: &mut Log) {
    let tried = target().join("xtask/headless-shell-tried");
    if tried.is_file() || !is_root() || on_path("apt-get").is_none() {
        return;
    }
    let packages = System::HeadlessShell.packages();
    log.say(&format!(
        "installing {packages}, which makes the tests faster"
    ));
    if install(log, packages).is_err() {
        log.say("it cannot be installed; the tests use the other Chromium");
        let _ = std::fs::write(tried, "");
    }
}

fn is_root() -> bool {
    output(&mut command("id", &["-u"])).is_some_and(|id| id.trim() == "0")
}

/// Installs Debian packages, after completing an interrupted installation.
fn install(log: &mut Log, packages: &str) -> Result<()> {
    let script = format!(
        "dpkg --configure -a && apt-get update -qq && apt-get install -y -qq --no-install-recommends {packages}"
    );
    if is_root() {
        return log.run(command("sh", &["-c", &script]).env("DEBIAN_FRONTEND", "noninteractive"));
    }
    log.run(&mut command("sudo", &["-n", "sh", "-c", &script]))
}
