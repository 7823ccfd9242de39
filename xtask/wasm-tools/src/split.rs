//! Splits the app's Wasm: code that only one page needs is moved to a file of its own, loaded when
//! that page is opened.
//!
//! This has to happen before `wasm-bindgen` runs, which Trunk calls. So this program takes the
//! place of `wasm-bindgen`, and xtask copies the parts next to Trunk's files afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};

use crate::paths::Split;
use crate::{Arguments, chunks, run};

/// The module that loads the parts of the app's Wasm.
const LINK: &str = "__wasm_split.js";

impl Split {
    /// Splits the module, has wasm-bindgen process its main part, and optimizes all parts.
    pub(crate) fn bindgen(&self, arguments: &Arguments) -> Result<()> {
        let main = self.split(&arguments.input)?;
        arguments.bindgen(&main, true)?;
        std::fs::remove_file(&main)?;
        let link = std::fs::read_to_string(self.parts.join(LINK))
            .context("expected the loader of the app's parts, found none")?;
        std::fs::write(self.parts.join(LINK), chunks::merge(self, &link)?)?;
        let mut modules = files(&self.parts, ".wasm")?;
        modules.push(arguments.output());
        self.optimize(&modules)
    }

    /// Writes the parts; returns the main one.
    fn split(&self, input: &Path) -> Result<PathBuf> {
        let wasm =
            std::fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
        if self.parts.is_dir() {
            std::fs::remove_dir_all(&self.parts)?;
        }
        std::fs::create_dir_all(&self.parts)?;
        let main = self.parts.join("main.wasm");
        let link = format!("./{LINK}");
        let mut options = wasm_split_cli_support::Options::new(&wasm);
        options.output_dir = &self.parts;
        options.main_out_path = &main;
        options.link_name = &link;
        options.main_module = "./main.js";
        wasm_split_cli_support::transform(options)
            .map_err(|error| anyhow!("the Wasm cannot be split: {error:?}"))?;
        Ok(main)
    }

    /// Optimizes modules for size, in place, in one process.
    fn optimize(&self, modules: &[PathBuf]) -> Result<()> {
        let mut node = Command::new("node");
        node.arg(self.root.join("web/build/optimize.mjs"))
            .arg("--cache")
            .arg(&self.cache);
        run(node.args(crate::wasm_features()).args(modules))
    }
}

/// The files of a folder with that ending, sorted.
fn files(dir: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> = std::fs::read_dir(dir)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    Ok(files)
}
