//! PostgreSQL: a server, for several replicas.

mod address;

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AnyPool, ConnectOptions as _, Connection as _};

use self::address::Address;
use super::engine::{BoxFuture, Connection, Engine};
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
}

impl Engine for Postgres {
    fn open_pool(&self) -> BoxFuture<'_, Result<AnyPool, StoreError>> {
        Box::pin(async {
            self.0.check_files()?;
            if let Some(warning) = self.0.warning() {
                tracing::warn!("{warning}");
            }
            let options = pool::options().max_connections(8);
            pool::open(options, self.0.url(), None)
                .await
                .map_err(|error| self.0.explain(error))
        })
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
        let query =
            values.iter().fold(
                sqlx::query::<sqlx::Postgres>(sql),
                |query, value| match value {
                    Value::Text(text) => query.bind(&**text),
                    Value::Number(number) => query.bind(number),
                    Value::Null => query.bind(None::<&str>),
                },
            );
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
    fn begin(&mut self) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        Box::pin(async { self.execute(BEGIN, &[]).await.map(|_| ()) })
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
