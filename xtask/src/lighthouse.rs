//! Lighthouse, for accessibility, best practices and times.

use anyhow::Result;

use crate::counts::Runner;
use crate::log::Log;
use crate::shell::command;
use crate::{app, serve, system};

/// Audits the built app.
pub(crate) fn audit(log: &mut Log, options: &[&str]) -> Result<()> {
    let address = serve::in_background(&app::dist()?)?;
    let mut node = command("node", &["tests/lighthouse/audit.mjs"]);
    node.args(options)
        .env("CLAIMGATE_APP_URL", format!("http://{address}/"))
        .env("CHROMIUM", system::chromium()?);
    log.test(Runner::Lighthouse, &mut node)
}
