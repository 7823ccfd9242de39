//! The transactions: exchanges from the queue into the database.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use super::fence::Fence;
use super::job::{Committed, Job, Written};
use super::rows::{AUDIT, TOKENS, push_record, push_token};
use crate::audit::entry::AuditRecord;
use crate::audit::shared_document::SharedDocument;
use crate::db::engine::{Connection, Engine};
use crate::db::error::StoreError;
use crate::db::single_use::SingleUse;
use crate::db::value::Value;
use crate::tokens::record::TokenRecord;

/// How long the writer waits for more exchanges, while there are many of them.
const PAUSE: Duration = Duration::from_micros(600);

/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the last use of an issuer is written, in seconds.
const LAST_USED_INTERVAL: i64 = 10;

/// How often the last use of a shared document is written, in seconds. It is deleted a day after
/// the last entry that refers to it.
const DOCUMENT_INTERVAL: i64 = 3_600;

type BoxedConnection = Box<dyn Connection>;

/// Opens as many connections as the engine writes with at a time.
pub(super) async fn connect_all(engine: &dyn Engine) -> Result<Vec<BoxedConnection>, StoreError> {
    let count = engine.writer_connections();
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        all.push(connect(engine).await?);
    }
    Ok(all)
}

async fn connect(engine: &dyn Engine) -> Result<BoxedConnection, StoreError> {
    tokio::time::timeout(CONNECT_TIMEOUT, engine.connect())
        .await
        .map_err(|_| StoreError::Database(sqlx::Error::PoolTimedOut))?
}

/// Commits one transaction after the other, on one connection.
pub(super) struct Task {
    engine: Arc<dyn Engine>,
    /// `None` after an error: it is not known what state the connection is in.
    connection: Option<BoxedConnection>,
    /// Whether a sync of the log failed, so that it may hold something that is not on disk.
    is_log_lost: bool,
    committed: mpsc::Sender<Committed>,
    fence: Fence,
    /// When the last use of an issuer was written, by its id.
    last_used: HashMap<String, i64>,
    /// When the last use of a shared document was written, by its id.
    documents: HashMap<String, i64>,
}

impl Task {
    pub(super) fn new(
        engine: Arc<dyn Engine>,
        connection: BoxedConnection,
        committed: mpsc::Sender<Committed>,
    ) -> Self {
        Self {
            engine,
            connection: Some(connection),
            is_log_lost: false,
            committed,
            fence: Fence::default(),
            last_used: HashMap::new(),
            documents: HashMap::new(),
        }
    }

    /// Writes everything that comes through the queue, up to `batch` exchanges at a time. Returns
    /// the connection when the queue ends.
    pub(super) async fn run(
        mut self,
        receiver: Arc<Mutex<mpsc::Receiver<Job>>>,
        batch: usize,
    ) -> Option<BoxedConnection> {
        let mut waiting = Vec::with_capacity(batch);
        let mut is_busy = false;
        loop {
            // With many exchanges, sharing a transaction is worth a pause; a single one does not
            // wait.
            if is_busy {
                self.engine.pause(PAUSE).await;
            }
            if waiting.is_empty() {
                if receiver.lock().await.recv_many(&mut waiting, batch).await == 0 {
                    return self.connection;
                }
            } else if let Ok(mut receiver) = receiver.try_lock() {
                while let Some(job) = (waiting.len() < batch)
                    .then(|| receiver.try_recv().ok())
                    .flatten()
                {
                    waiting.push(job);
                }
            }
            let rest = waiting.split_off(self.engine.batch_size(waiting.len()));
            let jobs = std::mem::replace(&mut waiting, rest);
            is_busy = jobs.len() > 1;
            self.process(jobs).await;
        }
    }

    /// Commits exchanges together; if that fails, each in a transaction of its own.
    async fn process(&mut self, mut jobs: Vec<Job>) {
        match self.commit(&mut jobs).await {
            Ok(outcomes) => self.send_committed(jobs, outcomes).await,
            Err(error) if jobs.len() == 1 || self.reconnect().await.is_err() => fail(jobs, &error),
            Err(error) => {
                tracing::warn!(%error, "a transaction failed, retrying each of its exchanges alone");
                for job in jobs {
                    self.process_alone(job).await;
                }
            }
        }
    }

