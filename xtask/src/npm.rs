//! `cargo xtask npm`: the npm package, packed as it would be published, and what it is tested with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::shell::{command, output, root, run, target};
use crate::tools;

/// The two builds: the host checks signatures, or Rust does.
const FLAVOURS: [(&str, &str); 2] = [("host", ""), ("pure", "pure")];

/// What wasm-opt may count on: all of it is in the hosts that the package names, and in the browsers that the app runs in.
pub(crate) const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds the package, packs it, and prints where.
pub(crate) fn pack() -> Result<PathBuf> {
    let (sources, package) = (root().join("crates/wasm/npm"), target().join("npm/package"));
    if package.is_dir() {
        std::fs::remove_dir_all(&package)?;
    }
    tools::set_up_wasm()?;
    for (name, features) in FLAVOURS {
        let dist = package.join("dist").join(name);
        build(features, &dist)?;
        copy(&sources.join("src/entry"), &dist)?;
        copy(&sources.join("src").join(name), &dist)?;
    }
    for file in ["engine.js", "input.js", "index.d.ts"] {
        std::fs::copy(sources.join("src").join(file), package.join("dist").join(file))?;
    }
    for file in ["package.json", "README.md"] {
        std::fs::copy(sources.join(file), package.join(file))?;
    }
    std::fs::copy(root().join("LICENSE"), package.join("LICENSE"))?;
    let words = ["pack", "--json", "--pack-destination"];
    let mut npm = command("npm", &words);
    let answer = output(npm.arg(target().join("npm")).current_dir(&package)).context("`npm pack` failed")?;
    let name = answer.split("\"filename\": \"").nth(1).and_then(|rest| rest.split('"').next());
    let tarball = target().join("npm").join(name.context("expected a file name in the answer of `npm pack`")?);
    println!("Packed: {}", tarball.display());
    Ok(tarball)
}

/// Writes the reference of the package's API anew, from its types.
pub(crate) fn write_reference() -> Result<()> {
    tools::node_modules_of("tests/npm")?;
    let words = ["--test", "--test-name-pattern", "is up to date", "tests/npm/reference.test.mjs"];
    run(command("node", &words).env("CLAIMGATE_WRITE_API", "1"))
}

/// Builds one flavour into `dist`, with the JavaScript that wasm-bindgen generates.
fn build(features: &str, dist: &Path) -> Result<()> {
    let own = build_folder(features);
    let words = "rustc -p claimgate-wasm --lib --crate-type cdylib --profile npm --target wasm32-unknown-unknown";
    let words: Vec<&str> = words.split(' ').chain(["--features", features, "--target-dir"]).collect();
    run(command("cargo", &words).arg(&own).env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", remapped()))?;
    let words = ["--target", "web", "--no-typescript", "--out-name", "claimgate", "--out-dir"];
    let wasm = own.join("wasm32-unknown-unknown/npm/claimgate_wasm.wasm");
    run(command(tools::bindgen()?, &words).arg(dist).arg(wasm))?;
    let wasm = dist.join("claimgate_bg.wasm");
    // What still has the names, for `npm-sizes.mjs`.
    std::fs::copy(&wasm, own.join("named.wasm"))?;
    // A function that is inlined only because it has one caller would be compiled with its caller, before anybody calls it.
    let words = ["-O3", "--one-caller-inline-max-function-size", "200"];
    let mut opt = command(root().join("tests/node_modules/.bin/wasm-opt"), &words);
    run(opt.args(WASM_FEATURES).arg(&wasm).arg("-o").arg(&wasm))
}

/// Where the builds with those features are kept.
fn build_folder(features: &str) -> PathBuf {
    target().join("npm").join(if features.is_empty() { "build" } else { features })
}

/// Where the builds of both flavours are kept.
pub(crate) fn build_folders() -> [PathBuf; 2] {
    FLAVOURS.map(|(_, features)| build_folder(features))
}

/// Keeps the folders of this machine out of what is published.
fn remapped() -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let flags = [(home, "home"), (cargo, "cargo"), (root(), "claimgate")];
    let flags = flags.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    flags.join("\u{1f}")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let file = entry?.path();
        let Some(name) = file.file_name() else { bail!("{} has no name", file.display()) };
        std::fs::copy(&file, to.join(name))?;
    }
    Ok(())
}
