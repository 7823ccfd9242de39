//! The audit log as lines of JSON.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::audit::replay;
use crate::audit::store::{AuditEntry, AuditRecord};
use crate::db::error::StoreError;
use crate::private_file;

/// A line: what a list of the audit log has, and the evidence.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    entry: &'a AuditEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a RawValue>,
}

/// Where they go.
#[derive(Debug)]
pub(crate) enum Lines {
    None,
    Standard,
    File(File),
}

impl Lines {
    pub(crate) fn open(path: Option<PathBuf>) -> Result<Self, StoreError> {
        match path {
            None => Ok(Self::None),
            Some(path) if path.as_os_str() == "-" => Ok(Self::Standard),
            // It has everybody's claims.
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

    /// Writes entries that are committed. The database has them, so a full disk is no reason to
    /// refuse anybody.
    pub(crate) fn write<'a>(
        &mut self,
        records: impl Iterator<Item = (&'a AuditRecord, Option<&'a str>)>,
    ) {
        if matches!(self, Self::None) {
            return;
        }
        let mut text = Vec::new();
        for (record, told) in records {
            let noted = told.and_then(|told| replay::noted(&record.entry, told));
            let detail = noted
                .as_deref()
                .or(told)
                .and_then(|told| serde_json::from_str(told).ok());
            let line = Line {
                entry: &record.entry,
                detail,
            };
            // An entry is texts and numbers, the evidence is JSON already: nothing in them can be
            // refused half-way.
            if serde_json::to_writer(&mut text, &line).is_ok() {
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
