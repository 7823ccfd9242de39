//! `cargo xtask soak`: the server under load for minutes.

use anyhow::{Result, bail};

use crate::shell::{command, run as show, target};
use crate::tools;

/// Builds the server as it is released, and has `wrk` post tokens to it.
pub(crate) fn run(options: &[&str]) -> Result<()> {
    let (mut minutes, mut connections, mut database) = ("10", "64", "");
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let place = match *option {
            "--minutes" => &mut minutes,
            "--connections" => &mut connections,
            "--database" => &mut database,
            other => bail!("expected --minutes, --connections or --database, found `{other}`"),
        };
        *place = options.next().copied().unwrap_or_default();
        if *option != "--database" && !place.parse::<f64>().is_ok_and(|number| number > 0.0 && number < 10_000.0) {
            bail!("expected a number after {option}, found `{place}`");
        }
    }
    let wrk = tools::wrk()?;
    show(&mut command("cargo", &["build", "--profile", "server", "-p", "claimgate-cli"]))?;
    let mut node = command("node", &["tests/server/soak.mjs"]);
    node.arg(target().join("server/claimgate")).arg(wrk).args([minutes, connections, database]);
    show(node.env("CLAIMGATE_SOAK_FOLDER", target().join("soak")))
}
