//! The tools that the build and the tests need: looked for on PATH, then under `target/tools`, then fetched by
//! `cargo binstall` where that works, else built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::editor;
use crate::shell::{command, on_path, output, root, run, target};
use crate::split;

/// A tool that cargo can build.
struct Tool {
    krate: &'static str,
    program: &'static str,
    version: String,
    /// Whether the versions of the tool's own lock file are used.
    locked: bool,
    takes: &'static str,
}

/// The programs of the app's build.
pub(crate) struct App {
    path: OsString,
    trunk: PathBuf,
}

impl App {
    /// Sets up what building the app needs.
    pub(crate) fn set_up() -> Result<Self> {
        set_up_wasm()?;
        let trunk = trunk().find_or_install()?;
        let bindgen = bindgen()?;
        let mut dirs = vec![split::shim(&bindgen)?];
        dirs.extend([&trunk, &bindgen].iter().filter_map(|file| file.parent()).map(Path::to_path_buf));
        dirs.push(root().join("tests/node_modules/.bin"));
        dirs.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        Ok(Self { path: std::env::join_paths(dirs)?, trunk })
    }

    /// Builds the app into `dist/`. Trunk must find every tool here: it would fetch a missing one from elsewhere.
    pub(crate) fn build(&self) -> Result<()> {
        editor::build()?;
        let mut trunk = command(&self.trunk, &["build", "--release", "--offline"]);
        // Taking the Wasm apart needs to know what refers to what; the rest as in .cargo/config.toml.
        let flags = "--cfg\u{1f}erase_components\u{1f}-Clink-args=--emit-relocs";
        trunk.env("CARGO_ENCODED_RUSTFLAGS", flags).env_remove("RUSTFLAGS");
        run(trunk.env("PATH", &self.path).env("NO_COLOR", "true"))?;
        split::finish(&root().join("dist"))?;
        run(&mut command("node", &["web/build/finish.mjs", "dist"]))
    }
}

/// The folder of the built app.
pub(crate) fn dist() -> Result<PathBuf> {
    let dist = root().join("dist");
    if !dist.join("index.html").is_file() {
        bail!("expected the built app in dist/, found none; this would mend it: cargo xtask build");
    }
    Ok(dist)
}

/// All that any command needs.
pub(crate) fn set_up_everything() -> Result<()> {
    App::set_up()?;
    test_runner()?;
    cargo_deny()?;
    chromium()?;
    postgres()?;
    schemathesis()?;
    println!("Everything is set up.");
    Ok(())
}

/// The runner of wasm-bindgen's tests, of the version that the workspace names.
pub(crate) fn test_runner() -> Result<PathBuf> {
    wasm_bindgen("wasm-bindgen-test-runner")?.find_or_install()
}

/// `cargo deny`.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    let version = "0.20.2".to_owned();
    Tool { krate: "cargo-deny", program: "cargo-deny", version, locked: true, takes: "3 minutes" }.find_or_install()
}

/// A headless browser: `$CHROMIUM`, one on PATH, or Debian's.
pub(crate) fn chromium() -> Result<PathBuf> {
    let find = || {
        let named = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|file| file.is_file());
        named.or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    println!("Installing Chromium from Debian's packages, usually 1 minute…");
    install("chromium fonts-liberation")
        .context("no Chromium was found; this would mend it: apt-get install chromium, or CHROMIUM=/path/to/it")?;
    find().context("Chromium was installed, but is not on PATH; set CHROMIUM to its path")
}

/// PostgreSQL, which the server's tests start for themselves: one that is there, or Debian's.
pub(crate) fn postgres() -> Result<()> {
    let is_there = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        on_path("initdb").is_some() || versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
    };
    if is_there() {
        return Ok(());
    }
    println!("Installing PostgreSQL from Debian's packages, usually 1 minute…");
    install("postgresql --no-install-recommends")
        .context("no PostgreSQL was found; this would mend it: apt-get install postgresql")?;
    if is_there() { Ok(()) } else { bail!("PostgreSQL was installed, but initdb is not on PATH") }
}

