//! Writing to SQLite. A commit does not wait for the disk; what it has appended to the log (`-wal`) is synced after it, while
//! the next transaction runs. `PRAGMA synchronous = FULL` does the same one after the other.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _, Sqlite};

use super::row::{Table, Value};
use crate::store::StoreError;

/// The sizes of statements. They are few, so that they stay prepared.
const SIZES: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// A connection that writes.
#[derive(Debug)]
pub(super) struct Connection {
    connection: SqliteConnection,
    log: Arc<Log>,
    statements: HashMap<(&'static str, usize), String>,
}

/// The log that commits append to, as this connection has found it.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    has_failed: AtomicBool,
}

impl Log {
    /// Waits until all that was committed so far is on the disk. After a failure nobody can tell what is, not even after a
    /// success: the connection is not used any more then.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        if self.has_failed() {
            return Err(StoreError::Sync(std::io::Error::other("the log could not be synced before")));
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
    pub(super) async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(5))
            .pragma("cache_size", "-16000")
            .disable_statement_logging();
        let connection = SqliteConnection::connect_with(&options).await?;
        // The log is there as long as a connection is, so it stays this file.
        let mut log = file.canonicalize().map_err(StoreError::Sync)?.into_os_string();
        log.push("-wal");
        let file = File::options().read(true).write(true).open(log).map_err(StoreError::Sync)?;
        let log = Arc::new(Log { file, has_failed: AtomicBool::new(false) });
        Ok(Self { connection, log, statements: HashMap::new() })
    }

    /// Brings what is in the log into the database, and that to the disk.
    pub(super) async fn save_log(&mut self) -> Result<(), StoreError> {
        let checkpoint = self.connection.fetch_one("PRAGMA wal_checkpoint(FULL)").await?;
        if checkpoint.try_get::<i64, _>(0)? != 0 {
            return Err(StoreError::Sync(std::io::Error::other("the log is held by somebody else")));
        }
        Ok(())
    }

    pub(super) async fn close(self) {
        let _ = self.connection.close().await;
    }

    pub(super) fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// Takes a log that cannot be synced in place of its own.
    #[cfg(test)]
    pub(super) fn break_log(&mut self) {
        let file = File::open("/dev/null").expect("it is there");
        self.log = Arc::new(Log { file, has_failed: AtomicBool::new(false) });
    }

    pub(super) fn is_usable(&self) -> bool {
        !self.log.has_failed()
    }

    pub(super) async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        let query = values.iter().fold(sqlx::query::<Sqlite>(sql), bind);
        Ok(query.execute(&mut self.connection).await?.rows_affected())
    }

    /// Inserts rows, many in one statement.
    pub(super) async fn insert(&mut self, table: Table, values: &[Value<'_>]) -> Result<(), sqlx::Error> {
        let mut rest = values;
        while !rest.is_empty() {
            let rows = rest.len() / table.width;
            let Some(size) = SIZES.into_iter().find(|size| *size <= rows) else { break };
            let (part, others) = rest.split_at(size * table.width);
            let statement = self.statements.entry((table.name, size)).or_insert_with(|| statement(table, size));
            let query = part.iter().fold(sqlx::query::<Sqlite>(statement), bind);
            query.execute(&mut self.connection).await?;
            rest = others;
        }
        Ok(())
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
    format!("INSERT INTO {} ({}) VALUES {}", table.name, table.columns, vec![row; rows].join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Table, statement};

    #[test]
    fn a_statement_has_a_place_for_each_column_of_each_row() {
        let table = Table { name: "t", columns: "a, b", width: 2 };
        assert_eq!(statement(table, 2), "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)");
    }
}
