//! Building the app into `dist/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::jobs::job::{Job, Lane};
use crate::jobs::log::Log;
use crate::npm;
use crate::programs::shell::{cargo, command, root, target};
use crate::programs::tools;

/// The module that loads the parts of the app's Wasm.
const LINK: &str = "__wasm_split.js";

/// The inputs of `dist/` besides the Wasm: the files that Trunk and the scripts after it read.
const SOURCES: [&str; 11] = [
    "index.html",
    "docs",
    "Trunk.toml",
    "web/static",
    "web/styles",
    "web/build",
    "web/analysis/worker.js",
    "web/editor/src",
    "web/editor/package-lock.json",
    "tests/package-lock.json",
    "xtask/src/app.rs",
];

/// The jobs that build the app; the last one is `app`.
pub(crate) fn jobs() -> Vec<Job> {
    vec![
        tools::modules_job(),
        tools::trunk_job(),
        tools::wasm_tools_job(),
        Job::new("app-wasm", "the app's Wasm, release build", 240.0, compile)
            .after(&["modules"])
            .in_lane(Lane::Web),
        npm::analysis_job(),
        Job::new("app", "the app's files", 80.0, package).after(&[
            "modules",
            "trunk",
            "wasm-tools",
            "app-wasm",
            "analysis-wasm",
        ]),
    ]
}

/// The job that builds the development version: without splitting and optimization.
pub(crate) fn dev_job() -> Job {
    Job::new("app-dev", "the app, development build", 60.0, package_dev)
        .after(&["modules", "trunk", "wasm-tools", "analysis-wasm"])
        .in_lane(Lane::Dev)
}

/// The folder of the development build for browser tests. `cargo xtask dev` has another one,
/// because it may be serving at the same time.
pub(crate) fn dev_dist() -> PathBuf {
    target().join("dev/test-dist")
}

fn package_dev(log: &mut Log) -> Result<()> {
    let _lock = log.lock("test-dist")?;
    bundle_editor(log)?;
    bind_analysis(log)?;
    std::fs::create_dir_all(dev_dist())?;
    let mut trunk = command(tools::trunk(log)?, &["build", "--offline", "--dist"]);
    trunk.arg(dev_dist()).env("CLAIMGATE_DEV", "app");
    log.run(prepare_trunk(&mut trunk)?)
}

/// Compiles the app with Trunk's options, so that Trunk itself can be built at the same time, and
/// then finds it compiled.
fn compile(log: &mut Log) -> Result<()> {
    let manifest = root().join("web/Cargo.toml");
    let mut build = cargo(
        "build --target=wasm32-unknown-unknown --profile web --features split --manifest-path",
    );
    log.build(with_flags(build.arg(manifest)))
}

/// Splitting needs the Wasm's relocations; the other flags are those of .cargo/config.toml.
fn with_flags(command: &mut Command) -> &mut Command {
    let flags = "--cfg\u{1f}erase_components\u{1f}-Clink-args=--emit-relocs";
    command
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .env_remove("RUSTFLAGS")
}

/// Builds `dist/` from the Wasm and the files of `web/`, if any of them has changed.
fn package(log: &mut Log) -> Result<()> {
    let _lock = log.lock("dist")?;
    let (dist, stamp) = (root().join("dist"), target().join("xtask/dist.sha256"));
    let hash = input_hash()?;
    if std::fs::read_to_string(&stamp).is_ok_and(|last| last == hash)
        && dist.join("index.html").is_file()
    {
        log.say("dist/ is up to date");
        return Ok(());
    }
    let _ = std::fs::remove_file(&stamp);
    bundle_editor(log)?;
    bind_analysis(log)?;
    let parts = target().join("split");
    let mut trunk = command(
        tools::trunk(log)?,
        &["build", "--release", "--offline", "--features", "split"],
    );
    with_flags(&mut trunk)
        .env("CLAIMGATE_SPLIT", &parts)
        .env("CLAIMGATE_ROOT", root());
    trunk.env("CLAIMGATE_WASM_CACHE", target().join("wasm-opt"));
    log.run(prepare_trunk(&mut trunk)?)?;
    add_parts(&parts, &dist)?;
    log.run(&mut command("node", &["web/build/finish.mjs", "dist"]))?;
    std::fs::write(&stamp, hash)?;
    Ok(())
}