    async fn process_alone(&mut self, job: Job) {
        let mut jobs = vec![job];
        match self.commit(&mut jobs).await {
            Ok(outcomes) => self.send_committed(jobs, outcomes).await,
            Err(error) => fail(jobs, &error),
        }
    }

    async fn send_committed(&mut self, jobs: Vec<Job>, outcomes: Vec<Written>) {
        let wal = self
            .connection
            .as_ref()
            .and_then(|connection| connection.wal());
        let committed = Committed {
            jobs,
            outcomes,
            wal,
        };
        // The receiver lives as long as anything can be committed.
        let _ = self.committed.send(committed).await;
    }

    /// Opens a new connection if there is none that is usable.
    async fn reconnect(&mut self) -> Result<(), StoreError> {
        if self
            .connection
            .as_ref()
            .is_some_and(|connection| !connection.is_usable())
        {
            self.disconnect();
        }
        if self.connection.is_none() {
            let mut connection = connect(&*self.engine).await?;
            if self.is_log_lost {
                connection.checkpoint().await?;
                self.is_log_lost = false;
            }
            self.connection = Some(connection);
        }
        Ok(())
    }

    fn disconnect(&mut self) {
        self.is_log_lost |= self
            .connection
            .take()
            .is_some_and(|connection| !connection.is_usable());
    }

    async fn commit(&mut self, jobs: &mut [Job]) -> Result<Vec<Written>, StoreError> {
        self.reconnect().await?;
        let committed = self.write(jobs).await;
        if committed.is_err() {
            self.disconnect();
        }
        committed
    }

    async fn write(&mut self, jobs: &mut [Job]) -> Result<Vec<Written>, StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Stopping)?;
        let version = connection.begin().await?;
        let connection = &mut **connection;
        let mut outcomes = self.fence.outcomes(connection, version, jobs).await?;
        if outcomes.iter().all(|outcome| *outcome == Written::Done)
            && self.write_plain(jobs).await?
        {
            return Ok(outcomes);
        }
        let connection = self.connection.as_mut().ok_or(StoreError::Stopping)?;
        mark_used(&mut **connection, jobs, &mut outcomes).await?;
        for (job, outcome) in jobs.iter_mut().zip(&outcomes) {
            if *outcome == Written::Replayed {
                deny_replay(&mut job.exchange.record);
            }
        }
        let granted: Vec<_> = jobs
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| **outcome == Written::Done)
            .filter_map(|(job, _)| job.exchange.token.as_ref())
            .collect();
        let written: Vec<_> = jobs
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| **outcome != Written::Outdated)
            .map(|(job, _)| job)
            .collect();
        let [tokens, entries] = rows(&granted, &written);
        connection.insert(TOKENS, &tokens).await?;
        connection.insert(AUDIT, &entries).await?;
        let documents = due_documents(&self.documents, &written);
        for (id, (document, at)) in &documents {
            let insert = "INSERT INTO evidence (id, used, document) VALUES ($1, $2, $3)
                          ON CONFLICT (id) DO UPDATE SET used = excluded.used";
            let values = [
                Value::trusted(id),
                Value::Number(*at),
                Value::trusted(&document.text),
            ];
            connection.execute(insert, &values).await?;
        }
        let used = due_issuers(&self.last_used, &granted);
        for (issuer, at) in &used {
            let update = "UPDATE issuers SET last_used = $1 WHERE id = $2";
            let values = [Value::Number(*at), Value::trusted(issuer)];
            connection.execute(update, &values).await?;
        }
        connection.execute("COMMIT", &[]).await?;
        self.last_used.extend(used);
        self.documents
            .extend(documents.into_iter().map(|(id, (_, at))| (id, at)));
        Ok(outcomes)
    }

    /// Writes exchanges of which each has only a token and an entry, as most have, and commits.
    /// Returns whether it did.
    async fn write_plain(&mut self, jobs: &[Job]) -> Result<bool, StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Stopping)?;
        let is_plain = jobs
            .iter()
            .all(|job| job.exchange.token.is_some() && job.exchange.single_use.is_none());
        let jobs: Vec<_> = jobs.iter().collect();
        if !is_plain || !due_documents(&self.documents, &jobs).is_empty() {
            return Ok(false);
        }
        let granted: Vec<_> = jobs
            .iter()
            .filter_map(|job| job.exchange.token.as_ref())
            .collect();
        if !due_issuers(&self.last_used, &granted).is_empty() {
            return Ok(false);
        }
        let [tokens, entries] = rows(&granted, &jobs);
        connection
            .insert_and_commit([TOKENS, AUDIT], [&tokens, &entries])
            .await?;
        Ok(true)
    }
}

