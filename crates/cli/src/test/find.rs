//! Finds files of tests.

use anyhow::{Context as _, Result, bail};
use std::path::Path;
use walkdir::{DirEntry, WalkDir};

/// How the names of files of tests end.
pub(super) const ENDINGS: [&str; 3] = [".test.json", ".test.yaml", ".test.yml"];

/// Folders in which there are other people's files.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

/// These files, and those in the folders among them, by name.
pub(super) fn files(names: &[String]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for name in names {
        if name != "-" && Path::new(name).is_dir() {
            files.extend(in_folder(name)?);
        } else {
            files.push(name.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|name| seen.insert(name.clone()));
    Ok(files)
}

fn in_folder(folder: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry)) {
        let entry = entry.with_context(|| format!("cannot read the folder `{folder}`"))?;
        let name = entry.path().to_string_lossy();
        if entry.file_type().is_file() && ENDINGS.iter().any(|end| name.ends_with(end)) {
            // Names identify tests: they are the same on all systems.
            let name = name.replace(std::path::MAIN_SEPARATOR, "/");
            found.push(name.strip_prefix("./").map(str::to_owned).unwrap_or(name));
        }
    }
    if found.is_empty() {
        bail!(
            "no file in the folder `{folder}` ends in {}",
            ENDINGS.map(|end| format!("`{end}`")).join(", ")
        );
    }
    Ok(found)
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.file_type().is_dir() && (name.starts_with('.') || SKIPPED.contains(&&*name))
}
