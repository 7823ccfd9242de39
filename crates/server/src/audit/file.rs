//! The audit log as a file of JSON lines.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use claimgate_api::{AuditEntry, ChangeBody};
use serde::Serialize;
use serde_json::value::RawValue;

use super::entry::AuditRecord;
use super::replay;
use crate::db::error::StoreError;
use crate::lock::lock;
use crate::private_file;

/// A line: an entry as the audit log lists it, with the evidence.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    entry: &'a AuditEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a RawValue>,
}

/// The audit log as a file. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuditFile(Arc<Mutex<Target>>);

/// Where the lines go.
#[derive(Debug, Default)]
enum Target {
    #[default]
    None,
    StandardOutput,
    File(File),
}

impl AuditFile {
    /// Opens a file to append to; `-` is standard output.
    ///
    /// # Errors
    /// [`StoreError::AuditFile`] if it cannot be opened.
    pub(crate) fn open(path: Option<PathBuf>) -> Result<Self, StoreError> {
        let target = match path {
            None => Target::None,
            Some(path) if path.as_os_str() == "-" => Target::StandardOutput,
            // It holds claims.
            Some(file) => match private_file::options()
                .create(true)
                .append(true)
                .open(&file)
            {
                Ok(opened) => Target::File(opened),
                Err(error) => return Err(StoreError::AuditFile { file, error }),
            },
        };
        Ok(Self(Arc::new(Mutex::new(target))))
    }

    /// Appends committed entries, each with the evidence as JSON. The database has them already, so
    /// a full disk is no reason to refuse an exchange.
    pub(crate) fn write<'a>(
        &self,
        records: impl Iterator<Item = (&'a AuditRecord, Option<&'a str>)>,
    ) {
        if !self.is_wanted() {
            return;
        }
        let mut text = Vec::new();
        for (record, explanation) in records {
            let noted = explanation
                .and_then(|explanation| replay::with_refusal_note(&record.entry, explanation));
            let detail = noted
                .as_deref()
                .or(explanation)
                .and_then(|detail| serde_json::from_str(detail).ok());
            let line = Line {
                entry: &record.entry,
                detail,
            };
            // Serialization cannot fail half-way: an entry is texts and numbers, and the evidence
            // is JSON already.
            if serde_json::to_writer(&mut text, &line).is_ok() {
                text.push(b'\n');
            }
        }
        self.append(&text);
    }

    /// Appends a committed change.
    pub(crate) fn write_change(&self, change: &ChangeBody) {
        if !self.is_wanted() {
            return;
        }
        if let Ok(mut text) = serde_json::to_vec(change) {
            text.push(b'\n');
            self.append(&text);
        }
    }

    /// Whether there is anything to write to.
    fn is_wanted(&self) -> bool {
        !matches!(*lock(&self.0), Target::None)
    }

    fn append(&self, text: &[u8]) {
        let written = match &mut *lock(&self.0) {
            Target::None => Ok(()),
            Target::StandardOutput => io::stdout().lock().write_all(text),
            Target::File(file) => file.write_all(text),
        };
        if let Err(error) = written {
            tracing::error!(%error, "the audit file could not be written; the database has the entries");
        }
    }
}
