//! Syncs what is committed, and answers the callers.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::job::{Committed, Job, Written};
use crate::audit::file::AuditFile;
use crate::db::error::StoreError;
use crate::db::wal::WriteAheadLog;

/// Acknowledges committed transactions until there are no more. What is committed during a sync is
/// synced together by the next one.
pub(super) fn run(mut committed: mpsc::Receiver<Committed>, audit_file: &AuditFile) {
    while let Some(first) = committed.blocking_recv() {
        let mut all = vec![first];
        while let Ok(more) = committed.try_recv() {
            all.push(more);
        }
        let mut syncs = Syncs::default();
        for Committed {
            jobs,
            outcomes,
            wal,
        } in all
        {
            let is_durable = wal.is_none_or(|wal| syncs.sync(&wal));
            if is_durable {
                let written = jobs
                    .iter()
                    .zip(&outcomes)
                    .filter(|(_, outcome)| **outcome != Written::Outdated);
                audit_file.write(written.map(|(Job { exchange, .. }, _)| {
                    (&exchange.record, exchange.explanation.as_deref())
                }));
            }
            for (Job { exchange, answer }, outcome) in jobs.into_iter().zip(outcomes) {
                // A caller that is gone does not receive it.
                let _ = answer.send(if is_durable {
                    Ok((outcome, exchange))
                } else {
                    Err(StoreError::Unsynced)
                });
            }
        }
    }
}

/// The last log that was synced, and whether that succeeded.
#[derive(Default)]
struct Syncs(Option<(Arc<WriteAheadLog>, bool)>);

impl Syncs {
    /// Syncs a log, once for all transactions in a row that have it. Returns whether it is on disk.
    fn sync(&mut self, wal: &Arc<WriteAheadLog>) -> bool {
        if let Some((_, is_durable)) = self.0.as_ref().filter(|(own, _)| Arc::ptr_eq(own, wal)) {
            return *is_durable;
        }
        let is_durable = wal
            .sync()
            .inspect_err(|error| tracing::error!(%error, "exchanges are lost"))
            .is_ok();
        self.0 = Some((Arc::clone(wal), is_durable));
        is_durable
    }
}
