//! The schema, and its migrations from earlier versions.

use sqlx::{AnyPool, Executor as _, Row as _};

use super::engine::Engine;
use super::error::StoreError;
use super::transaction::Transaction;

/// Each migrates the schema by one version. A released migration never changes.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
];

/// Migrates the schema to the latest version, one replica at a time.
///
/// # Errors
/// [`StoreError::Newer`] if the schema is from a later version of the program.
pub(super) async fn run(pool: &AnyPool, engine: &dyn Engine) -> Result<(), StoreError> {
    let mut transaction = Transaction::begin(pool, engine.begin()).await?;
    if let Some(lock) = engine.migration_lock() {
        transaction.execute(lock).await?;
    }
    transaction
        .execute(
            "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
        )
        .await?;
    let found = transaction
        .fetch_optional("SELECT value FROM counters WHERE name = 'schema'")
        .await?;
    let found: i64 = found.map_or(Ok(0), |row| row.try_get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for migration in MIGRATIONS
        .iter()
        .skip(usize::try_from(found).unwrap_or_default())
    {
        for statement in migration
            .split(";\n")
            .map(str::trim)
            .filter(|statement| !statement.is_empty())
        {
            transaction.execute(statement).await?;
        }
    }
    if found < known {
        let set = "INSERT INTO counters (name, value) VALUES ('schema', $1)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        sqlx::query(set)
            .bind(known)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}
