//! Wasm modules with the JavaScript of wasm-bindgen, for the npm package and the app's worker.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::jobs::log::Log;
use crate::programs::shell::{command, root, target};
use crate::programs::tools;

/// Features that wasm-opt may use: all hosts of the package support them.
fn wasm_features() -> impl Iterator<Item = &'static str> {
    include_str!("../wasm-tools/features.txt").lines()
}

/// How wasm-opt optimizes.
const OPTIMIZATION: [&str; 5] = [
    "-O3",
    "--converge",
    // Nothing is stored at addresses below 1,024: they are the end of the stack.
    "--low-memory-unused",
    // A function that is inlined only because it has one caller would be compiled with its caller, before the
    // first call.
    "--one-caller-inline-max-function-size",
    "200",
];

/// A module.
#[derive(Clone, Copy)]
pub(crate) struct Module {
    /// The crate.
    pub(crate) package: &'static str,
    /// Its features.
    pub(crate) features: &'static str,
    /// The profile that it is compiled with.
    pub(crate) profile: &'static str,
    /// How large a function may be to be inlined where all crates are optimized together; 225 by default.
    pub(crate) inlining: u32,
    /// What its files are called: `claimgate` makes `claimgate.js` and `claimgate_bg.wasm`.
    pub(crate) output: &'static str,
    /// The folder that it is built in, within `target/npm`.
    pub(crate) folder: &'static str,
}

impl Module {
    /// Compiles it.
    pub(crate) fn compile(self, log: &mut Log) -> Result<()> {
        let words = ["rustc", "-p", self.package];
        let mut cargo = command("cargo", &words);
        let more = "--lib --crate-type cdylib --target wasm32-unknown-unknown --profile";
        cargo
            .args(more.split(' '))
            .arg(self.profile)
            .args(["--features", self.features, "--target-dir"])
            .arg(self.build_folder())
            .args(["--", "-C"])
            .arg(format!("llvm-args=-inline-threshold={}", self.inlining))
            .env_remove("RUSTFLAGS")
            .env("CARGO_ENCODED_RUSTFLAGS", remapped());
        log.build(&mut cargo)
    }

    /// Writes the compiled module and the JavaScript that wasm-bindgen generates into `dist`.
    pub(crate) fn bind(self, log: &mut Log, dist: &Path) -> Result<()> {
        let own = self.build_folder();
        let words = ["--target", "web", "--no-typescript", "--out-name"];
        let mut bind = command(tools::wasm_bindgen(), &words);
        bind.args([self.output, "--out-dir"])
            .arg(dist)
            .arg(self.compiled());
        log.run(&mut bind)?;
        let wasm = dist.join(format!("{}_bg.wasm", self.output));
        // The module that still has its names, for `npm-sizes.mjs`.
        std::fs::copy(&wasm, own.join("named.wasm"))?;
        let mut opt = command(
            root().join("tests/node_modules/.bin/wasm-opt"),
            &OPTIMIZATION,
        );
        log.run(opt.args(wasm_features()).arg(&wasm).arg("-o").arg(&wasm))
    }

    /// The module as the compiler wrote it.
    pub(crate) fn compiled(self) -> PathBuf {
        let name = self.package.replace('-', "_");
        let file = format!("wasm32-unknown-unknown/{}/{name}.wasm", self.profile);
        self.build_folder().join(file)
    }

    /// The folder that it is built in.
    pub(crate) fn build_folder(self) -> PathBuf {
        target().join("npm").join(self.folder)
    }
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
