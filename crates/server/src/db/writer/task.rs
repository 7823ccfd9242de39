//! From exchanges to transactions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use super::row::{self, AUDIT, TOKENS, Value, plain, text};
use super::{Committed, Connection, Job, Written};
use crate::audit::replay::Basis;
use crate::audit::store::AuditRecord;
use crate::db::store::{Kind, StoreError};
use crate::tokens::store::TokenRecord;

/// For how long exchanges are gathered, while there are many of them.
const GATHERING: Duration = Duration::from_micros(600);

/// Commits one transaction after the other.
pub(super) struct Task {
    url: String,
    kind: Kind,
    /// None after an error, for nobody can tell what is open there still.
    connection: Option<Connection>,
    /// Whether there may be something in the log that is not on the disk although all was done for
    /// it.
    is_log_lost: bool,
    committed: mpsc::Sender<Committed>,
    /// When an issuer's last use was written.
    last_used: HashMap<String, i64>,
    /// What evidence rests on, and when its use was written.
    bases: HashMap<String, i64>,
}

impl Task {
    pub(super) fn new(
        url: &str,
        kind: Kind,
        connection: Connection,
        committed: mpsc::Sender<Committed>,
    ) -> Self {
        let (last_used, bases) = (HashMap::new(), HashMap::new());
        let connection = Some(connection);
        Self {
            url: url.to_owned(),
            kind,
            connection,
            is_log_lost: false,
            committed,
            last_used,
            bases,
        }
    }

    /// Takes all that wait, time and again; in the end gives the connection back.
    pub(super) async fn run(
        mut self,
        receiver: Arc<Mutex<mpsc::Receiver<Job>>>,
        batch: usize,
    ) -> Option<Connection> {
        let mut waiting = Vec::with_capacity(batch);
        let mut is_busy = false;
        loop {
            if is_busy {
                self.gather().await;
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
            let rest = waiting.split_off(Connection::portion(self.kind, waiting.len()));
            let mut jobs = std::mem::replace(&mut waiting, rest);
            is_busy = jobs.len() > 1;
            match self.commit(&mut jobs).await {
                Ok(written) => self.pass_on(jobs, written).await,
                Err(error) if jobs.len() == 1 || self.connect().await.is_err() => {
                    fail(jobs, &error)
                }
                Err(error) => {
                    tracing::warn!(%error, "exchanges could not be written together, each is tried alone");
                    for job in jobs {
                        self.alone(job).await;
                    }
                }
            }
        }
    }

    /// Lets more exchanges come. Where there are many, what a transaction costs is worth being
    /// shared; where there is one at a time, it does not wait.
    async fn gather(&self) {
        match self.kind {
            // Nothing else is on this thread that could not wait, and the runtime's own clock
            // counts whole milliseconds.
            Kind::Sqlite => std::thread::sleep(GATHERING),
            Kind::Postgres => tokio::time::sleep(GATHERING).await,
        }
    }

    /// One that must not fail the others.
    async fn alone(&mut self, job: Job) {
        let mut jobs = vec![job];
        match self.commit(&mut jobs).await {
            Ok(written) => self.pass_on(jobs, written).await,
            Err(error) => fail(jobs, &error),
        }
    }

    async fn pass_on(&self, jobs: Vec<Job>, written: Vec<Written>) {
        let log = self.connection.as_ref().and_then(Connection::log);
        let committed = Committed { jobs, written, log };
        // It is there for as long as there is anything to be answered.
        let _ = self.committed.send(committed).await;
    }

    async fn connect(&mut self) -> Result<&mut Connection, StoreError> {
        if self
            .connection
            .as_ref()
            .is_some_and(|connection| !connection.is_usable())
        {
            self.let_go();
        }
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let mut connection = Connection::open(&self.url, self.kind).await?;
                if self.is_log_lost {
                    connection.save_log().await?;
                    self.is_log_lost = false;
                }
                connection
            }
        };
        Ok(self.connection.insert(connection))
    }

    fn let_go(&mut self) {
        self.is_log_lost |= self
            .connection
            .take()
            .is_some_and(|connection| !connection.is_usable());
    }

    async fn commit(&mut self, jobs: &mut [Job]) -> Result<Vec<Written>, StoreError> {
        self.connect().await?;
        let committed = self.write(jobs).await;
        if committed.is_err() {
            self.let_go();
        }
        committed
    }

    async fn write(&mut self, jobs: &mut [Job]) -> Result<Vec<Written>, StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Stopping)?;
        // Mostly there is nothing but a token and an entry of each.
        let is_plain = jobs
            .iter()
            .all(|job| job.work.token.is_some() && job.work.single_use.is_none());
        if is_plain && new_bases(&self.bases, jobs).is_empty() {
            let granted: Vec<_> = jobs
                .iter()
                .filter_map(|job| job.work.token.as_ref())
                .collect();
            if uses(&self.last_used, &granted).is_empty() {
                let [mut tokens, mut entries] =
                    [TOKENS, AUDIT].map(|table| Vec::with_capacity(jobs.len() * table.width));
                granted
                    .iter()
                    .for_each(|(hash, token)| row::token(hash, token, &mut tokens));
                jobs.iter()
                    .for_each(|job| row::record(&job.work.record, &mut entries));
                connection.insert_alone([&tokens, &entries]).await?;
                return Ok(vec![Written::Done; jobs.len()]);
            }
        }
        connection.begin().await?;
        let written = mark_used(connection, jobs).await?;
        for (job, _) in jobs
            .iter_mut()
            .zip(&written)
            .filter(|(_, written)| **written == Written::Replayed)
        {
            refuse(&mut job.work.record);
        }
        let done = jobs
            .iter()
            .zip(&written)
            .filter(|(_, written)| **written == Written::Done);
        let granted: Vec<_> = done
            .filter_map(|(job, _)| job.work.token.as_ref())
            .collect();
        let mut values = Vec::with_capacity(jobs.len() * AUDIT.width);
        granted
            .iter()
            .for_each(|(hash, token)| row::token(hash, token, &mut values));
        connection.insert(TOKENS, &values).await?;
        values.clear();
        jobs.iter()
            .for_each(|job| row::record(&job.work.record, &mut values));
        connection.insert(AUDIT, &values).await?;
        let bases = new_bases(&self.bases, jobs);
        for (id, (basis, at)) in &bases {
            let insert = "INSERT INTO evidence (id, used, document) VALUES ($1, $2, $3)
                          ON CONFLICT (id) DO UPDATE SET used = excluded.used";
            connection
                .execute(
                    insert,
                    &[plain(id), Value::Number(*at), plain(&basis.document)],
                )
                .await?;
        }
        let used = uses(&self.last_used, &granted);
        for (issuer, at) in &used {
            let update = "UPDATE issuers SET last_used = $1 WHERE id = $2";
            connection
                .execute(update, &[Value::Number(*at), plain(issuer)])
                .await?;
        }
        connection.execute("COMMIT", &[]).await?;
        self.last_used.extend(used);
        self.bases
            .extend(bases.into_iter().map(|(id, (_, at))| (id, at)));
        Ok(written)
    }
}

