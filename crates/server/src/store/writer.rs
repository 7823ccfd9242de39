//! What exchanges write: many of them in one transaction. Whoever waits for a [`Writer::write`] is answered after the
//! commit, so nothing is acknowledged that could be lost.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::AsyncWriteExt as _;
use tokio::sync::{mpsc, oneshot};

use crate::evidence::Basis;

use super::{AuditRecord, Kind, Query, Store, StoreError, TokenRecord, Transaction, audit, clean, tokens};

/// How exchanges are written.
#[derive(Clone, Debug)]
pub struct WriterConfig {
    /// A file that every entry of the audit log goes to as well, a line of JSON each; `-` is standard output.
    pub audit_file: Option<PathBuf>,
    /// How many exchanges go into one transaction at most.
    pub batch: usize,
}

impl Default for WriterConfig {
    fn default() -> Self {
        Self { audit_file: None, batch: 256 }
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

struct Job {
    record: AuditRecord,
    token: Option<(String, TokenRecord)>,
    single_use: Option<SingleUse>,
    bases: Option<[Arc<Basis>; 2]>,
    answer: oneshot::Sender<Result<Written, StoreError>>,
}

/// The one that writes. A copy is the same one.
#[derive(Clone, Debug)]
pub struct Writer(mpsc::Sender<Job>);

impl Writer {
    /// Starts the thread that writes, with connections of its own: among the tasks that decide exchanges it would wait for
    /// them at every step. It ends when every copy is gone and all is written, and says so to the receiver.
    ///
    /// # Errors
    /// [`StoreError`] where the audit file or the database cannot be opened.
    pub async fn start(store: &Store, config: WriterConfig) -> Result<(Self, oneshot::Receiver<()>), StoreError> {
        let lines = Lines::open(config.audit_file).await.map_err(StoreError::AuditFile)?;
        let (sender, receiver) = mpsc::channel(4096);
        let (opened, is_open) = oneshot::channel();
        let (ended, end) = oneshot::channel();
        let (url, batch) = (store.url.clone(), config.batch.max(1));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(StoreError::Thread)?;
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    let store = match Store::open(&url).await {
                        Ok(store) => store,
                        Err(error) => {
                            let _ = opened.send(Err(error));
                            return;
                        }
                    };
                    let _ = opened.send(Ok(()));
                    run(
                        Task { store: store.clone(), lines, last_used: HashMap::new(), bases: HashMap::new() },
                        receiver,
                        batch,
                    )
                    .await;
                    store.close().await;
                    let _ = ended.send(());
                });
            })
            .map_err(StoreError::Thread)?;
        is_open.await.map_err(|_| StoreError::Stopping)??;
        Ok((Self(sender), end))
    }

    /// Writes an exchange: its entry, the hash of its access token, and that its ID token is used.
    ///
    /// # Errors
    /// [`StoreError`] where nothing of it was written.
    pub async fn write(
        &self,
        record: AuditRecord,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
    ) -> Result<Written, StoreError> {
        self.write_on(record, token, single_use, None).await
    }

    /// The same, with what the entry's evidence rests on.
    pub(crate) async fn write_on(
        &self,
        record: AuditRecord,
        token: Option<(String, TokenRecord)>,
        single_use: Option<SingleUse>,
        bases: Option<[Arc<Basis>; 2]>,
    ) -> Result<Written, StoreError> {
        let (answer, written) = oneshot::channel();
        let job = Job { record, token, single_use, bases, answer };
        self.0.send(job).await.map_err(|_| StoreError::Stopping)?;
        written.await.map_err(|_| StoreError::Stopping)?
    }
}

struct Task {
    store: Store,
    lines: Lines,
    /// When an issuer's last use was written.
    last_used: HashMap<String, i64>,
    /// What evidence rests on, and when its use was written.
    bases: HashMap<String, i64>,
}

