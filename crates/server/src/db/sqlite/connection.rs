//! The writer's connection to SQLite. A commit does not wait for the disk: the write-ahead log that
//! it appends to is synced after it, while the next transaction runs. `PRAGMA synchronous = FULL`
//! does the same one after the other. Checkpoints, which move the log into the database, run on a
//! connection of their own, so that no transaction waits for them either.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection as RawConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _, Sqlite};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::db::engine::{BoxFuture, Connection, LATEST_VERSION};
use crate::db::error::StoreError;
use crate::db::value::{Table, Value};
use crate::db::wal::WriteAheadLog;

/// A transaction that will write takes its lock at once: one that reads first and then writes may
/// be refused.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

/// Numbers of rows that a statement may insert. There are few of them, so that all statements stay
/// prepared.
const SIZES: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// After how many rows a checkpoint runs: some eight megabytes of log.
const ROWS_PER_CHECKPOINT: usize = 8_000;

/// At how many pages of the log a commit runs a checkpoint itself, so that the log starts over. By
/// then most of the log is in the database.
const AUTOCHECKPOINT_PAGES: &str = "4000";

/// A connection of the writer.
pub(crate) struct SqliteConnection {
    connection: RawConnection,
    wal: Arc<WriteAheadLog>,
    /// Text of the statements, by table and number of rows.
    statements: HashMap<(&'static str, usize), String>,
    /// Text of the statement that begins a transaction.
    begin: String,
    /// Text of transactions, or of their parts, by the number of rows of each table.
    transactions: HashMap<Part, String>,
    /// Rows since the last checkpoint was requested.
    rows: usize,
    checkpoints: Checkpoints,
}

/// A part of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Part {
    /// Number of rows of each table.
    rows: usize,
    is_last: bool,
}

/// The task that runs checkpoints beside the transactions.
struct Checkpoints {
    requests: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

/// How many of the exchanges that are waiting go into the next transaction: as many as fit into two
/// statements. A round trip to SQLite's thread costs the same for one row as for many.
pub(super) fn batch_size(waiting: usize) -> usize {
    let largest = |number: usize| {
        SIZES
            .into_iter()
            .find(|size| *size <= number)
            .unwrap_or_default()
    };
    let first = largest(waiting);
    first + largest(waiting - first)
}

impl SqliteConnection {
    pub(crate) async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("cache_size", "-16000")
            .pragma("wal_autocheckpoint", AUTOCHECKPOINT_PAGES)
            .disable_statement_logging();
        let connection = RawConnection::connect_with(&options).await?;
        let checkpoints = Checkpoints::start(RawConnection::connect_with(&options).await?);
        Ok(Self {
            connection,
            // The file exists as long as a connection does, so it stays the same file.
            wal: Arc::new(open_wal(file).map_err(StoreError::Sync)?),
            statements: HashMap::new(),
            begin: format!("{BEGIN}; {LATEST_VERSION}"),
            transactions: HashMap::new(),
            rows: 0,
            checkpoints,
        })
    }

    /// Replaces the log with a file that cannot be synced.
    #[cfg(test)]
    pub(crate) fn break_wal(&mut self) {
        let file = File::open("/dev/null").expect("it exists");
        self.wal = Arc::new(WriteAheadLog::new(file));
    }

    /// Within a transaction this is early but harmless: the log holds what is committed, no more.
    fn request_checkpoint(&mut self) {
        if self.rows >= ROWS_PER_CHECKPOINT && self.checkpoints.requests.try_send(()).is_ok() {
            self.rows = 0;
        }
    }

