//! The schema, and its migrations from earlier versions.

use sqlx::{AnyPool, Executor as _, Row as _};

use super::columns::{number, text};
use super::engine::Engine;
use super::error::StoreError;
use super::single_use::SingleUse;
use super::transaction::Transaction;

/// Each migrates the schema by one version. A released migration never changes.
const MIGRATIONS: [&str; 14] = [
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
    include_str!("migrations/7.sql"),
    include_str!("migrations/8.sql"),
    include_str!("migrations/9.sql"),
    include_str!("migrations/10.sql"),
    include_str!("migrations/11.sql"),
    include_str!("migrations/12.sql"),
    include_str!("migrations/13.sql"),
    include_str!("migrations/14.sql"),
];

/// The migration after which the marks of single use are renamed.
const MARKS_BY_URL: usize = 4;

/// How many marks are renamed at a time.
const MARKS: i64 = 1_000;

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
    for (number, migration) in (1..)
        .zip(MIGRATIONS)
        .skip(usize::try_from(found).unwrap_or_default())
    {
        for statement in migration
            .split(";\n")
            .map(str::trim)
            .filter(|statement| !statement.is_empty())
        {
            transaction.execute(statement).await?;
        }
        if number == MARKS_BY_URL {
            rename_marks(&mut transaction).await?;
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

/// Replaces the marks of used ID tokens, by the issuer's id and `jti`, with those by the
/// organization's id, the issuer's URL and `jti`. Marks of issuers that were deleted have no URL.
async fn rename_marks(transaction: &mut Transaction) -> Result<(), StoreError> {
    let select = "SELECT used.issuer, used.jti, used.expires, issuers.url, organizations.id AS organization FROM used
                  JOIN issuers ON issuers.id = used.issuer
                  JOIN organizations ON organizations.name = issuers.organization
                  WHERE used.issuer > $1 OR (used.issuer = $1 AND used.jti > $2)
                  ORDER BY used.issuer, used.jti LIMIT $3";
    let mut last = [String::new(), String::new()];
    loop {
        let [issuer, jti] = last.clone();
        let query = sqlx::query(select).bind(issuer).bind(jti).bind(MARKS);
        let rows = query.fetch_all(&mut **transaction).await?;
        let Some(row) = rows.last() else { break };
        last = [text(row, "issuer")?, text(row, "jti")?];
        for row in &rows {
            let mark = SingleUse {
                organization: number(row, "organization")?,
                issuer: text(row, "url")?,
                jti: text(row, "jti")?,
                expires: number(row, "expires")?,
            };
            sqlx::query(SingleUse::INSERT)
                .bind(mark.mark())
                .bind(mark.expires)
                .execute(&mut **transaction)
                .await?;
        }
    }
    transaction.execute("DROP TABLE used").await?;
    Ok(())
}
