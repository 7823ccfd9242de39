//! A write-ahead log that is synced apart from the commits.

use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::StoreError;

/// The file that commits append to.
#[derive(Debug)]
pub(crate) struct WriteAheadLog {
    file: File,
    has_failed: AtomicBool,
}

impl WriteAheadLog {
    pub(crate) fn new(file: File) -> Self {
        Self {
            file,
            has_failed: AtomicBool::new(false),
        }
    }

    /// Waits until everything that was committed so far is on disk. After a failure the connection
    /// must not be used: even if a later sync succeeds, the state of the disk is unknown.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        if self.has_failed() {
            return Err(StoreError::Sync(std::io::Error::other(
                "an earlier sync of the log failed",
            )));
        }
        self.file.sync_data().map_err(|error| {
            self.has_failed.store(true, Ordering::Release);
            StoreError::Sync(error)
        })
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }
}
