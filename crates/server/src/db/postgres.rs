//! PostgreSQL: a server, for several replicas.

mod address;

use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::{AnyPool, ConnectOptions as _, Connection as _, Executor as _, Row as _};

use self::address::Address;
use super::engine::{BoxFuture, Connection, Engine, LATEST_VERSION};
use super::error::StoreError;
use super::pool;
use super::value::{Table, Value};

const BEGIN: &str = "BEGIN";

/// A PostgreSQL database.
#[derive(Debug)]
pub(super) struct Postgres(Address);

impl Postgres {
    /// The database of a URL, if it is one of PostgreSQL.
    ///
    /// # Errors
    /// [`StoreError::Address`] if the URL cannot be used.
    pub(super) fn from_url(url: &str) -> Option<Result<Self, StoreError>> {
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        is_postgres.then(|| Address::parse(url).map(Self))
    }

    async fn open(
        &self,
        options: AnyPoolOptions,
        setup: Option<&str>,
    ) -> Result<AnyPool, StoreError> {
        self.0.check_files()?;
        pool::open(options, self.0.url(), setup)
            .await
            .map_err(|error| self.0.explain(error))
    }
}

impl Engine for Postgres {
    fn name(&self) -> String {
        self.0.database()
    }

    fn warning(&self) -> Option<String> {
        self.0.warning()
    }

    fn open_pool(&self) -> BoxFuture<'_, Result<AnyPool, StoreError>> {
        Box::pin(self.open(pool::options().max_connections(8), None))
    }

    fn open_read_only(&self) -> BoxFuture<'_, Result<AnyPool, StoreError>> {
        const READ_ONLY: &str = "SET default_transaction_read_only = on";
        let options = pool::options()
            .max_connections(1)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(READ_ONLY).await.map(|_| ()) })
            });
        Box::pin(self.open(options, Some(READ_ONLY)))
    }

    fn begin(&self) -> &'static str {
        BEGIN
    }

    fn migration_lock(&self) -> Option<&'static str> {
        Some("SELECT pg_advisory_xact_lock(4848202011)")
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, StoreError>> {
        Box::pin(async {
            let options = self.0.options()?.disable_statement_logging();
            let connection = PgConnection::connect_with(&options)
                .await
                .map_err(|error| self.0.explain(error.into()))?;
            Ok(Box::new(PostgresConnection(connection)) as Box<dyn Connection>)
        })
    }

    /// While one transaction waits for the disk, the next one is on its way.
    fn writer_connections(&self) -> usize {
        2
    }

    fn batch_size(&self, waiting: usize) -> usize {
        waiting
    }

    fn pause(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A connection of the writer. It inserts rows by `COPY`, which costs the server least.
struct PostgresConnection(PgConnection);

impl PostgresConnection {
    async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        let query = values.iter().fold(sqlx::query(sql), bind);
        Ok(query.execute(&mut self.0).await?.rows_affected())
    }

    async fn insert(&mut self, table: Table, values: &[Value<'_>]) -> Result<(), sqlx::Error> {
        if values.is_empty() {
            return Ok(());
        }
        let statement = format!("COPY {} ({}) FROM STDIN", table.name, table.columns);
        let mut copy = self.0.copy_in_raw(&statement).await?;
        copy.send(copy_text(values, table.width)).await?;
        copy.finish().await?;
        Ok(())
    }
}

impl Connection for PostgresConnection {
    fn begin(&mut self) -> BoxFuture<'_, Result<i64, sqlx::Error>> {
        Box::pin(async {
            // One round trip, because neither statement is prepared.
            let begin = format!("{BEGIN}; {LATEST_VERSION}");
            let row = (&mut self.0).fetch_one(begin.as_str()).await?;
            row.try_get(0)
        })
    }

    fn exists<'a>(
        &'a mut self,
        sql: &'a str,
        values: &'a [Value<'a>],
    ) -> BoxFuture<'a, Result<bool, sqlx::Error>> {
        Box::pin(async move {
            let query = values.iter().fold(sqlx::query(sql), bind);
            Ok(query.fetch_optional(&mut self.0).await?.is_some())
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

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async { self.0.close().await.unwrap_or_default() })
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, PgArguments>;

fn bind<'q>(query: Query<'q>, value: &'q Value<'_>) -> Query<'q> {
    match value {
        Value::Text(text) => query.bind(&**text),
        Value::Number(number) => query.bind(number),
        Value::Null => query.bind(None::<&str>),
    }
}

/// Rows in the text format of `COPY`: a row per line, columns separated by tabs.
fn copy_text(values: &[Value<'_>], width: usize) -> Vec<u8> {
    let mut lines = Vec::with_capacity(values.len() * 100);
    for row in values.chunks(width) {
        for (place, value) in row.iter().enumerate() {
            if place > 0 {
                lines.push(b'\t');
            }
            match value {
                Value::Text(text) => escape(text, &mut lines),
                Value::Number(number) => lines.extend_from_slice(number.to_string().as_bytes()),
                Value::Null => lines.extend_from_slice(b"\\N"),
            }
        }
        lines.push(b'\n');
    }
    lines
}

fn escape(text: &str, lines: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(place) = rest
        .iter()
        .position(|byte| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r'))
    {
        let (before, after) = rest.split_at(place);
        lines.extend_from_slice(before);
        lines.push(b'\\');
        lines.push(match after.first() {
            Some(b'\t') => b't',
            Some(b'\n') => b'n',
            Some(b'\r') => b'r',
            _ => b'\\',
        });
        rest = after.get(1..).unwrap_or_default();
    }
    lines.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::{Value, copy_text};

    #[test]
    fn what_means_something_in_a_line_is_escaped() {
        let values = [
            Value::trusted("a\tb\\N\r\nc"),
            Value::Null,
            Value::Number(-1),
            Value::trusted(""),
            Value::trusted("\\."),
            Value::trusted("é"),
        ];
        let expected = "a\\tb\\\\N\\r\\nc\t\\N\t-1\n\t\\\\.\té\n";
        assert_eq!(String::from_utf8(copy_text(&values, 3)).unwrap(), expected);
    }
}
