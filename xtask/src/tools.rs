//! The programs that the build and the tests need: found on PATH or in the cache, or else installed
//! by `cargo binstall` if available, or built.
//!
//! Programs that are slow to build are cached by version in the user's cache folder, like the
//! browsers of test tools: a second checkout finds them there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::log::Log;
use crate::shell::{cargo, command, on_path, output, root, target};

/// The version of Trunk, which builds the app.
const TRUNK: &str = "0.21.14";
/// The version of actionlint, which checks the workflows.
const ACTIONLINT: &str = "v1.7.12";

/// The folder for tools: `CLAIMGATE_CACHE`, or `claimgate` in the user's cache folder.
pub(crate) fn cache() -> PathBuf {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = folder("CLAIMGATE_CACHE") {
        return folder;
    }
    let home = || folder("HOME").unwrap_or_else(target);
    let user = match cfg!(target_os = "macos") {
        true => home().join("Library/Caches"),
        false => folder("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache")),
    };
    user.join("claimgate")
}

/// Rust's target for Wasm and the npm modules of the builds.
pub(crate) fn set_up_builds(log: &mut Log) -> Result<()> {
    wasm_target(log)?;
    node_modules(log, "tests")?;
    node_modules(log, "web/editor")
}

/// Trunk, in the pinned version.
pub(crate) fn trunk(log: &mut Log) -> Result<PathBuf> {
    let fits = |file: &Path| {
        let printed = output(&mut command(file, &["--version"]));
        printed.is_some_and(|printed| printed.split_whitespace().any(|word| word == TRUNK))
    };
    if let Some(found) = on_path("trunk").filter(|file| fits(file)) {
        return Ok(found);
    }
    let cached = CachedProgram {
        folder: cache().join(format!("tools/trunk-{TRUNK}")),
        program: "trunk",
    };
    cached.find_or(log, fits, |log, root| {
        if on_path("cargo-binstall").is_some() {
            let mut binstall = cargo("binstall --no-confirm --disable-strategies compile --root");
            if log
                .run(binstall.arg(root).arg(format!("trunk@{TRUNK}")))
                .is_ok()
            {
                return Ok(());
            }
        }
        log.say(&format!("building Trunk {TRUNK}, once for all checkouts"));
        // It runs for only seconds at a time, and a build without optimization takes half the time.
        // TLS and the update check are needed only for downloads.
        let mut install = cargo("install trunk --locked --debug --no-default-features");
        install.args(["--version", TRUNK, "--root"]).arg(root);
        install
            .arg("--target-dir")
            .arg(target().join("tools-build"));
        install
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env_remove("RUSTFLAGS");
        let result = log
            .build(&mut install)
            .context("how to fix: cargo install trunk --version 0.21.14 --locked");
        // Half a gigabyte that is no longer needed.
        if result.is_ok() {
            let _ = std::fs::remove_dir_all(target().join("tools-build"));
        }
        result
    })
}

/// A cached program with its checksum.
struct CachedProgram {
    folder: PathBuf,
    program: &'static str,
}

