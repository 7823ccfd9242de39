//! Writing to PostgreSQL: rows are copied in, which costs it least.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Postgres};

use super::writer::row::{Table, Value};
use crate::db::store::StoreError;

/// A connection that writes.
#[derive(Debug)]
pub(crate) struct Connection(PgConnection);

impl Connection {
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse()?;
        Ok(Self(
            PgConnection::connect_with(&options.disable_statement_logging()).await?,
        ))
    }

    pub(crate) async fn close(self) {
        let _ = self.0.close().await;
    }

    pub(crate) async fn execute(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<u64, sqlx::Error> {
        let query = values
            .iter()
            .fold(sqlx::query::<Postgres>(sql), |query, value| match value {
                Value::Text(text) => query.bind(&**text),
                Value::Number(number) => query.bind(number),
                Value::Null => query.bind(None::<&str>),
            });
        Ok(query.execute(&mut self.0).await?.rows_affected())
    }

    pub(crate) async fn insert(
        &mut self,
        table: Table,
        values: &[Value<'_>],
    ) -> Result<(), sqlx::Error> {
        if values.is_empty() {
            return Ok(());
        }
        let statement = format!("COPY {} ({}) FROM STDIN", table.name, table.columns);
        let mut copy = self.0.copy_in_raw(&statement).await?;
        copy.send(lines(values, table.width)).await?;
        copy.finish().await?;
        Ok(())
    }
}

/// Rows in COPY's format of text: a line each, columns by tabs.
fn lines(values: &[Value<'_>], width: usize) -> Vec<u8> {
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
    use super::super::writer::row::{Value, plain};
    use super::lines;

    #[test]
    fn what_means_something_in_a_line_is_escaped() {
        let values = [
            plain("a\tb\\N\r\nc"),
            Value::Null,
            Value::Number(-1),
            plain(""),
            plain("\\."),
            plain("é"),
        ];
        let expected = "a\\tb\\\\N\\r\\nc\t\\N\t-1\n\t\\\\.\té\n";
        assert_eq!(String::from_utf8(lines(&values, 3)).unwrap(), expected);
    }
}