async fn run(mut task: Task, mut receiver: mpsc::Receiver<Job>, batch: usize) {
    let mut jobs = Vec::with_capacity(batch);
    while receiver.recv_many(&mut jobs, batch).await > 0 {
        match task.commit(&mut jobs).await {
            Ok(written) => task.answer(jobs.drain(..).zip(written)).await,
            Err(error) if jobs.len() == 1 => {
                tracing::error!(%error, "an exchange could not be written");
                for job in jobs.drain(..) {
                    let _ = job.answer.send(Err(StoreError::Database(sqlx::Error::Protocol(error.to_string()))));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "exchanges could not be written together, each is tried alone");
                for job in std::mem::take(&mut jobs) {
                    task.alone(job).await;
                }
            }
        }
    }
}

impl Task {
    /// One that must not fail the others.
    async fn alone(&mut self, job: Job) {
        let mut jobs = vec![job];
        match self.commit(&mut jobs).await {
            Ok(written) => self.answer(jobs.drain(..).zip(written)).await,
            Err(error) => {
                tracing::error!(%error, "an exchange could not be written");
                for job in jobs {
                    let _ = job.answer.send(Err(StoreError::Database(sqlx::Error::Protocol(error.to_string()))));
                }
            }
        }
    }

    async fn answer(&mut self, written: impl Iterator<Item = (Job, Written)>) {
        let written: Vec<_> = written.collect();
        self.lines.write(written.iter().map(|(job, _)| &job.record)).await;
        for (job, written) in written {
            // Whoever has gone away does not get it.
            let _ = job.answer.send(Ok(written));
        }
    }