impl CachedProgram {
    /// The cached program, if its checksum is correct; otherwise `install` is called with a new
    /// folder for it.
    fn find_or(
        &self,
        log: &mut Log,
        fits: impl Fn(&Path) -> bool,
        install: impl FnOnce(&mut Log, &Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let file = self.folder.join("bin").join(self.program);
        let sum = self.folder.join("sha256");
        if std::fs::read_to_string(&sum)
            .is_ok_and(|sum| sha256(&file).is_ok_and(|found| found == sum))
            && fits(&file)
        {
            return Ok(file);
        }
        // Atomic: an interrupted build leaves nothing that looks like the program.
        let draft = self
            .folder
            .with_extension(format!("{}.new", std::process::id()));
        std::fs::create_dir_all(&draft)?;
        install(log, &draft)?;
        let built = draft.join("bin").join(self.program);
        if !fits(&built) {
            bail!(
                "{} was installed, but {} has another version",
                self.program,
                built.display()
            );
        }
        std::fs::write(draft.join("sha256"), sha256(&built)?)?;
        if self.folder.is_dir() {
            std::fs::remove_dir_all(&self.folder)?;
        }
        std::fs::rename(&draft, &self.folder)
            .with_context(|| format!("cannot write {}", self.folder.display()))?;
        Ok(file)
    }
}

fn sha256(file: &Path) -> Result<String> {
    Ok(Sha256::digest(std::fs::read(file)?)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Builds this repository's `wasm-bindgen`.
pub(crate) fn wasm_tools(log: &mut Log) -> Result<()> {
    log.build(&mut cargo("build -p wasm-tools"))?;
    link_wasm_bindgen()
}

/// Trunk looks for it under that name, which cargo cannot give it.
pub(crate) fn link_wasm_bindgen() -> Result<()> {
    let (program, link) = (target().join("debug/wasm-tools"), wasm_bindgen());
    if std::fs::read_link(&link).is_ok_and(|found| found == program) {
        return Ok(());
    }
    std::fs::create_dir_all(link.parent().unwrap_or(&link))?;
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(&program, &link)
        .with_context(|| format!("cannot write {}", link.display()))
}

/// The path of this repository's `wasm-bindgen`, once built.
pub(crate) fn wasm_bindgen() -> PathBuf {
    target().join("xtask/bin/wasm-bindgen")
}

/// Chromium and PostgreSQL, installed from Debian's packages if missing, in one call of the package
/// manager.
pub(crate) fn system(log: &mut Log, wanted: &[System]) -> Result<()> {
    let missing: Vec<&System> = wanted
        .iter()
        .filter(|package| !package.is_there())
        .collect();
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
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// `$CHROMIUM`, or a browser with one of these names on PATH.
fn find_browser(names: &[&str]) -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .filter(|file| file.is_file());
    named.or_else(|| names.iter().find_map(|name| on_path(name)))
}

/// The browser; an error if there is none.
pub(crate) fn chromium() -> Result<PathBuf> {
    let fix = "expected Chromium on PATH or in CHROMIUM, found none; how to fix: apt-get install chromium";
    find_browser(&CHROMIUM).context(fix)
}

/// The browser for tests: Chromium's headless shell, the same engine without a window system, takes
/// half of the processor time.
pub(crate) fn test_browser() -> Result<PathBuf> {
    find_browser(&["chromium-headless-shell"]).map_or_else(chromium, Ok)
}

/// Installs Debian packages, after completing an interrupted installation.
fn install(log: &mut Log, packages: &str) -> Result<()> {
    let script = format!(
        "dpkg --configure -a && apt-get update -qq && apt-get install -y -qq --no-install-recommends {packages}"
    );
    let is_root = output(&mut command("id", &["-u"])).is_some_and(|id| id.trim() == "0");
    if is_root {
        return log.run(command("sh", &["-c", &script]).env("DEBIAN_FRONTEND", "noninteractive"));
    }
    log.run(&mut command("sudo", &["-n", "sh", "-c", &script]))
}

/// Sets up a Python environment with exactly the versions of a requirements file; returns its
/// folder of programs.
pub(crate) fn python_environment(log: &mut Log, name: &str, requirements: &str) -> Result<PathBuf> {
    let requirements = root().join(requirements);
    let wanted = std::fs::read_to_string(&requirements)?;
    let version =
        output(&mut command("python3", &["--version"])).context("python3 was not found")?;
    let hash = Sha256::digest(format!("{version}{wanted}"))
        .iter()
        .take(6)
        .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    let environment = cache().join(format!("python/{name}-{hash}"));
    let (programs, stamp) = (environment.join("bin"), environment.join("complete"));
    if stamp.is_file() && output(&mut command(programs.join("python"), &["--version"])).is_some() {
        return Ok(programs);
    }
    log.say(&format!("setting up {name}"));
    log.run(command("python3", &["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = command(
        programs.join("pip"),
        &["install", "--quiet", "--disable-pip-version-check", "-r"],
    );
    log.run(pip.arg(&requirements))?;
    std::fs::write(&stamp, wanted)?;
    Ok(programs)
}

/// actionlint, from Go's module proxy and checksum database; `None` without Go.
pub(crate) fn actionlint(log: &mut Log) -> Result<Option<PathBuf>> {
    let fits = |file: &Path| {
        output(&mut command(file, &["-version"]))
            .is_some_and(|text| text.contains(&ACTIONLINT[1..]))
    };
    if let Some(found) = on_path("actionlint").filter(|file| fits(file)) {
        return Ok(Some(found));
    }
    let cached = CachedProgram {
        folder: cache().join(format!("tools/actionlint-{ACTIONLINT}")),
        program: "actionlint",
    };
    if on_path("go").is_none() && !cached.folder.is_dir() {
        return Ok(None);
    }
    let install = |log: &mut Log, root: &Path| {
        let mut go = command("go", &["install"]);
        go.arg(format!(
            "github.com/rhysd/actionlint/cmd/actionlint@{ACTIONLINT}"
        ));
        log.build(go.env("GOBIN", root.join("bin")).env("GOFLAGS", ""))
    };
    cached.find_or(log, fits, install).map(Some)
}

/// Installs the npm modules of a folder from its lock file.
pub(crate) fn node_modules(log: &mut Log, dir: &str) -> Result<()> {
    // npm writes this file last.
    let stamp = root().join(dir).join("node_modules/.package-lock.json");
    let lock = root().join(dir).join("package-lock.json");
    if modified(&stamp)
        .is_some_and(|installed| modified(&lock).is_some_and(|locked| installed >= locked))
    {
        return Ok(());
    }
    if on_path("npm").is_none() {
        bail!("expected npm on PATH, found none; how to fix: install Node.js 20 or newer");
    }
    log.run(&mut npm(&[
        "ci",
        "--prefix",
        dir,
        "--no-audit",
        "--no-fund",
    ]))
}

/// npm with arguments.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    command("npm", arguments)
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    file.metadata()
        .and_then(|metadata| metadata.modified())
        .ok()
}

fn wasm_target(log: &mut Log) -> Result<()> {
    let target = "wasm32-unknown-unknown";
    let sysroot =
        output(&mut command("rustc", &["--print", "sysroot"])).context("rustc was not found")?;
    if Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(target)
        .is_dir()
    {
        return Ok(());
    }
    log.run(&mut command("rustup", &["target", "add", target]))
        .with_context(|| format!("how to fix: rustup target add {target}"))
}