    async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        let query = values.iter().fold(sqlx::query::<Sqlite>(sql), bind);
        let changed = query.execute(&mut self.connection).await?.rows_affected();
        self.request_checkpoint();
        Ok(changed)
    }

    /// Inserts rows, many in one statement.
    async fn insert(&mut self, table: Table, values: &[Value<'_>]) -> Result<(), sqlx::Error> {
        let mut rest = values;
        self.rows += values.len() / table.width;
        while !rest.is_empty() {
            let rows = rest.len() / table.width;
            let Some(size) = SIZES.into_iter().find(|size| *size <= rows) else {
                break;
            };
            let (part, others) = rest.split_at(size * table.width);
            let statement = self
                .statements
                .entry((table.name, size))
                .or_insert_with(|| statement(table, size));
            let query = part.iter().fold(sqlx::query::<Sqlite>(statement), bind);
            query.execute(&mut self.connection).await?;
            rest = others;
        }
        Ok(())
    }

    /// Inserts the same number of rows into two tables, and commits. The statements are sent
    /// together.
    async fn insert_and_commit(
        &mut self,
        tables: [Table; 2],
        values: [&[Value<'_>]; 2],
    ) -> Result<(), sqlx::Error> {
        let [mut first, mut second] = values;
        self.rows += (first.len() / tables[0].width) * 2;
        while let Some(rows) = SIZES
            .into_iter()
            .find(|size| *size <= first.len() / tables[0].width)
        {
            let (of_first, first_rest) = first.split_at(rows * tables[0].width);
            let (of_second, second_rest) = second.split_at(rows * tables[1].width);
            let part = Part {
                rows,
                is_last: first_rest.is_empty(),
            };
            let text = self
                .transactions
                .entry(part)
                .or_insert_with(|| part.text(tables));
            let query = of_first
                .iter()
                .chain(of_second)
                .fold(sqlx::query::<Sqlite>(text), bind);
            query.execute(&mut self.connection).await?;
            (first, second) = (first_rest, second_rest);
        }
        self.request_checkpoint();
        Ok(())
    }

    async fn checkpoint(&mut self) -> Result<(), StoreError> {
        let checkpoint = self
            .connection
            .fetch_one("PRAGMA wal_checkpoint(FULL)")
            .await?;
        if checkpoint.try_get::<i64, _>(0)? != 0 {
            return Err(StoreError::Sync(std::io::Error::other(
                "another process holds the log",
            )));
        }
        Ok(())
    }

    async fn close(self) {
        let Checkpoints { requests, task } = self.checkpoints;
        drop(requests);
        let _ = task.await;
        let _ = self.connection.close().await;
    }
}

impl Connection for SqliteConnection {
    fn begin(&mut self) -> BoxFuture<'_, Result<i64, sqlx::Error>> {
        Box::pin(async {
            let row = sqlx::query::<Sqlite>(&self.begin)
                .fetch_one(&mut self.connection)
                .await?;
            row.try_get(0)
        })
    }

    fn exists<'a>(
        &'a mut self,
        sql: &'a str,
        values: &'a [Value<'a>],
    ) -> BoxFuture<'a, Result<bool, sqlx::Error>> {
        Box::pin(async move {
            let query = values.iter().fold(sqlx::query::<Sqlite>(sql), bind);
            Ok(query.fetch_optional(&mut self.connection).await?.is_some())
        })
    }

    fn execute<'a>(
        &'a mut self,
        sql: &'a str,
        values: &'a [Value<'a>],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(self.execute(sql, values))
    }

    fn insert<'a>(
        &'a mut self,
        table: Table,
        values: &'a [Value<'a>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(self.insert(table, values))
    }

    fn insert_and_commit<'a>(
        &'a mut self,
        tables: [Table; 2],
        values: [&'a [Value<'a>]; 2],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(self.insert_and_commit(tables, values))
    }

    fn wal(&self) -> Option<Arc<WriteAheadLog>> {
        Some(Arc::clone(&self.wal))
    }

    fn is_usable(&self) -> bool {
        !self.wal.has_failed()
    }

    fn checkpoint(&mut self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.checkpoint())
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin((*self).close())
    }
}

impl Checkpoints {
    /// Starts the task. It ends when no more requests can come.
    fn start(mut connection: RawConnection) -> Self {
        let (requests, mut received) = mpsc::channel(1);
        let task = tokio::spawn(async move {
            while received.recv().await.is_some() {
                // The next checkpoint makes up for one that fails, or a commit does.
                if let Err(error) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await {
                    tracing::warn!(%error, "a checkpoint of the write-ahead log failed");
                }
            }
            let _ = connection.close().await;
        });
        Self { requests, task }
    }
}

impl Part {
    fn text(self, tables: [Table; 2]) -> String {
        let end = if self.is_last { "; COMMIT" } else { "" };
        let [first, second] = tables.map(|table| statement(table, self.rows));
        format!("{first}; {second}{end}")
    }
}

fn open_wal(database: &Path) -> std::io::Result<WriteAheadLog> {
    let mut log = database.canonicalize()?.into_os_string();
    log.push("-wal");
    let file = File::options().read(true).write(true).open(log)?;
    Ok(WriteAheadLog::new(file))
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments<'q>>;

fn bind<'q>(query: Query<'q>, value: &'q Value<'_>) -> Query<'q> {
    match value {
        Value::Text(text) => query.bind(&**text),
        Value::Number(number) => query.bind(number),
        Value::Null => query.bind(None::<&str>),
    }
}

/// An `INSERT` of that many rows. Its parameters have no numbers: with thousands of them, SQLite
/// would spend more time on their names than on the rows.
fn statement(table: Table, rows: usize) -> String {
    let row = format!("({})", vec!["?"; table.width].join(", "));
    format!(
        "INSERT INTO {} ({}) VALUES {}",
        table.name,
        table.columns,
        vec![row; rows].join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::{Part, Table, batch_size, statement};

    #[test]
    fn a_transaction_is_of_two_parts_at_most() {
        for (waiting, batch) in [
            (1, 1),
            (2, 2),
            (3, 3),
            (7, 6),
            (100, 96),
            (255, 192),
            (511, 384),
            (512, 512),
        ] {
            assert_eq!(batch_size(waiting), batch);
        }
    }

    #[test]
    fn the_last_part_ends_the_transaction() {
        let tables = [
            Table {
                name: "t",
                columns: "a",
                width: 1,
            },
            Table {
                name: "u",
                columns: "b",
                width: 1,
            },
        ];
        let part = Part {
            rows: 1,
            is_last: true,
        };
        let both = "INSERT INTO t (a) VALUES (?); INSERT INTO u (b) VALUES (?)";
        assert_eq!(part.text(tables), format!("{both}; COMMIT"));
        let first = Part {
            is_last: false,
            ..part
        };
        assert_eq!(first.text(tables), both);
    }

    #[test]
    fn a_statement_has_a_place_for_each_column_of_each_row() {
        let table = Table {
            name: "t",
            columns: "a, b",
            width: 2,
        };
        assert_eq!(
            statement(table, 2),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)"
        );
    }
}
