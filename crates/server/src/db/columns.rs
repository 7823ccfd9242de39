//! Columns of a row, by name.

use sqlx::Row as _;
use sqlx::any::AnyRow;

pub(crate) fn text(row: &AnyRow, column: &str) -> Result<String, sqlx::Error> {
    row.try_get(column)
}

/// `None` also if there is no such column: a database that is only read may have the schema of an
/// earlier version.
pub(crate) fn optional_text(row: &AnyRow, column: &str) -> Result<Option<String>, sqlx::Error> {
    match row.try_get(column) {
        Err(sqlx::Error::ColumnNotFound(_)) => Ok(None),
        found => found,
    }
}

pub(crate) fn number(row: &AnyRow, column: &str) -> Result<i64, sqlx::Error> {
    row.try_get(column)
}

pub(crate) fn optional_number(row: &AnyRow, column: &str) -> Result<Option<i64>, sqlx::Error> {
    row.try_get(column)
}