/// Uses of issuers that are worth a write: one in ten seconds. In order, as all that lock the same
/// rows must have it.
fn uses(
    last_used: &HashMap<String, i64>,
    granted: &[&(String, TokenRecord)],
) -> BTreeMap<String, i64> {
    let uses = granted
        .iter()
        .filter_map(|(_, token)| Some((token.issuer.as_ref()?, token.created)));
    let is_new =
        |(issuer, at): &(&String, i64)| last_used.get(*issuer).is_none_or(|last| at - last >= 10);
    uses.filter(is_new)
        .map(|(issuer, at)| (issuer.clone(), at))
        .collect()
}

/// What has to be written for the entries to rest on. Its use is written once an hour, for it is
/// deleted a day after the last entry.
fn new_bases(known: &HashMap<String, i64>, jobs: &[Job]) -> BTreeMap<String, (Arc<Basis>, i64)> {
    let each = jobs
        .iter()
        .flat_map(|Job { work, .. }| work.bases.iter().map(|basis| (basis, work.record.entry.at)));
    let is_new = |(basis, at): &(&Arc<Basis>, i64)| {
        known.get(&basis.id).is_none_or(|last| at - last >= 3_600)
    };
    each.filter(is_new)
        .map(|(basis, at)| (basis.id.clone(), (Arc::clone(basis), at)))
        .collect()
}

async fn mark_used(connection: &mut Connection, jobs: &[Job]) -> Result<Vec<Written>, StoreError> {
    let mut written = vec![Written::Done; jobs.len()];
    let mut marks: Vec<_> = jobs
        .iter()
        .enumerate()
        .filter_map(|(index, job)| Some((job.work.single_use.as_ref()?, index)))
        .collect();
    marks.sort_unstable();
    for (mark, index) in marks {
        let insert =
            "INSERT INTO used (issuer, jti, expires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let values = [
            plain(&mark.issuer),
            text(&mark.jti),
            Value::Number(mark.expires),
        ];
        if connection.execute(insert, &values).await? == 0 {
            written[index] = Written::Replayed;
        }
    }
    Ok(written)
}

/// Turns the entry of a grant into that of a refusal.
fn refuse(record: &mut AuditRecord) {
    "denied".clone_into(&mut record.entry.decision);
    "token-replayed".clone_into(&mut record.entry.code);
    "denied: the token was exchanged before, and its issuer allows one exchange a token"
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
