//! The handle through which exchanges are written, and the start of the writer's threads.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::{Mutex, mpsc, oneshot};

use super::acknowledge;
use super::job::{Committed, Exchange, Job, Written};
use super::task::{self, Task};
use crate::audit::entry::AuditRecord;
use crate::audit::file::AuditFile;
use crate::clock::now;
use crate::db::engine::Engine;
use crate::db::error::StoreError;
use crate::db::single_use::SingleUse;
use crate::db::store::Store;
use crate::tokens::record::TokenRecord;

/// How many exchanges may wait for the writer.
const QUEUE: usize = 4_096;

/// How many transactions may be committed but not on disk, besides those that are being synced. On
/// a busy machine the thread that syncs may wait for a processor; commits go on in the meantime and
/// are synced together.
const MAX_UNSYNCED: usize = 4;

/// For how many seconds a failure makes the writer unhealthy.
const FAILURE_SECONDS: i64 = 15;

/// How exchanges are written.
#[derive(Clone, Debug)]
pub struct WriterConfig {
    /// A file to which every entry of the audit log is appended as a line of JSON; `-` is standard
    /// output.
    pub audit_file: Option<PathBuf>,
    /// The most exchanges in one transaction.
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

/// A handle to the writer. Clones share it.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    /// The file that the entries are appended to.
    audit_file: AuditFile,
    /// When the last failure is over, in seconds since 1970; 0 after a success.
    unhealthy_until: Arc<AtomicI64>,
}

impl Writer {
    /// Starts the threads, with connections of their own: among the tasks that decide exchanges
    /// they would wait for them at every step. They end when all handles are dropped and everything
    /// is written; the receiver then resolves.
    ///
    /// # Errors
    /// [`StoreError`] if the audit file or the database cannot be opened.
    pub async fn start(
        store: &Store,
        config: WriterConfig,
    ) -> Result<(Self, oneshot::Receiver<()>), StoreError> {
        let audit_file = AuditFile::open(config.audit_file)?;
        let (jobs, receiver) = mpsc::channel(QUEUE);
        let (opened, is_open) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let (committed, to_acknowledge) = mpsc::channel(MAX_UNSYNCED);
        let (acknowledged, all_acknowledged) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StoreError::Thread)?;
        let own_file = audit_file.clone();
        spawn("answers", move || {
            acknowledge::run(to_acknowledge, &own_file);
            let _ = acknowledged.send(());
        })?;
        let threads = Threads {
            engine: Arc::clone(&store.engine),
            batch: config.batch.max(1),
            receiver,
            committed,
        };
        spawn("writer", move || {
            runtime.block_on(threads.run(opened, all_acknowledged));
            let _ = done.send(());
        })?;
        is_open.await.map_err(|_| StoreError::Stopping)??;
        Ok((Self::new(jobs, audit_file), is_done))
    }

    fn new(jobs: mpsc::Sender<Job>, audit_file: AuditFile) -> Self {
        Self {
            jobs,
            audit_file,
            unhealthy_until: Arc::default(),
        }
    }

    /// The file that the entries are appended to.
    pub(crate) fn audit_file(&self) -> AuditFile {
        self.audit_file.clone()
    }

    /// Whether the last exchange was written, or failed so long ago that another should be tried.
    pub(crate) fn is_healthy(&self) -> bool {
        now() >= self.unhealthy_until.load(Ordering::Relaxed)
    }

    /// Writes an exchange: its entry, the hash of its access token, and that its ID token is used.
    ///
    /// # Errors
    /// [`StoreError`] if nothing was written, or it may not be on disk.
    pub async fn write(
        &self,
        record: AuditRecord,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
    ) -> Result<Written, StoreError> {
        self.write_exchange(Exchange {
            token,
            single_use,
            ..Exchange::of(record)
        })
        .await
    }

    /// Writes an exchange with everything that belongs to it.
    ///
    /// # Errors
    /// [`StoreError`] if nothing was written, or it may not be on disk.
    pub(crate) async fn write_exchange(&self, exchange: Exchange) -> Result<Written, StoreError> {
        let (answer, written) = oneshot::channel();
        let exchange = Box::new(exchange);
        self.jobs
            .send(Job { exchange, answer })
            .await
            .map_err(|_| StoreError::Stopping)?;
        let written = written.await.map_err(|_| StoreError::Stopping)?;
        if written.is_err() {
            self.unhealthy_until
                .store(now() + FAILURE_SECONDS, Ordering::Relaxed);
        } else if self.unhealthy_until.load(Ordering::Relaxed) != 0 {
            self.unhealthy_until.store(0, Ordering::Relaxed);
        }
        Ok(written?.0)
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map(|_| ())
        .map_err(StoreError::Thread)
}

