//! Files that are written whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    /// As for other files.
    Usual,
    /// Its owner only.
    Owner,
}

/// Writes a file, whole or not at all: under another name first.
pub(super) fn write(file: &Path, text: &str, readers: Readers) -> Result<()> {
    let problem = || format!("cannot write `{}`", file.display());
    let folder = file.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).with_context(problem)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}", claimgate_server::random::id()));
    let mode = match readers {
        Readers::Usual => 0o666,
        Readers::Owner => 0o600,
    };
    let options = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .clone();
    let written = options
        .open(&draft)
        .and_then(|mut created| created.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.with_context(problem)
}
