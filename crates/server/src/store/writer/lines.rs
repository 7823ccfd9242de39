//! The audit log as lines of JSON.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::store::AuditRecord;

/// Where they go.
#[derive(Debug)]
pub(super) enum Lines {
    None,
    Standard,
    File(File),
}

impl Lines {
    pub(super) fn open(path: Option<PathBuf>) -> io::Result<Self> {
        Ok(match path {
            None => Self::None,
            Some(path) if path.as_os_str() == "-" => Self::Standard,
            Some(path) => Self::File(File::options().create(true).append(true).open(path)?),
        })
    }

    /// Writes entries that are committed. The database has them, so a full disk is no reason to refuse anybody.
    pub(super) fn write<'a>(&mut self, records: impl Iterator<Item = &'a AuditRecord>) {
        if matches!(self, Self::None) {
            return;
        }
        let mut text = Vec::new();
        for record in records {
            if serde_json::to_writer(&mut text, &record.entry).is_ok() {
                text.push(b'\n');
            }
        }
        let written = match self {
            Self::None => Ok(()),
            Self::Standard => io::stdout().lock().write_all(&text),
            Self::File(file) => file.write_all(&text),
        };
        if let Err(error) = written {
            tracing::error!(%error, "the audit file could not be written; the database has the entries");
        }
    }
}
