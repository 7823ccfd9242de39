//! `cargo xtask bench`: the numbers of `docs/benchmarks.md`.

use anyhow::Result;

use crate::shell::{command, root, run as show};
use crate::{npm, serve, steps, tools};

/// Native, then among many policies and beside other ways, then Wasm in Node.js, then the app in headless Chromium.
pub(crate) fn run() -> Result<()> {
    show(&mut command("cargo", &["bench", "--quiet", "-p", "claimgate"]))?;
    let words = ["run", "--quiet", "--release", "--manifest-path", "crates/bench/Cargo.toml"];
    show(command("cargo", &words).env("CARGO_TARGET_DIR", root().join("target/bench")))?;
    let app = tools::App::set_up()?;
    app.build()?;
    let address = serve::in_background(&root().join("dist"))?;
    let url = format!("http://{address}/");
    show(command("node", &["tests/bench/app.mjs", &url]).env("CHROMIUM", tools::chromium()?))?;
    show(steps::lighthouse_command()?.arg("--times"))
}

/// The npm package, as installed from its tarball.
pub(crate) fn npm() -> Result<()> {
    let tarball = npm::pack()?;
    tools::node_modules_of("tests/bench")?;
    let words = ["install", "--no-save", "--no-audit", "--no-fund", "--no-package-lock"];
    show(command("npm", &words).arg(tarball).current_dir(root().join("tests/bench")))?;
    show(&mut command("node", &["tests/bench/npm.mjs"]))?;
    show(command("node", &["tests/bench/npm-sizes.mjs"]).args(npm::build_folders()))
}
