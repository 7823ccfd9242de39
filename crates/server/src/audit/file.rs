//! The audit log as a file of JSON lines.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use claimgate_api::AuditEntry;
use serde::Serialize;
use serde_json::value::RawValue;

use super::entry::AuditRecord;
use super::replay;
use crate::db::error::StoreError;
use crate::private_file;

/// A line: an entry as the audit log lists it, with the evidence.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    entry: &'a AuditEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a RawValue>,
}

/// Where the lines go.
#[derive(Debug)]
pub(crate) enum AuditFile {
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
        match path {
            None => Ok(Self::None),
            Some(path) if path.as_os_str() == "-" => Ok(Self::StandardOutput),
            // It holds claims.
            Some(file) => match private_file::options()
                .create(true)
                .append(true)
                .open(&file)
            {
                Ok(opened) => Ok(Self::File(opened)),
                Err(error) => Err(StoreError::AuditFile { file, error }),
            },
        }
    }

    /// Appends committed entries, each with the evidence as JSON. The database has them already, so
    /// a full disk is no reason to refuse an exchange.
    pub(crate) fn write<'a>(
        &mut self,
        records: impl Iterator<Item = (&'a AuditRecord, Option<&'a str>)>,
    ) {
        if matches!(self, Self::None) {
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
        let written = match self {
            Self::None => Ok(()),
            Self::StandardOutput => io::stdout().lock().write_all(&text),
            Self::File(file) => file.write_all(&text),
        };
        if let Err(error) = written {
            tracing::error!(%error, "the audit file could not be written; the database has the entries");
        }
    }
}