/// Trunk must find every tool on PATH, or it would download a missing one, and every path that its
/// configuration ignores, or it does not start.
pub(crate) fn prepare_trunk(trunk: &mut Command) -> Result<&mut Command> {
    let configuration = std::fs::read_to_string(root().join("Trunk.toml"))?;
    for path in ignored(&configuration)? {
        let path = root().join(path);
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot create {}", path.display()))?;
    }
    let programs = tools::wasm_bindgen();
    let mut dirs: Vec<PathBuf> = programs
        .parent()
        .map(Path::to_path_buf)
        .into_iter()
        .collect();
    dirs.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    // A backtrace of Trunk's does not say what it could not build.
    Ok(trunk
        .env("PATH", std::env::join_paths(dirs)?)
        .env("RUST_BACKTRACE", "0"))
}

/// The paths that Trunk's configuration ignores, relative to the root.
fn ignored(configuration: &str) -> Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Configuration {
        watch: Watch,
    }
    #[derive(serde::Deserialize)]
    struct Watch {
        ignore: Vec<String>,
    }
    let configuration: Configuration = toml::from_str(configuration).context("Trunk.toml")?;
    Ok(configuration.watch.ignore)
}

/// Writes `web/editor/dist/editor.js`, CodeMirror as one module, which Trunk copies.
pub(crate) fn bundle_editor(log: &mut Log) -> Result<()> {
    log.run(&mut tools::npm(&[
        "run",
        "--silent",
        "--prefix",
        "web/editor",
        "build",
    ]))
}

/// Writes the analysis's Wasm and its JavaScript into `web/analysis/dist`, which Trunk copies.
pub(crate) fn bind_analysis(log: &mut Log) -> Result<()> {
    npm::ANALYSIS.bind(log, &root().join("web/analysis/dist"))
}

/// Copies the parts of the Wasm next to Trunk's files, with the loader that imports Trunk's module.
fn add_parts(parts: &Path, dist: &Path) -> Result<()> {
    let mut main = None;
    for entry in std::fs::read_dir(dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("claimgate-web") && name.ends_with(".js") {
            main = Some(name);
        }
    }
    let Some(main) = main else {
        bail!(
            "expected the app's JavaScript in {}, found none",
            dist.display()
        )
    };
    for entry in std::fs::read_dir(parts)? {
        let file = entry?.path();
        if let Some(name) = file
            .file_name()
            .filter(|_| file.extension().is_some_and(|ending| ending == "wasm"))
        {
            std::fs::copy(&file, dist.join(name))?;
        }
    }
    let link = std::fs::read_to_string(parts.join(LINK))
        .context("expected the loader of the app's parts, found none")?;
    std::fs::write(
        dist.join(LINK),
        link.replace("./main.js", &format!("./{main}")),
    )?;
    Ok(())
}

/// A hash of all inputs of `dist/`.
fn input_hash() -> Result<String> {
    let mut files = vec![target().join("wasm32-unknown-unknown/web/claimgate-web.wasm")];
    files.push(npm::ANALYSIS.compiled());
    files.push(tools::wasm_bindgen());
    for source in SOURCES {
        list(&root().join(source), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content =
            std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        list(&entry?.path(), files)?;
    }
    Ok(())
}

/// The folder of the built app.
pub(crate) fn dist() -> Result<PathBuf> {
    let dist = root().join("dist");
    if !dist.join("index.html").is_file() {
        bail!("expected the built app in dist/, found none; how to fix: cargo xtask build");
    }
    Ok(dist)
}

#[cfg(test)]
mod tests {
    use super::ignored;
    use crate::programs::shell::root;

    #[test]
    fn the_paths_that_trunk_ignores_are_read() {
        let configuration = std::fs::read_to_string(root().join("Trunk.toml")).unwrap();
        let paths = ignored(&configuration).unwrap();
        assert!(paths.iter().any(|path| path == "dist"), "{paths:?}");
        for path in paths {
            let is_file = root().join(&path).is_file();
            assert!(!is_file, "{path} would be created as a folder");
        }
    }
}
