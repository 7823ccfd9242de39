//! Adds counterexamples to files of tests.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use claimgate::diagnostic::Diagnostics;
use claimgate_analysis::policy_tests::Case;
use claimgate_formats::append::append_items;

use super::Tested;
use crate::output::{self, count};

/// Adds the counterexamples that a file does not have yet, as cases, and says so.
pub(super) fn keep(tested: &Tested) -> Result<()> {
    let Some(file) = &tested.file else {
        return Ok(());
    };
    let name = &tested.report.file;
    let cases = tested.report.new_cases(file);
    if cases.is_empty() {
        return Ok(());
    }
    let values: Vec<_> = cases.iter().map(Case::to_value).collect();
    let text = append_items(&tested.text, "cases", &values)
        .map_err(Diagnostics::from)
        .with_context(|| format!("cannot add cases to `{name}`"))?;
    replace(Path::new(name), &text).with_context(|| format!("cannot write `{name}`"))?;
    let added = count(cases.len(), "counterexample", "counterexamples");
    output::write_error(&format!("{}: added {added}\n", output::lines(name)));
    Ok(())
}

/// Replaces a file at once, so that it is never half written.
fn replace(path: &Path, text: &str) -> Result<()> {
    let path = std::fs::canonicalize(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = std::fs::File::create_new(&new)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| file.set_permissions(std::fs::metadata(&path)?.permissions()))
        .and_then(|()| std::fs::rename(&new, &path));
    if written.is_err() {
        // The reason is reported; the new file would be in the way.
        let _ = std::fs::remove_file(&new);
    }
    Ok(written?)
}
