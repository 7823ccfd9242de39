//! Taking the app's Wasm apart: what only one page needs becomes a file of its own, loaded when somebody goes there.
//!
//! That has to be done before wasm-bindgen, which Trunk calls. So Trunk is given a `wasm-bindgen` of ours, a script that comes
//! back to [`bindgen`] here, and the files are put beside Trunk's when it is done.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::chunks;
use crate::shell::{command, root, run, target};

/// The module that the app's Wasm loads its parts by.
const LINK: &str = "__wasm_split.js";

/// Where the parts wait until Trunk is done.
fn parts() -> PathBuf {
    target().join("split")
}

/// A folder with a `wasm-bindgen` in it that is [`bindgen`].
pub(crate) fn shim(real: &Path) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let dir = target().join("tools/split");
    std::fs::create_dir_all(&dir)?;
    let file = dir.join("wasm-bindgen");
    let own = std::env::current_exe()?;
    let manifest = root().join("xtask");
    let script = format!(
        "#!/bin/sh\nCARGO_MANIFEST_DIR='{}' exec '{}' wasm-bindgen '{}' \"$@\"\n",
        manifest.display(),
        own.display(),
        real.display()
    );
    std::fs::write(&file, script)?;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))?;
    Ok(dir)
}

/// What Trunk calls as `wasm-bindgen`: takes the Wasm apart first, where it was built to be.
pub(crate) fn bindgen(real: &Path, arguments: &[&str]) -> Result<()> {
    let Some(input) = arguments.iter().find(|argument| argument.ends_with(".wasm")) else {
        return run_quietly(real, arguments);
    };
    let wasm = std::fs::read(input).with_context(|| format!("cannot read {input}"))?;
    let parts = parts();
    if parts.is_dir() {
        std::fs::remove_dir_all(&parts)?;
    }
    std::fs::create_dir_all(&parts)?;
    let main = parts.join("main.wasm");
    let link = format!("./{LINK}");
    let mut options = wasm_split_cli_support::Options::new(&wasm);
    options.output_dir = &parts;
    options.main_out_path = &main;
    options.link_name = &link;
    options.main_module = "./main.js";
    wasm_split_cli_support::transform(options).map_err(|error| anyhow!("the Wasm cannot be taken apart: {error:?}"))?;
    let main = main.display().to_string();
    let others = arguments.iter().map(|argument| if argument == input { main.as_str() } else { argument });
    let all: Vec<&str> = ["--keep-lld-exports", "--no-demangle"].into_iter().chain(others).collect();
    run_quietly(real, &all)
}

/// Puts the parts beside what Trunk has built, made small.
pub(crate) fn finish(dist: &Path) -> Result<()> {
    let parts = parts();
    let files = |dir: &Path, ending: &str| -> Result<Vec<PathBuf>> {
        let mut files: Vec<_> = std::fs::read_dir(dir)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| file.to_string_lossy().ends_with(ending))
            .collect();
        files.sort();
        Ok(files)
    };
    let scripts = files(dist, ".js")?;
    let is_main =
        |file: &&PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("claimgate-web"));
    let Some(main) = scripts.iter().find(is_main).and_then(|file| file.file_name()) else {
        bail!("expected the app's JavaScript in {}, found none", dist.display());
    };
    let link =
        std::fs::read_to_string(parts.join(LINK)).context("expected the loader of the app's parts, found none")?;
    let link = chunks::merge(&parts, &link)?;
    std::fs::write(dist.join(LINK), link.replace("./main.js", &format!("./{}", main.to_string_lossy())))?;
    for part in files(&parts, ".wasm")?.iter().filter(|file| !file.ends_with("main.wasm")) {
        let Some(name) = part.file_name() else { continue };
        let mut opt = command(root().join("tests/node_modules/.bin/wasm-opt"), &["-Oz"]);
        run(opt.args(crate::npm::WASM_FEATURES).arg(part).arg("-o").arg(dist.join(name)))?;
    }
    Ok(())
}

fn run_quietly(program: &Path, arguments: &[&str]) -> Result<()> {
    let status = command(program, arguments).current_dir(std::env::current_dir()?).status()?;
    if status.success() {
        return Ok(());
    }
    bail!("wasm-bindgen failed ({status})")
}
