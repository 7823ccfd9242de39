//! `wasm-bindgen`, as Trunk and the npm package's build call it: the options that they use. With
//! `CLAIMGATE_SPLIT` it splits the app's Wasm first.
//!
//! It is not called so: rustc refuses a crate of that name whose version is below wasm-bindgen's
//! own.

mod chunks;
mod split;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use wasm_bindgen_cli_support::Bindgen;

use crate::split::Split;

/// The options of wasm-bindgen's own command line that are used here.
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
    /// Does what wasm-bindgen does. The parts of a module that was split refer to symbols and
    /// exports of its main part, which have to stay.
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

    /// The module that it writes.
    pub(crate) fn output(&self) -> PathBuf {
        self.out_dir.join(format!("{}_bg.wasm", self.out_name))
    }
}

/// The features that binaryen's programs may use: those of the hosts that the npm package names,
/// and of the browsers that the app supports.
pub(crate) fn wasm_features() -> impl Iterator<Item = &'static str> {
    include_str!("../features.txt").lines()
}

/// One of binaryen's programs, from npm.
pub(crate) fn binaryen(program: &str, root: &Path) -> PathBuf {
    root.join("tests/node_modules/.bin").join(program)
}

/// Runs a program; an error carries what it printed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

/// What a program prints on standard output.
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
