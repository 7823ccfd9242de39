//! The tables, and how those of earlier versions become them.

use sqlx::{Executor as _, Row as _};

use crate::db::store::{Kind, Store, StoreError};

/// Each brings the tables one version further; what has been released is never changed.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
];

impl Store {
    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if self.kind == Kind::Postgres {
            // One replica at a time.
            transaction
                .execute("SELECT pg_advisory_xact_lock(4848202011)")
                .await?;
        }
        transaction
            .execute("CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)")
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
}