/// `schemathesis`, in a Python environment of its own, with just the versions that its requirements name.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    let requirements = root().join("tests/server/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)?;
    let environment = target().join("tools/schemathesis");
    let (program, stamp) = (environment.join("bin/schemathesis"), environment.join("requirements.txt"));
    let is_there = std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted);
    if is_there && output(&mut command(&program, &["--version"])).is_some() {
        return Ok(program);
    }
    python()?;
    println!("Setting up schemathesis, usually 20 seconds…");
    run(command("python3", &["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = command(environment.join("bin/pip"), &["install", "--quiet", "--disable-pip-version-check", "-r"]);
    run(pip.arg(&requirements))?;
    std::fs::write(&stamp, wanted)?;
    Ok(program)
}

/// Python that can make environments: one that is there, or Debian's.
fn python() -> Result<()> {
    let is_there = || output(&mut command("python3", &["-c", "import venv, ensurepip"])).is_some();
    if is_there() {
        return Ok(());
    }
    println!("Installing Python from Debian's packages, usually 20 seconds…");
    install("python3 python3-venv")
        .context("no Python with `venv` was found; this would mend it: apt-get install python3 python3-venv")?;
    if is_there() { Ok(()) } else { bail!("Python was installed, but it cannot make environments") }
}

/// `wrk`, which makes load: one on PATH, or Debian's.
pub(crate) fn wrk() -> Result<PathBuf> {
    if let Some(found) = on_path("wrk") {
        return Ok(found);
    }
    println!("Installing wrk from Debian's packages, usually 10 seconds…");
    install("wrk").context("no wrk was found; this would mend it: apt-get install wrk")?;
    on_path("wrk").context("wrk was installed, but is not on PATH")
}

/// Installs packages of Debian's.
fn install(packages: &str) -> Result<()> {
    let script = format!("apt-get update -qq && apt-get install -y -qq {packages}");
    let is_root = output(&mut command("id", &["-u"])).is_some_and(|id| id.trim() == "0");
    if is_root {
        return run(command("sh", &["-c", &script]).env("DEBIAN_FRONTEND", "noninteractive"));
    }
    run(&mut command("sudo", &["-n", "sh", "-c", &script]))
}

/// The npm modules of `tests/`.
pub(crate) fn node_modules() -> Result<()> {
    node_modules_of("tests")
}

/// The npm modules of a folder, as its lock file has them.
pub(crate) fn node_modules_of(dir: &str) -> Result<()> {
    let stamp = root().join(dir).join("node_modules/.package-lock.json");
    let lock = root().join(dir).join("package-lock.json");
    if modified(&stamp).is_some_and(|installed| modified(&lock).is_some_and(|locked| installed >= locked)) {
        return Ok(());
    }
    println!("Installing the npm modules of {dir}, usually 10 seconds…");
    if on_path("npm").is_none() {
        bail!("npm was not found; this would mend it: install Node.js 20 or newer");
    }
    run(&mut command("npm", &["ci", "--prefix", dir, "--no-audit", "--no-fund"]))
}

/// What building Wasm needs, the app's or the npm package's.
pub(crate) fn set_up_wasm() -> Result<()> {
    wasm_target()?;
    node_modules()
}

/// `wasm-bindgen`, of the version that the workspace names.
pub(crate) fn bindgen() -> Result<PathBuf> {
    wasm_bindgen("wasm-bindgen")?.find_or_install()
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

fn wasm_target() -> Result<()> {
    let target = "wasm32-unknown-unknown";
    let sysroot = output(&mut command("rustc", &["--print", "sysroot"])).context("rustc was not found")?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(target).is_dir() {
        return Ok(());
    }
    println!("Adding Rust's target {target}, usually 10 seconds…");
    run(&mut command("rustup", &["target", "add", target]))
        .with_context(|| format!("this would mend it: rustup target add {target}"))
}

fn trunk() -> Tool {
    Tool { krate: "trunk", program: "trunk", version: "0.21.14".to_owned(), locked: true, takes: "7 minutes" }
}

fn wasm_bindgen(program: &'static str) -> Result<Tool> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml"))?;
    let version = pinned(&manifest, "wasm-bindgen").context("expected `wasm-bindgen = \"=…\"` in Cargo.toml")?;
    // Its own lock file names a version of a crate that is no longer to be had.
    Ok(Tool { krate: "wasm-bindgen-cli", program, version, locked: false, takes: "2 minutes" })
}

/// The version that a manifest pins with `NAME = "=VERSION"`.
fn pinned(manifest: &str, name: &str) -> Option<String> {
    manifest.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let version = value.trim().strip_prefix("\"=")?.strip_suffix('"')?;
        (key.trim() == name).then(|| version.to_owned())
    })
}

impl Tool {
    fn find_or_install(&self) -> Result<PathBuf> {
        let own = target().join("tools/bin").join(self.program);
        if let Some(found) =
            [on_path(self.program), Some(own.clone())].into_iter().flatten().find(|file| self.fits(file))
        {
            return Ok(found);
        }
        println!("Setting up {} {}: usually {} where it has to be built…", self.krate, self.version, self.takes);
        if !self.binstall(&own) {
            self.build()?;
        }
        if self.fits(&own) {
            return Ok(own);
        }
        bail!("{} was installed, but {} is not version {}", self.krate, own.display(), self.version)
    }

    fn fits(&self, file: &Path) -> bool {
        output(&mut command(file, &["--version"])).is_some_and(|printed| names_version(&printed, &self.version))
    }

    fn binstall(&self, own: &Path) -> bool {
        if on_path("cargo-binstall").is_none() {
            return false;
        }
        let mut binstall = command("cargo", &["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]);
        binstall.arg(target().join("tools")).arg(format!("{}@{}", self.krate, self.version));
        run(&mut binstall).is_ok() && self.fits(own)
    }

    fn build(&self) -> Result<()> {
        let mut install: Command = command("cargo", &["install", self.krate, "--version", &self.version]);
        if self.locked {
            install.arg("--locked");
        }
        install.arg("--root").arg(target().join("tools")).arg("--target-dir").arg(target().join("tools-build"));
        run(install.env_remove("RUSTFLAGS"))
            .with_context(|| format!("this would mend it: cargo install {} --version {}", self.krate, self.version))
    }
}

fn names_version(printed: &str, version: &str) -> bool {
    printed.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::{names_version, pinned};

    #[test]
    fn a_pinned_version_is_read_and_a_loose_one_is_not() {
        let manifest = "a = \"1\"\nwasm-bindgen-test = \"=0.3.80\"\nwasm-bindgen = \"=0.2.130\"\n";
        assert_eq!(pinned(manifest, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(pinned(manifest, "a"), None);
    }

    #[test]
    fn a_version_is_a_whole_word() {
        assert!(names_version("trunk 0.21.14\n", "0.21.14"));
        assert!(!names_version("trunk 0.21.140\n", "0.21.14"));
    }
}
