//! The connections that write, to either kind of database.

use std::sync::Arc;
use std::time::Duration;

use super::row::{AUDIT, TOKENS, Table, Value};
use crate::db::sqlite::Log;
use crate::db::store::{Kind, StoreError, sqlite_file};
use crate::db::{postgres, sqlite};

/// How many transactions PostgreSQL is given at a time: while one waits for the disk, the next is
/// on its way.
const POSTGRES_CONNECTIONS: usize = 2;

/// A connection that writes.
#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(sqlite::Connection),
    Postgres(postgres::Connection),
}

impl Connection {
    /// All that write to a database at once.
    pub(super) async fn open_all(url: &str, kind: Kind) -> Result<Vec<Self>, StoreError> {
        let count = match kind {
            Kind::Sqlite => 1,
            Kind::Postgres => POSTGRES_CONNECTIONS,
        };
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(Self::open(url, kind).await?);
        }
        Ok(all)
    }

    pub(super) async fn open(url: &str, kind: Kind) -> Result<Self, StoreError> {
        let open = async {
            match kind {
                Kind::Sqlite => {
                    let file = sqlite_file(url).ok_or_else(|| StoreError::Url {
                        found: "sqlite".to_owned(),
                    })?;
                    Ok(Self::Sqlite(sqlite::Connection::open(&file).await?))
                }
                Kind::Postgres => Ok(Self::Postgres(postgres::Connection::open(url).await?)),
            }
        };
        let timeout = |_| StoreError::Database(sqlx::Error::PoolTimedOut);
        tokio::time::timeout(Duration::from_secs(10), open)
            .await
            .map_err(timeout)?
    }

    /// The log that has to be synced after a commit; none where a commit does that.
    pub(super) fn log(&self) -> Option<Arc<Log>> {
        match self {
            Self::Sqlite(connection) => Some(Arc::clone(connection.log())),
            Self::Postgres(_) => None,
        }
    }

    pub(super) fn is_usable(&self) -> bool {
        match self {
            Self::Sqlite(connection) => connection.is_usable(),
            Self::Postgres(_) => true,
        }
    }

    /// Brings what is in the log into the database, and that to the disk.
    pub(super) async fn save_log(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.save_log().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Begins a transaction. SQLite gets its lock at once.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        };
        self.execute(begin, &[]).await.map(|_| ())
    }

    /// Runs a statement, and says how many rows it has changed.
    pub(super) async fn execute(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.execute(sql, values).await,
            Self::Postgres(connection) => connection.execute(sql, values).await,
        }
    }

    /// Inserts rows, the values of one after those of the other.
    pub(super) async fn insert(
        &mut self,
        table: Table,
        values: &[Value<'_>],
    ) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.insert(table, values).await,
            Self::Postgres(connection) => connection.insert(table, values).await,
        }
    }

    /// Inserts as many tokens as entries, in a transaction of their own.
    pub(super) async fn insert_alone(
        &mut self,
        values: [&[Value<'_>]; 2],
    ) -> Result<(), sqlx::Error> {
        let tables = [TOKENS, AUDIT];
        if let Self::Sqlite(connection) = self {
            return connection.insert_alone(tables, values).await;
        }
        self.begin().await?;
        for (table, values) in tables.into_iter().zip(values) {
            self.insert(table, values).await?;
        }
        self.execute("COMMIT", &[]).await.map(|_| ())
    }

    /// How many of the exchanges that wait go into one transaction.
    pub(super) fn portion(kind: Kind, waiting: usize) -> usize {
        match kind {
            Kind::Sqlite => sqlite::portion(waiting),
            Kind::Postgres => waiting,
        }
    }

    pub(super) async fn close(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        }
    }
}
