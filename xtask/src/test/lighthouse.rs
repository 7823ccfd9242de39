//! Lighthouse, for accessibility, best practices and times.

use anyhow::Result;

use crate::jobs::counts::Runner;
use crate::jobs::log::Log;
use crate::programs::shell::command;
use crate::programs::system;
use crate::{app, serve};

/// Audits the built app.
pub(crate) fn audit(log: &mut Log, options: &[&str]) -> Result<()> {
    let address = serve::in_background(&app::dist()?)?;
    let mut node = command("node", &["tests/lighthouse/audit.mjs"]);
    node.args(options)
        .env("CLAIMGATE_APP_URL", format!("http://{address}/"))
        .env("CHROMIUM", system::chromium()?);
    log.test(Runner::Lighthouse, &mut node)
}