/// What the writer's thread runs with.
struct Threads {
    engine: Arc<dyn Engine>,
    batch: usize,
    receiver: mpsc::Receiver<Job>,
    committed: mpsc::Sender<Committed>,
}

impl Threads {
    /// Opens the connections, reports that through `opened`, and writes until all handles are
    /// dropped and everything is acknowledged.
    async fn run(
        self,
        opened: oneshot::Sender<Result<(), StoreError>>,
        all_acknowledged: oneshot::Receiver<()>,
    ) {
        let connections = match task::connect_all(&*self.engine).await {
            Ok(connections) => connections,
            Err(error) => {
                let _ = opened.send(Err(error));
                return;
            }
        };
        let _ = opened.send(Ok(()));
        let receiver = Arc::new(Mutex::new(self.receiver));
        let run = |connection| {
            let engine = Arc::clone(&self.engine);
            let task = Task::new(engine, connection, self.committed.clone());
            tokio::spawn(task.run(Arc::clone(&receiver), self.batch))
        };
        let tasks: Vec<_> = connections.into_iter().map(run).collect();
        drop(self.committed);
        let mut open = Vec::new();
        for task in tasks {
            open.extend(task.await.ok().flatten());
        }
        // A connection that closes may move its log into the database: the log must be synced
        // before.
        let _ = all_acknowledged.await;
        for connection in open {
            connection.close().await;
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::db::sqlite::connection::SqliteConnection;
    use claimgate_api::AuditEntry;

    fn record(id: &str) -> AuditRecord {
        let entry = AuditEntry {
            id: id.to_owned(),
            organization_id: Some(1),
            ..AuditEntry::default()
        };
        AuditRecord {
            entry,
            ..AuditRecord::default()
        }
    }

    #[tokio::test]
    async fn an_exchange_whose_log_cannot_be_synced_is_not_acknowledged_and_the_next_one_is() {
        let files = tempfile::tempdir().unwrap();
        let file = files.path().join("a.db");
        let store = Store::open(&format!("sqlite:{}", file.display()))
            .await
            .unwrap();
        let mut connection = SqliteConnection::open(&file).await.unwrap();
        connection.break_wal();
        let (sender, receiver) = mpsc::channel(9);
        let (committed, to_acknowledge) = mpsc::channel(MAX_UNSYNCED);
        std::thread::spawn(move || acknowledge::run(to_acknowledge, &AuditFile::default()));
        let task = Task::new(Arc::clone(&store.engine), Box::new(connection), committed);
        tokio::spawn(task.run(Arc::new(Mutex::new(receiver)), 9));
        let writer = Writer::new(sender, AuditFile::default());
        let lost = writer.write(record("1"), None, None).await;
        assert!(matches!(lost, Err(StoreError::Unsynced)), "{lost:?}");
        assert!(!writer.is_healthy());
        for id in ["2", "3"] {
            assert_eq!(
                writer.write(record(id), None, None).await.unwrap(),
                Written::Done
            );
            assert!(store.audit_record(1, id).await.is_ok());
            assert!(writer.is_healthy());
        }
    }
}
