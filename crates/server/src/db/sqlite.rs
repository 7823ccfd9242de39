//! Writing to SQLite. A commit does not wait for the disk; what it has appended to the log (`-wal`)
//! is synced after it, while the next transaction runs. `PRAGMA synchronous = FULL` does the same
//! one after the other. A connection of its own brings the log into the database, so that no
//! transaction waits for that either.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _, Sqlite};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::writer::row::{Table, Value};
use crate::db::store::StoreError;

/// The sizes of statements. They are few, so that they stay prepared.
const SIZES: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// After how many rows the log is brought into the database: some eight megabytes.
const ROWS: usize = 8_000;

/// At how many pages of the log a commit brings the rest of it into the database, so that it begins
/// anew. By then most is there.
const PAGES: &str = "4000";

/// A connection that writes.
#[derive(Debug)]
pub(crate) struct Connection {
    connection: SqliteConnection,
    log: Arc<Log>,
    statements: HashMap<(&'static str, usize), String>,
    /// Transactions, or what they begin and end with, by the rows of each table.
    transactions: HashMap<Part, String>,
    /// Rows since the last checkpoint was asked for.
    rows: usize,
    checkpoints: Checkpoints,
}

/// A part of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Part {
    /// Of each table.
    rows: usize,
    is_first: bool,
    is_last: bool,
}

/// How many of the exchanges that wait go into one transaction: as many as two statements have
/// places for. What it costs to have SQLite's thread do something is the same for one row and for
/// many.
pub(crate) fn portion(waiting: usize) -> usize {
    let largest = |number: usize| {
        SIZES
            .into_iter()
            .find(|size| *size <= number)
            .unwrap_or_default()
    };
    let first = largest(waiting);
    first + largest(waiting - first)
}

/// Brings the log into the database beside the transactions.
#[derive(Debug)]
struct Checkpoints {
    due: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

/// The log that commits append to, as this connection has found it.
#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    has_failed: AtomicBool,
}

impl Log {
    /// Waits until all that was committed so far is on the disk. After a failure nobody can tell
    /// what is, not even after a success: the connection is not used any more then.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        if self.has_failed() {
            return Err(StoreError::Sync(std::io::Error::other(
                "the log could not be synced before",
            )));
        }
        self.file.sync_data().map_err(|error| {
            self.has_failed.store(true, Ordering::Release);
            StoreError::Sync(error)
        })
    }

    fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }
}

