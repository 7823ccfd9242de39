//! The code editor's module: CodeMirror, bundled from npm.

use anyhow::Result;

use crate::shell::{command, run};
use crate::tools::node_modules_of;

/// Writes `web/editor/dist/editor.js`, which Trunk copies.
pub(crate) fn build() -> Result<()> {
    node_modules_of("web/editor")?;
    run(&mut command("npm", &["run", "--silent", "--prefix", "web/editor", "build"]))
}