    async fn commit(&mut self, jobs: &mut [Job]) -> Result<Vec<Written>, StoreError> {
        let mut transaction = self.store.begin().await?;
        let written = mark_used(&mut transaction, jobs).await?;
        for (job, _) in jobs.iter_mut().zip(&written).filter(|(_, written)| **written == Written::Replayed) {
            refuse(&mut job.record);
        }
        let granted: Vec<_> = jobs
            .iter()
            .zip(&written)
            .filter(|(_, written)| **written == Written::Done)
            .filter_map(|(job, _)| job.token.as_ref())
            .collect();
        let kind = self.store.kind();
        let tokens = Table { name: "tokens", columns: tokens::COLUMNS, kind };
        tokens.insert(&mut transaction, &granted, |query, (hash, token)| tokens::bind(query, hash, token)).await?;
        let records: Vec<_> = jobs.iter().map(|job| &job.record).collect();
        let audit = Table { name: "audit", columns: audit::COLUMNS, kind };
        audit.insert(&mut transaction, &records, |query, record| audit::bind(query, record)).await?;
        let bases = self.new_bases(jobs);
        for (id, (basis, at)) in &bases {
            let insert = "INSERT INTO evidence (id, used, document) VALUES ($1, $2, $3)
                          ON CONFLICT (id) DO UPDATE SET used = excluded.used";
            let insert = sqlx::query(insert).bind(id.clone()).bind(*at).bind(basis.document.clone());
            insert.execute(&mut *transaction).await?;
        }
        let used = self.uses(&granted);
        for (issuer, at) in &used {
            let update = "UPDATE issuers SET last_used = $1 WHERE id = $2";
            sqlx::query(update).bind(*at).bind(issuer.clone()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.last_used.extend(used);
        self.bases.extend(bases.into_iter().map(|(id, (_, at))| (id, at)));
        Ok(written)
    }

    /// What has to be written for the entries to rest on. Its use is written once an hour, for it is deleted a day after
    /// the last entry.
    fn new_bases(&self, jobs: &[Job]) -> BTreeMap<String, (Arc<Basis>, i64)> {
        let bases = jobs.iter().filter_map(|job| Some((job.bases.as_ref()?, job.record.entry.at)));
        let each = bases.flat_map(|(bases, at)| bases.iter().map(move |basis| (basis, at)));
        let is_new = |(basis, at): &(&Arc<Basis>, i64)| self.bases.get(&basis.id).is_none_or(|last| at - last >= 3_600);
        each.filter(is_new).map(|(basis, at)| (basis.id.clone(), (Arc::clone(basis), at))).collect()
    }

    /// Uses of issuers that are worth a write: one in ten seconds. In order, as replicas that lock the same rows must have.
    fn uses(&self, granted: &[&(String, TokenRecord)]) -> BTreeMap<String, i64> {
        let uses = granted.iter().filter_map(|(_, token)| Some((token.issuer.clone()?, token.created)));
        uses.filter(|(issuer, at)| self.last_used.get(issuer).is_none_or(|last| at - last >= 10)).collect()
    }
}

async fn mark_used(transaction: &mut Transaction, jobs: &[Job]) -> Result<Vec<Written>, StoreError> {
    let mut written = vec![Written::Done; jobs.len()];
    let mut marks: Vec<_> =
        jobs.iter().enumerate().filter_map(|(index, job)| Some((job.single_use.as_ref()?, index))).collect();
    marks.sort_unstable();
    for (mark, index) in marks {
        let insert = "INSERT INTO used (issuer, jti, expires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(insert).bind(mark.issuer.clone()).bind(clean(&mark.jti)).bind(mark.expires);
        if insert.execute(&mut **transaction).await?.rows_affected() == 0 {
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

/// Where rows go.
struct Table {
    name: &'static str,
    columns: &'static str,
    kind: Kind,
}

impl Table {
    /// Inserts rows, many in one statement; few different statements, so that they stay prepared.
    async fn insert<T>(
        &self,
        transaction: &mut Transaction,
        rows: &[T],
        bind: impl for<'q> Fn(Query<'q>, &T) -> Query<'q>,
    ) -> Result<(), StoreError> {
        let mut rest = rows;
        while !rest.is_empty() {
            let size = [256, 128, 64, 32, 16, 8, 4, 2, 1].into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
            let (part, others) = rest.split_at(size);
            let statement = self.statement(size);
            let query = part.iter().fold(sqlx::query(&statement), &bind);
            query.execute(&mut **transaction).await?;
            rest = others;
        }
        Ok(())
    }

    fn statement(&self, rows: usize) -> String {
        let Self { name, columns, kind } = self;
        let width = columns.split(',').count();
        let mut statement = format!("INSERT INTO {name} ({columns}) VALUES ");
        for row in 0..rows {
            statement.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..width {
                statement.push_str(if column == 0 { "" } else { ", " });
                match kind {
                    // With thousands of places SQLite spends more time on their names than on the rows.
                    Kind::Sqlite => statement.push('?'),
                    Kind::Postgres => {
                        let _ = write!(statement, "${}", row * width + column + 1);
                    }
                }
            }
            statement.push(')');
        }
        statement
    }
}

/// The audit log as lines of JSON.
enum Lines {
    None,
    Standard,
    File(tokio::fs::File),
}

impl Lines {
    async fn open(path: Option<PathBuf>) -> std::io::Result<Self> {
        Ok(match path {
            None => Self::None,
            Some(path) if path.as_os_str() == "-" => Self::Standard,
            Some(path) => Self::File(tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?),
        })
    }

    /// Writes entries that are committed. The database has them, so a full disk is no reason to refuse anybody.
    async fn write(&mut self, records: impl Iterator<Item = &AuditRecord>) {
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
            Self::Standard => std::io::Write::write_all(&mut std::io::stdout().lock(), &text),
            Self::File(file) => file.write_all(&text).await.and(file.flush().await),
        };
        if let Err(error) = written {
            tracing::error!(%error, "the audit file could not be written; the database has the entries");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Table};

    #[test]
    fn a_statement_has_a_place_for_each_column_of_each_row() {
        let statement = |kind| Table { name: "t", columns: "a, b", kind }.statement(2);
        assert_eq!(statement(Kind::Postgres), "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)");
        assert_eq!(statement(Kind::Sqlite), "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)");
    }
}
