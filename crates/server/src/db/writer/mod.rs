//! What exchanges write: many of them in one transaction. Whoever waits for a [`Writer::write`] is
//! answered after the commit, so nothing is acknowledged that could be lost.

mod connection;
pub(super) mod row;
mod task;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::{Mutex, mpsc, oneshot};

use self::connection::Connection;
use self::task::Task;
use crate::audit::file::Lines;
use crate::audit::replay::Basis;
use crate::audit::store::AuditRecord;
use crate::db::sqlite::Log;
use crate::db::store::{Store, StoreError};
use crate::tokens::store::TokenRecord;

/// How many transactions may be committed and not on the disk yet, besides those that are being
/// synced. On a busy machine the thread that syncs may have to wait for a processor; commits go on
/// meanwhile, and are synced together.
const UNSYNCED: usize = 4;

/// For how many seconds a failure counts.
const UNWELL: i64 = 15;

/// How exchanges are written.
#[derive(Clone, Debug)]
pub struct WriterConfig {
    /// A file that every entry of the audit log goes to as well, a line of JSON each; `-` is
    /// standard output.
    pub audit_file: Option<PathBuf>,
    /// How many exchanges go into one transaction at most.
    pub batch: usize,
}

impl Default for WriterConfig {
    fn default() -> Self {
        Self {
            audit_file: None,
            batch: 512,
        }
    }
}

/// An ID token that may be exchanged once only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SingleUse {
    /// The id of its issuer.
    pub issuer: String,
    /// Its `jti`.
    pub jti: String,
    /// From when on it is refused anyway.
    pub expires: i64,
}

/// What became of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is written.
    Done,
    /// Its ID token was used before: no access token is stored, and the entry says so.
    Replayed,
}

/// An exchange that is to be written, and whoever waits for that. What is to be written goes back
/// with the answer, for memory is freed best where it is from.
struct Job {
    work: Box<Work>,
    answer: oneshot::Sender<Result<(Written, Box<Work>), StoreError>>,
}

struct Work {
    record: AuditRecord,
    token: Option<(String, TokenRecord)>,
    single_use: Option<SingleUse>,
    bases: Vec<Arc<Basis>>,
    /// The evidence for the line of the audit file: JSON.
    told: Option<String>,
}

/// Exchanges that are committed, what became of each, and the log that has to be synced before they
/// are answered.
struct Committed {
    jobs: Vec<Job>,
    written: Vec<Written>,
    log: Option<Arc<Log>>,
}

/// The one that writes. A copy is the same one.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    /// Until when the last failure counts, in seconds since 1970; 0 after a success.
    unwell_until: Arc<AtomicI64>,
}

impl Writer {
    /// Starts the threads that write and answer, with connections of their own: among the tasks
    /// that decide exchanges they would wait for them at every step. They end when every copy is
    /// gone and all is written, and say so to the receiver.
    ///
    /// # Errors
    /// [`StoreError`] where the audit file or the database cannot be opened.
    pub async fn start(
        store: &Store,
        config: WriterConfig,
    ) -> Result<(Self, oneshot::Receiver<()>), StoreError> {
        let lines = Lines::open(config.audit_file)?;
        let (sender, receiver) = mpsc::channel(4096);
        let (opened, is_open) = oneshot::channel();
        let (ended, end) = oneshot::channel();
        let (url, kind, batch) = (store.url.clone(), store.kind, config.batch.max(1));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StoreError::Thread)?;
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(work)
                .map(|_| ())
                .map_err(StoreError::Thread)
        };
        let (committed, to_answer) = mpsc::channel(UNSYNCED);
        let (answered, all_answered) = oneshot::channel();
        let answer = move || {
            answer(to_answer, lines);
            let _ = answered.send(());
        };
        spawn("answers", Box::new(answer))?;
        let write = async move {
            let mut connections = match Connection::open_all(&url, kind).await {
                Ok(connections) => connections,
                Err(error) => {
                    let _ = opened.send(Err(error));
                    return;
                }
            };
            let _ = opened.send(Ok(()));
            let receiver = Arc::new(Mutex::new(receiver));
            let run = |connection| {
                let task = Task::new(&url, kind, connection, committed.clone());
                tokio::spawn(task.run(Arc::clone(&receiver), batch))
            };
            let tasks: Vec<_> = connections.drain(..).map(run).collect();
            drop(committed);
            let mut open = Vec::new();
            for task in tasks {
                open.extend(task.await.ok().flatten());
            }
            // A connection that closes may write its log to the database: the log must have been
            // synced by then.
            let _ = all_answered.await;
            for connection in open {
                connection.close().await;
            }
            let _ = ended.send(());
        };
        spawn("writer", Box::new(move || runtime.block_on(write)))?;
        is_open.await.map_err(|_| StoreError::Stopping)??;
        Ok((Self::new(sender), end))
    }

    fn new(jobs: mpsc::Sender<Job>) -> Self {
        Self {
            jobs,
            unwell_until: Arc::default(),
        }
    }

    /// Whether the last exchange could be written, or it is so long ago that another should be
    /// tried.
    pub(crate) fn is_well(&self) -> bool {
        crate::now() >= self.unwell_until.load(Ordering::Relaxed)
    }

    /// Writes an exchange: its entry, the hash of its access token, and that its ID token is used.
    ///
    /// # Errors
    /// [`StoreError`] where nothing of it was written, or nobody can tell whether it is on the
    /// disk.
    pub async fn write(
        &self,
        record: AuditRecord,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
    ) -> Result<Written, StoreError> {
        self.write_on(record, token, single_use, Vec::new(), None)
            .await
    }

    /// The same, with what the entry's evidence rests on, and the evidence itself for the audit
    /// file.
    pub(crate) async fn write_on(
        &self,
        record: AuditRecord,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
        bases: Vec<Arc<Basis>>,
        told: Option<String>,
    ) -> Result<Written, StoreError> {
        let (answer, written) = oneshot::channel();
        let work = Box::new(Work {
            record,
            token,
            single_use,
            bases,
            told,
        });
        self.jobs
            .send(Job { work, answer })
            .await
            .map_err(|_| StoreError::Stopping)?;
        let written = written.await.map_err(|_| StoreError::Stopping)?;
        if written.is_err() {
            self.unwell_until
                .store(crate::now() + UNWELL, Ordering::Relaxed);
        } else if self.unwell_until.load(Ordering::Relaxed) != 0 {
            self.unwell_until.store(0, Ordering::Relaxed);
        }
        Ok(written?.0)
    }
}

