//! `cargo xtask bench`: the numbers of `docs/benchmarks.md`.

use anyhow::Result;

use crate::shell::{command, root, run as show};
use crate::{serve, tools};

/// Native, then Wasm in Node.js, then the app in headless Chromium.
pub(crate) fn run() -> Result<()> {
    show(&mut command("cargo", &["bench", "--quiet", "-p", "claimgate"]))?;
    let app = tools::App::set_up()?;
    tools::nodejs_package()?;
    show(&mut command("node", &["tests/bench/wasm.mjs"]))?;
    app.build()?;
    let address = serve::in_background(&root().join("dist"))?;
    let url = format!("http://{address}/");
    show(command("node", &["tests/bench/app.mjs", &url]).env("CHROMIUM", tools::chromium()?))
}