type Granted<'a> = [&'a (String, TokenRecord)];

/// The rows of the tokens and of the entries.
fn rows<'a>(granted: &Granted<'a>, jobs: &[&'a Job]) -> [Vec<Value<'a>>; 2] {
    let [mut tokens, mut entries] =
        [TOKENS, AUDIT].map(|table| Vec::with_capacity(jobs.len() * table.width));
    for (hash, token) in granted {
        push_token(hash, token, &mut tokens);
    }
    for job in jobs {
        push_record(&job.exchange.record, &mut entries);
    }
    [tokens, entries]
}

/// The issuers whose last use is due to be written, with its time. They are ordered, because
/// transactions that lock the same rows must do so in one order.
fn due_issuers(last_used: &HashMap<String, i64>, granted: &Granted<'_>) -> BTreeMap<String, i64> {
    let uses = granted
        .iter()
        .filter_map(|(_, token)| Some((token.issuer.as_ref()?, token.created)));
    let is_due = |(issuer, at): &(&String, i64)| {
        last_used
            .get(*issuer)
            .is_none_or(|last| at - last >= LAST_USED_INTERVAL)
    };
    uses.filter(is_due)
        .map(|(issuer, at)| (issuer.clone(), at))
        .collect()
}

/// The shared documents that are due to be written, with the time of their use.
fn due_documents(
    known: &HashMap<String, i64>,
    jobs: &[&Job],
) -> BTreeMap<String, (Arc<SharedDocument>, i64)> {
    let uses = jobs.iter().flat_map(|Job { exchange, .. }| {
        let at = exchange.record.entry.at;
        exchange
            .documents
            .iter()
            .map(move |document| (document, at))
    });
    let is_due = |(document, at): &(&Arc<SharedDocument>, i64)| {
        known
            .get(&document.id)
            .is_none_or(|last| at - last >= DOCUMENT_INTERVAL)
    };
    uses.filter(is_due)
        .map(|(document, at)| (document.id.clone(), (Arc::clone(document), at)))
        .collect()
}

/// Marks ID tokens that may be exchanged only once as used, where a token is granted for them.
async fn mark_used(
    connection: &mut dyn Connection,
    jobs: &[Job],
    outcomes: &mut [Written],
) -> Result<(), StoreError> {
    let mut marks: Vec<_> = jobs
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| **outcome == Written::Done)
        .filter_map(|(job, outcome)| {
            let single_use = job.exchange.single_use.as_ref()?;
            Some((single_use.mark(), single_use.expires, outcome))
        })
        .collect();
    // Transactions that insert the same marks must do so in one order.
    marks.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    for (mark, expires, outcome) in marks {
        let values = [Value::trusted(&mark), Value::Number(expires)];
        if connection.execute(SingleUse::INSERT, &values).await? == 0 {
            *outcome = Written::Replayed;
        }
    }
    Ok(())
}

/// Turns the entry of a grant into that of a refusal, because the ID token was used before.
fn deny_replay(record: &mut AuditRecord) {
    "denied".clone_into(&mut record.entry.decision);
    "token-replayed".clone_into(&mut record.entry.code);
    "denied: the token was exchanged before, and its issuer allows one exchange per token"
        .clone_into(&mut record.entry.summary);
    record.entry.token = None;
}

fn fail(jobs: Vec<Job>, error: &StoreError) {
    tracing::error!(%error, count = jobs.len(), "exchanges could not be written");
    for job in jobs {
        let _ = job
            .answer
            .send(Err(StoreError::Database(sqlx::Error::Protocol(
                error.to_string(),
            ))));
    }
}
