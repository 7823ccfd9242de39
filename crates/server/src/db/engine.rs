//! What differs between SQL engines. The queries themselves run on all of them: tables hold texts
//! and 64-bit integers only, times are seconds since 1970, and lists are JSON texts.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;

use super::error::StoreError;
use super::value::{Table, Value};
use super::wal::WriteAheadLog;

/// A future of a trait object.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The query of the number of the latest change to organizations, issuers and policies.
pub(crate) const LATEST_VERSION: &str = "SELECT value FROM counters WHERE name = 'version'";

/// A SQL engine, with the address of one database. `Debug` must not show a password.
pub(crate) trait Engine: fmt::Debug + Send + Sync {
    /// The name of the database, as a part of the names of files that belong to it.
    fn name(&self) -> String;

    /// What the address leaves unprotected.
    fn warning(&self) -> Option<String> {
        None
    }

    /// Opens a pool of connections, for everything but exchanges. Creates the database if the
    /// engine can.
    fn open_pool(&self) -> BoxFuture<'_, Result<AnyPool, StoreError>>;

    /// Opens a pool of one connection that only reads.
    fn open_read_only(&self) -> BoxFuture<'_, Result<AnyPool, StoreError>>;

    /// The statement that begins a transaction which will write.
    fn begin(&self) -> &'static str;

    /// A statement that keeps other replicas from migrating until the transaction ends; `None`
    /// where the transaction does that itself.
    fn migration_lock(&self) -> Option<&'static str>;

    /// Opens a connection for the writer.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, StoreError>>;

    /// How many connections the writer uses at a time.
    fn writer_connections(&self) -> usize;

    /// How many of the exchanges that are waiting go into the next transaction.
    fn batch_size(&self, waiting: usize) -> usize;

    /// Pauses the writer, so that more exchanges arrive for the next transaction.
    fn pause(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

/// A connection of the writer: it inserts many rows in one transaction.
pub(crate) trait Connection: Send {
    /// Begins a transaction, and returns the number of the latest change to organizations, issuers
    /// and policies.
    fn begin(&mut self) -> BoxFuture<'_, Result<i64, sqlx::Error>>;

    /// Whether a query has a row.
    fn exists<'a>(
        &'a mut self,
        sql: &'a str,
        values: &'a [Value<'a>],
    ) -> BoxFuture<'a, Result<bool, sqlx::Error>>;

    /// Runs a statement and returns the number of rows that it changed.
    fn execute<'a>(
        &'a mut self,
        sql: &'a str,
        values: &'a [Value<'a>],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>>;

    /// Inserts rows. `values` holds one row after the other.
    fn insert<'a>(
        &'a mut self,
        table: Table,
        values: &'a [Value<'a>],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>>;

    /// Inserts the same number of rows into two tables, and commits.
    fn insert_and_commit<'a>(
        &'a mut self,
        tables: [Table; 2],
        values: [&'a [Value<'a>]; 2],
    ) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(async move {
            for (table, values) in tables.into_iter().zip(values) {
                self.insert(table, values).await?;
            }
            self.execute("COMMIT", &[]).await.map(|_| ())
        })
    }

    /// The write-ahead log to sync after a commit; `None` where a commit syncs by itself.
    fn wal(&self) -> Option<Arc<WriteAheadLog>> {
        None
    }

    /// Whether the connection may be used further.
    fn is_usable(&self) -> bool {
        true
    }

    /// Moves everything from the write-ahead log into the database, and syncs that.
    fn checkpoint(&mut self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    /// Closes the connection.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()>;
}
