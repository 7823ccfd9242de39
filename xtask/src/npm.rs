//! Builds and packs the npm package for publication.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::jobs::job::Job;
use crate::jobs::log::Log;
use crate::programs::shell::{command, root, run, target};
use crate::programs::tools;

/// The two builds, with the features of each: the host checks signatures, or Rust does.
const FLAVOURS: [(&str, &str); 2] = [("host", ""), ("pure", "pure")];

/// How large a function may be to be inlined where all crates are optimized together. By default, 225: the package
/// would have a tenth more bytes, and decisions would take as long.
const INLINING: &str = "llvm-args=-inline-threshold=50";

/// The files that both flavours share.
const SHARED: [&str; 6] = [
    "engine.js",
    "address.js",
    "special-addresses.js",
    "input.js",
    "protocol.js",
    "index.d.ts",
];

/// Features that wasm-opt may use: all hosts of the package support them.
fn wasm_features() -> impl Iterator<Item = &'static str> {
    include_str!("../wasm-tools/features.txt").lines()
}

/// The jobs that build the package; the last one is `npm-pack`. They depend on no others.
pub(crate) fn jobs() -> Vec<Job> {
    vec![tools::modules_job(), tools::wasm_tools_job()]
        .into_iter()
        .chain(package_jobs())
        .collect()
}

/// The jobs that build the package, after `modules` and `wasm-tools`.
pub(crate) fn package_jobs() -> [Job; 3] {
    let [(_, host), (_, pure)] = FLAVOURS;
    [
        Job::new(
            "npm-host",
            "the npm package, signatures by the host",
            100.0,
            move |log| compile(log, host),
        )
        .after(&["modules"]),
        Job::new(
            "npm-pure",
            "the npm package, signatures in Wasm",
            120.0,
            move |log| compile(log, pure),
        )
        .after(&["modules"]),
        Job::new("npm-pack", "the npm package, packed", 20.0, pack).after(&[
            "npm-host",
            "npm-pure",
            "wasm-tools",
        ]),
    ]
}

/// Compiles one flavour.
fn compile(log: &mut Log, features: &str) -> Result<()> {
    let words = "rustc -p claimgate-wasm --lib --crate-type cdylib --profile npm --target wasm32-unknown-unknown";
    let words: Vec<&str> = words
        .split(' ')
        .chain(["--features", features, "--target-dir"])
        .collect();
    let mut cargo = command("cargo", &words);
    cargo
        .arg(build_folder(features))
        .args(["--", "-C", INLINING])
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", remapped());
    log.build(&mut cargo)
}

/// Assembles the package from both compiled flavours, and packs it.
fn pack(log: &mut Log) -> Result<()> {
    let _lock = log.lock("npm-package")?;
    let (sources, package) = (root().join("crates/wasm/npm"), target().join("npm/package"));
    if package.is_dir() {
        std::fs::remove_dir_all(&package)?;
    }
    for (name, features) in FLAVOURS {
        let dist = package.join("dist").join(name);
        bind(log, features, &dist)?;
        copy(&sources.join("src/entry"), &dist)?;
        copy(&sources.join("src").join(name), &dist)?;
    }
    for file in SHARED {
        std::fs::copy(
            sources.join("src").join(file),
            package.join("dist").join(file),
        )?;
    }
    for file in ["package.json", "README.md"] {
        std::fs::copy(sources.join(file), package.join(file))?;
    }
    std::fs::copy(root().join("LICENSE"), package.join("LICENSE"))?;
    let mut npm = tools::npm(&["pack", "--pack-destination"]);
    log.run(npm.arg(target().join("npm")).current_dir(&package))?;
    log.say(&format!("packed: {}", tarball()?.display()));
    Ok(())
}

/// The path of the packed package.
pub(crate) fn tarball() -> Result<PathBuf> {
    let manifest = std::fs::read_to_string(root().join("crates/wasm/npm/package.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
    let version = manifest["version"]
        .as_str()
        .context("expected a version in the npm package's package.json")?;
    Ok(target().join(format!("npm/claimgate-{version}.tgz")))
}

/// Installs the packed package into the `node_modules` of a folder.
pub(crate) fn install(log: &mut Log, dir: &str) -> Result<()> {
    tools::node_modules(log, dir)?;
    let mut npm = tools::npm(&[
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
    ]);
    log.run(npm.arg(tarball()?).current_dir(root().join(dir)))
}

/// Generates the reference of the package's API from its types.
pub(crate) fn write_reference() -> Result<()> {
    run(&mut tools::npm(&[
        "ci",
        "--prefix",
        "tests/npm",
        "--no-audit",
        "--no-fund",
    ]))?;
    let words = [
        "--test",
        "--test-name-pattern",
        "is up to date",
        "tests/npm/reference.test.mjs",
    ];
    run(command("node", &words).env("CLAIMGATE_WRITE_API", "1"))
}

/// Writes one flavour's module and the JavaScript that wasm-bindgen generates into `dist`.
fn bind(log: &mut Log, features: &str, dist: &Path) -> Result<()> {
    let own = build_folder(features);
    let words = [
        "--target",
        "web",
        "--no-typescript",
        "--out-name",
        "claimgate",
        "--out-dir",
    ];
    let wasm = own.join("wasm32-unknown-unknown/npm/claimgate_wasm.wasm");
    log.run(command(tools::wasm_bindgen(), &words).arg(dist).arg(wasm))?;
    let wasm = dist.join("claimgate_bg.wasm");
    // The module that still has its names, for `npm-sizes.mjs`.
    std::fs::copy(&wasm, own.join("named.wasm"))?;
    // A function that is inlined only because it has one caller would be compiled with its caller,
    // before the first call.
    let words = ["-O3", "--one-caller-inline-max-function-size", "200"];
    let mut opt = command(root().join("tests/node_modules/.bin/wasm-opt"), &words);
    log.run(opt.args(wasm_features()).arg(&wasm).arg("-o").arg(&wasm))
}

/// The folder of the builds with those features.
fn build_folder(features: &str) -> PathBuf {
    target().join("npm").join(if features.is_empty() {
        "build"
    } else {
        features
    })
}

/// The folders of both flavours.
pub(crate) fn build_folders() -> [PathBuf; 2] {
    FLAVOURS.map(|(_, features)| build_folder(features))
}

/// Removes local paths from the published files.
fn remapped() -> String {
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let flags = [(home, "home"), (cargo, "cargo"), (root(), "claimgate")];
    let flags = flags.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    flags.join("\u{1f}")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in
        std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?
    {
        let file = entry?.path();
        let Some(name) = file.file_name() else {
            bail!("{} has no name", file.display())
        };
        std::fs::copy(&file, to.join(name))?;
    }
    Ok(())
}
