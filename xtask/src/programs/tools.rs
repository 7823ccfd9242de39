//! The programs that the build and the tests need: found on PATH or in the cache, or else built from
//! source in an exact version. Cargo checks each crate against the registry's checksum and the
//! program's own Cargo.lock, Go each module against its checksum database; ready-made binaries, which
//! only their publisher's word vouches for, are not downloaded.
//!
//! Programs that are slow to build are cached by version in the user's cache folder, like the
//! browsers of test tools: a second checkout finds them there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::cached::{CachedProgram, cache};
use super::shell::{cargo, command, on_path, output, root, target};
use crate::jobs::job::{Job, Lane};
use crate::jobs::log::Log;

/// The version of Trunk, which builds the app.
const TRUNK: &str = "0.21.14";
/// The version of actionlint, which checks the workflows.
const ACTIONLINT: &str = "v1.7.12";

/// The job that installs Rust's target for Wasm and the npm modules of the builds.
pub(crate) fn modules_job() -> Job {
    let what = "Rust's target for Wasm and npm modules";
    Job::new("modules", what, 15.0, set_up_builds).kept()
}

/// The job that installs Trunk.
pub(crate) fn trunk_job() -> Job {
    let what = "Trunk, which builds the app";
    Job::new("trunk", what, 200.0, |log| trunk(log).map(drop)).kept()
}

/// The job that builds wasm-bindgen.
pub(crate) fn wasm_tools_job() -> Job {
    Job::new("wasm-tools", "wasm-bindgen", 60.0, wasm_tools)
        .kept()
        .in_lane(Lane::Dev)
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
        log.say(&format!("building Trunk {TRUNK}, once for all checkouts"));
        // It runs for only seconds at a time, and a build without optimization takes half the time.
        // TLS and the update check are needed only for downloads, which Trunk would not check.
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
            .with_context(|| format!("how to fix: cargo install trunk --version {TRUNK} --locked"));
        // Half a gigabyte that is no longer needed.
        if result.is_ok() {
            let _ = std::fs::remove_dir_all(target().join("tools-build"));
        }
        result
    })
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

/// The folder of the Go module that builds the `pulumi` program.
const PULUMI: &str = "tests/pulumi";

/// The `pulumi` program in the version of its Go module, from Go's module proxy and checksum database; `None` without Go.
/// It is built once for a version.
pub(crate) fn pulumi(log: &mut Log) -> Result<Option<PathBuf>> {
    let package = "github.com/pulumi/pulumi/pkg/v3";
    let module = std::fs::read_to_string(root().join(PULUMI).join("go.mod"))?;
    let version = module.lines().find_map(|line| {
        let version = line.trim().strip_prefix(package)?.trim();
        version.split(' ').next()?.strip_prefix('v')
    });
    let version = version.with_context(|| format!("expected {package} in {PULUMI}/go.mod"))?;
    let cached = CachedProgram {
        folder: target().join("pulumi").join(version),
        program: "pulumi",
    };
    if on_path("go").is_none() && !cached.folder.is_dir() {
        return Ok(None);
    }
    let fits = |file: &Path| {
        let printed = output(command(file, &["version"]).env("PULUMI_SKIP_UPDATE_CHECK", "true"));
        printed.is_some_and(|printed| printed.trim().trim_start_matches('v') == version)
    };
    let install = |log: &mut Log, folder: &Path| {
        log.say(&format!(
            "building pulumi {version}, once for its version: 4 to 7 minutes"
        ));
        let name = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
        let mut go = command("go", &["build", "-trimpath", "-ldflags"]);
        go.arg(format!("-s -w -X {name}={version}"))
            .arg("-o")
            .arg(folder.join("bin/pulumi"))
            .arg(format!("{package}/cmd/pulumi"));
        log.build(
            go.current_dir(root().join(PULUMI))
                .env("GOFLAGS", "-mod=readonly"),
        )
    };
    cached.find_or(log, fits, install).map(Some)
}

/// Installs the npm modules of a folder from its lock file.
pub(crate) fn node_modules(log: &mut Log, dir: &str) -> Result<()> {
    let _lock = log.lock("node-modules")?;
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

#[cfg(test)]
mod tests {
    use super::super::shell::root;

    #[test]
    fn the_image_and_the_releases_are_built_with_one_exact_toolchain() {
        let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
        let versions = ["ci.yml", "release.yml"].map(|file| {
            let text = read(&format!(".github/workflows/{file}"));
            let line = |line: &str| {
                line.trim()
                    .strip_prefix("RUSTUP_TOOLCHAIN: ")
                    .map(str::to_owned)
            };
            text.lines().find_map(line).unwrap()
        });
        assert_eq!(versions[0], versions[1]);
        let version = versions[0].trim_matches('"');
        let is_exact = version.split('.').count() == 3
            && version.split('.').all(|part| part.parse::<u32>().is_ok());
        assert!(is_exact, "{version}");
        let base = format!("FROM rust:{version}-");
        let dockerfile = read("Dockerfile");
        assert!(
            dockerfile.lines().any(|line| line.starts_with(&base)),
            "{base}"
        );
        // Otherwise the channel of rust-toolchain.toml takes precedence over the image's toolchain.
        let variable = format!("ENV RUSTUP_TOOLCHAIN={version}");
        assert!(
            dockerfile.lines().any(|line| line == variable),
            "{variable}"
        );
    }

    #[test]
    fn the_workflows_name_exact_versions() {
        for file in ["ci.yml", "release.yml"] {
            let path = root().join(".github/workflows").join(file);
            let text = std::fs::read_to_string(path).unwrap();
            for line in text.lines().map(str::trim) {
                assert!(!line.contains("-latest"), "{file}: {line}");
                let version = line
                    .split_once("-version: \"")
                    .map(|(_, version)| version.trim_end_matches('"'));
                assert!(
                    version.is_none_or(|version| version.split('.').count() == 3),
                    "{file}: {line}"
                );
            }
        }
    }
}