/// Syncs what is committed, and answers whoever waits for it. What is committed meanwhile is synced
/// together.
fn answer(mut committed: mpsc::Receiver<Committed>, mut lines: Lines) {
    while let Some(first) = committed.blocking_recv() {
        let mut all = vec![first];
        while let Ok(more) = committed.try_recv() {
            all.push(more);
        }
        let mut synced: Option<(Arc<Log>, bool)> = None;
        for Committed { jobs, written, log } in all {
            let is_durable = log.is_none_or(|log| match &synced {
                Some((own, is_durable)) if Arc::ptr_eq(own, &log) => *is_durable,
                _ => {
                    let is_durable = log
                        .sync()
                        .inspect_err(|error| tracing::error!(%error, "exchanges are lost"))
                        .is_ok();
                    synced = Some((log, is_durable));
                    is_durable
                }
            });
            if is_durable {
                lines.write(
                    jobs.iter()
                        .map(|job| (&job.work.record, job.work.told.as_deref())),
                );
            }
            for (Job { work, answer }, written) in jobs.into_iter().zip(written) {
                // Whoever has gone away does not get it.
                let _ = answer.send(if is_durable {
                    Ok((written, work))
                } else {
                    Err(StoreError::Unsynced)
                });
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::audit::store::AuditEntry;

    fn record(id: &str) -> AuditRecord {
        let entry = AuditEntry {
            id: id.to_owned(),
            organization: Some("acme".to_owned()),
            ..AuditEntry::default()
        };
        AuditRecord {
            entry,
            ..AuditRecord::default()
        }
    }

    #[tokio::test]
    async fn what_cannot_be_synced_is_not_acknowledged_and_the_next_is() {
        let files = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", files.path().join("a.db").display());
        let store = Store::open(&url).await.unwrap();
        let mut connection = Connection::open(&url, store.kind).await.unwrap();
        if let Connection::Sqlite(connection) = &mut connection {
            connection.break_log();
        }
        let (sender, receiver) = mpsc::channel(9);
        let (committed, to_answer) = mpsc::channel(UNSYNCED);
        std::thread::spawn(move || answer(to_answer, Lines::None));
        let task = Task::new(&url, store.kind, connection, committed);
        tokio::spawn(task.run(Arc::new(Mutex::new(receiver)), 9));
        let writer = Writer::new(sender);
        let lost = writer.write(record("1"), None, None).await;
        assert!(matches!(lost, Err(StoreError::Unsynced)), "{lost:?}");
        assert!(!writer.is_well());
        for id in ["2", "3"] {
            assert_eq!(
                writer.write(record(id), None, None).await.unwrap(),
                Written::Done
            );
            assert!(store.audit_record("acme", id).await.is_ok());
            assert!(writer.is_well());
        }
    }
}
