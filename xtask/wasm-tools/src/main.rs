//! `wasm-bindgen` with the options that Trunk and the npm package's build use. With
//! `CLAIMGATE_SPLIT` it splits the app's Wasm first.
//!
//! The crate has another name because rustc refuses a crate called wasm-bindgen whose version is
//! below wasm-bindgen's own.

mod chunks;
mod paths;
mod split;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use wasm_bindgen_cli_support::Bindgen;

use crate::paths::Split;

/// The supported options of wasm-bindgen's own command line.
#[derive(Parser)]
#[command(name = "wasm-bindgen", version = wasm_bindgen_shared::version())]
pub(crate) struct Arguments {
    input: PathBuf,
    #[arg(long)]
    target: Target,
    #[arg(long)]
    out_dir: PathBuf,
    #[arg(long)]
    out_name: String,
    #[arg(long)]
    no_typescript: bool,
    #[arg(long)]
    keep_debug: bool,
    #[arg(long)]
    no_demangle: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    Web,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match Split::from_env() {
        Some(split) => split.bindgen(&arguments),
        None => arguments.bindgen(&arguments.input, false),
    }
}

impl Arguments {
    /// Runs wasm-bindgen. The parts of a split module refer to symbols and exports of its main
    /// part, which must be kept.
    pub(crate) fn bindgen(&self, input: &Path, is_split: bool) -> Result<()> {
        let mut bindgen = Bindgen::new();
        match self.target {
            Target::Web => bindgen.web(true)?,
        };
        bindgen
            .input_path(input)
            .out_name(&self.out_name)
            .typescript(!self.no_typescript)
            .keep_debug(self.keep_debug)
            .demangle(!self.no_demangle && !is_split)
            .keep_lld_exports(is_split)
            .generate(&self.out_dir)
    }

    /// The path of the output module.
    pub(crate) fn output(&self) -> PathBuf {
        self.out_dir.join(format!("{}_bg.wasm", self.out_name))
    }
}

/// The features that binaryen's programs may use: those of the package's hosts, and of the browsers
/// that the app supports.
pub(crate) fn wasm_features() -> impl Iterator<Item = &'static str> {
    include_str!("../features.txt").lines()
}

/// The path of a binaryen program, from npm.
pub(crate) fn binaryen(program: &str, root: &Path) -> PathBuf {
    root.join("tests/node_modules/.bin").join(program)
}

/// Runs a program; an error contains its output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

/// The standard output of a program.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{name}` could not be started"))?;
    if !output.status.success() {
        bail!(
            "`{name}` failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