impl Connection {
    pub(crate) async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(5))
            .pragma("cache_size", "-16000")
            .pragma("wal_autocheckpoint", PAGES)
            .disable_statement_logging();
        let connection = SqliteConnection::connect_with(&options).await?;
        let checkpoints = Checkpoints::start(SqliteConnection::connect_with(&options).await?);
        // The log is there as long as a connection is, so it stays this file.
        let mut log = file
            .canonicalize()
            .map_err(StoreError::Sync)?
            .into_os_string();
        log.push("-wal");
        let file = File::options()
            .read(true)
            .write(true)
            .open(log)
            .map_err(StoreError::Sync)?;
        let log = Arc::new(Log {
            file,
            has_failed: AtomicBool::new(false),
        });
        let (statements, transactions) = (HashMap::new(), HashMap::new());
        Ok(Self {
            connection,
            log,
            statements,
            transactions,
            rows: 0,
            checkpoints,
        })
    }

    /// Brings what is in the log into the database, and that to the disk.
    pub(crate) async fn save_log(&mut self) -> Result<(), StoreError> {
        let checkpoint = self
            .connection
            .fetch_one("PRAGMA wal_checkpoint(FULL)")
            .await?;
        if checkpoint.try_get::<i64, _>(0)? != 0 {
            return Err(StoreError::Sync(std::io::Error::other(
                "the log is held by somebody else",
            )));
        }
        Ok(())
    }

    pub(crate) async fn close(self) {
        let Checkpoints { due, task } = self.checkpoints;
        drop(due);
        let _ = task.await;
        let _ = self.connection.close().await;
    }

    pub(crate) fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// Takes a log that cannot be synced in place of its own.
    #[cfg(test)]
    pub(crate) fn break_log(&mut self) {
        let file = File::open("/dev/null").expect("it is there");
        self.log = Arc::new(Log {
            file,
            has_failed: AtomicBool::new(false),
        });
    }

    pub(crate) fn is_usable(&self) -> bool {
        !self.log.has_failed()
    }

    pub(crate) async fn execute(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<u64, sqlx::Error> {
        let query = values.iter().fold(sqlx::query::<Sqlite>(sql), bind);
        let changed = query.execute(&mut self.connection).await?.rows_affected();
        self.ask_for_checkpoint();
        Ok(changed)
    }

    /// In a transaction this is too early, but harmless: the log has what was committed, no more.
    fn ask_for_checkpoint(&mut self) {
        if self.rows >= ROWS && self.checkpoints.due.try_send(()).is_ok() {
            self.rows = 0;
        }
    }

    /// Inserts as many rows into one table as into the other, in a transaction of their own. Its
    /// statements are sent together.
    pub(crate) async fn insert_alone(
        &mut self,
        tables: [Table; 2],
        values: [&[Value<'_>]; 2],
    ) -> Result<(), sqlx::Error> {
        let [mut one, mut other] = values;
        let mut is_first = true;
        self.rows += (one.len() / tables[0].width) * 2;
        while let Some(rows) = SIZES
            .into_iter()
            .find(|size| *size <= one.len() / tables[0].width)
        {
            let (of_one, rest) = one.split_at(rows * tables[0].width);
            let (of_other, others) = other.split_at(rows * tables[1].width);
            let part = Part {
                rows,
                is_first,
                is_last: rest.is_empty(),
            };
            let text = self
                .transactions
                .entry(part)
                .or_insert_with(|| part.text(tables));
            let query = of_one
                .iter()
                .chain(of_other)
                .fold(sqlx::query::<Sqlite>(text), bind);
            query.execute(&mut self.connection).await?;
            (one, other, is_first) = (rest, others, false);
        }
        self.ask_for_checkpoint();
        Ok(())
    }

    /// Inserts rows, many in one statement.
    pub(crate) async fn insert(
        &mut self,
        table: Table,
        values: &[Value<'_>],
    ) -> Result<(), sqlx::Error> {
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
}

impl Checkpoints {
    /// Starts the task, which ends with whoever asks for them.
    fn start(mut connection: SqliteConnection) -> Self {
        let (due, mut asked) = mpsc::channel(1);
        let task = tokio::spawn(async move {
            while asked.recv().await.is_some() {
                // One that fails is made up for by the next, or by a commit.
                if let Err(error) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await {
                    tracing::warn!(%error, "the log could not be brought into the database");
                }
            }
            let _ = connection.close().await;
        });
        Self { due, task }
    }
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments<'q>>;

fn bind<'q>(query: Query<'q>, value: &'q Value<'_>) -> Query<'q> {
    match value {
        Value::Text(text) => query.bind(&**text),
        Value::Number(number) => query.bind(number),
        Value::Null => query.bind(None::<&str>),
    }
}

/// With thousands of places SQLite would spend more time on their names than on the rows.
fn statement(table: Table, rows: usize) -> String {
    let row = format!("({})", vec!["?"; table.width].join(", "));
    format!(
        "INSERT INTO {} ({}) VALUES {}",
        table.name,
        table.columns,
        vec![row; rows].join(", ")
    )
}

impl Part {
    fn text(self, tables: [Table; 2]) -> String {
        let begin = if self.is_first {
            "BEGIN IMMEDIATE; "
        } else {
            ""
        };
        let end = if self.is_last { "; COMMIT" } else { "" };
        let [one, other] = tables.map(|table| statement(table, self.rows));
        format!("{begin}{one}; {other}{end}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Table, portion, statement};

    #[test]
    fn a_transaction_is_of_two_parts_at_most() {
        for (waiting, portion_of_it) in [
            (1, 1),
            (2, 2),
            (3, 3),
            (7, 6),
            (100, 96),
            (255, 192),
            (511, 384),
            (512, 512),
        ] {
            assert_eq!(portion(waiting), portion_of_it);
        }
    }

    #[test]
    fn a_part_begins_and_ends_the_transaction_where_it_is_the_first_and_the_last() {
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
            is_first: true,
            is_last: true,
        };
        let both = "INSERT INTO t (a) VALUES (?); INSERT INTO u (b) VALUES (?)";
        assert_eq!(
            part.text(tables),
            format!("BEGIN IMMEDIATE; {both}; COMMIT")
        );
        assert_eq!(
            Part {
                is_first: false,
                is_last: false,
                ..part
            }
            .text(tables),
            both
        );
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
