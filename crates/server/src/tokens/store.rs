//! Queries on access tokens, which are stored by their hashes.

use std::time::Duration;

use sqlx::{Any, Executor};

use super::record::{ListedToken, TokenFilter, TokenRecord};
use crate::db::columns::number;
use crate::db::error::StoreError;
use crate::db::single_use::SingleUse;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::db::value::replace_nul;
use crate::issuers::record::MAX_EXPIRATION;

/// How many rows are deleted at a time.
const DELETE_BATCH: u32 = 2_000;

/// How long a revocation of an issuer's tokens is kept, in seconds: longer than any token that it
/// ends.
const REVOCATION_LIFETIME: i64 = MAX_EXPIRATION + 86_400;

/// The columns of a token. Whether it is withdrawn follows from versions, because a transaction that
/// revokes tokens does not see those that others are storing at the same time.
const COLUMNS: &str = "tokens.*, CASE
    WHEN kind = 'bootstrap' THEN CAST(0 AS BIGINT)
    WHEN NOT EXISTS (SELECT 1 FROM organizations WHERE id = tokens.organization_id) THEN CAST(1 AS BIGINT)
    WHEN EXISTS (SELECT 1 FROM revocations WHERE organization_id = tokens.organization_id AND issuer IN (tokens.issuer, '')
                 AND version > tokens.version) THEN CAST(1 AS BIGINT)
    ELSE CAST(0 AS BIGINT) END AS is_withdrawn";

impl Store {
    /// The token with a hash, active or not.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn token(&self, hash: &str) -> Result<Option<TokenRecord>, StoreError> {
        find_token(&self.pool, hash).await
    }

    /// The token with a hash, active or not. Until the transaction ends, no other one revokes it.
    pub(crate) async fn lock_token(
        transaction: &mut Transaction,
        hash: &str,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let lock = "UPDATE tokens SET revoked = revoked WHERE hash = $1";
        let query = sqlx::query(lock).bind(hash.to_owned());
        query.execute(&mut **transaction).await?;
        find_token(&mut **transaction, hash).await
    }

    /// The active tokens of an organization with their origins, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn active_tokens(
        &self,
        organization: i64,
        filter: &TokenFilter,
        now: i64,
    ) -> Result<Vec<ListedToken>, StoreError> {
        let more = [("issuer =", &filter.issuer), ("id <", &filter.before)];
        let more = more.map(|(left, value)| value.as_ref().map(|value| (left, value)));
        let conditions: String = (3..)
            .zip(more.iter().flatten())
            .map(|(number, (left, _))| format!(" AND {left} ${number}"))
            .collect();
        let query = format!(
            "SELECT found.*, audit.id AS exchange, audit.issuer_name, audit.policies FROM
                (SELECT * FROM (SELECT {COLUMNS} FROM tokens
                                WHERE organization_id = $1 AND expires > $2 AND revoked IS NULL{conditions}) AS active
                 WHERE is_withdrawn = 0 ORDER BY id DESC LIMIT {}) AS found
             LEFT JOIN audit ON audit.id = found.id AND audit.organization_id = $1 ORDER BY found.id DESC",
            filter.limit
        );
        let mut query = sqlx::query(&query).bind(organization).bind(now);
        for (_, value) in more.into_iter().flatten() {
            query = query.bind(replace_nul(value));
        }
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(ListedToken::read)
            .collect::<Result<_, _>>()?)
    }

    /// Stores the fingerprint of the token key, unless there is one. Returns the stored one.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn register_token_key(&self, fingerprint: i64) -> Result<i64, StoreError> {
        let insert = "INSERT INTO counters (name, value) VALUES ('token-key', $1) ON CONFLICT (name) DO NOTHING";
        sqlx::query(insert)
            .bind(fingerprint)
            .execute(&self.pool)
            .await?;
        let row = sqlx::query("SELECT value FROM counters WHERE name = 'token-key'")
            .fetch_one(&self.pool)
            .await?;
        Ok(number(&row, "value")?)
    }

    /// Replaces the fingerprint of the token key, and deletes all tokens with their sessions: none is
    /// valid with another key.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn replace_token_key(&self, fingerprint: i64) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let update = sqlx::query("UPDATE counters SET value = $1 WHERE name = 'token-key'")
            .bind(fingerprint);
        update.execute(&mut *transaction).await?;
        for delete in ["DELETE FROM tokens", "DELETE FROM environment_sessions"] {
            sqlx::query(delete).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    /// Creates the bootstrap token with a hash, unless there is one that is not revoked. Returns
    /// whether it did. `keep` is called before it is valid, and if it fails, there is no such token.
    ///
    /// # Errors
    /// [`StoreError`] of the database, and that of `keep`.
    pub async fn create_bootstrap(
        &self,
        hash: &str,
        now: i64,
        keep: impl FnOnce() -> Result<(), StoreError> + Send,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let delete = "DELETE FROM tokens WHERE id = 'bootstrap' AND revoked IS NOT NULL";
        sqlx::query(delete).execute(&mut *transaction).await?;
        let insert = "INSERT INTO tokens (hash, id, kind, admin, scope, created)
                      VALUES ($1, 'bootstrap', 'bootstrap', 1, '', $2) ON CONFLICT DO NOTHING";
        let done = sqlx::query(insert)
            .bind(hash.to_owned())
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        let is_created = done.rows_affected() > 0;
        if is_created {
            sqlx::query("DELETE FROM counters WHERE name = 'bootstrap-used'")
                .execute(&mut *transaction)
                .await?;
            keep()?;
        }
        transaction.commit().await?;
        Ok(is_created)
    }

    /// Notes that a generated bootstrap token was used.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn note_bootstrap_use(&self, now: i64) -> Result<(), StoreError> {
        let insert = "INSERT INTO counters (name, value) VALUES ('bootstrap-used', $1) ON CONFLICT (name) DO NOTHING";
        sqlx::query(insert).bind(now).execute(&self.pool).await?;
        Ok(())
    }

    /// Whether a generated bootstrap token was used.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn is_bootstrap_used(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT value FROM counters WHERE name = 'bootstrap-used'")
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Replaces the bootstrap token with the one with a hash. If that was revoked, it stays revoked.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn set_bootstrap(&self, hash: &str, now: i64) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let delete = "DELETE FROM tokens WHERE id = 'bootstrap' AND hash <> $1";
        sqlx::query(delete)
            .bind(hash.to_owned())
            .execute(&mut *transaction)
            .await?;
        let insert = "INSERT INTO tokens (hash, id, kind, admin, scope, created)
                      VALUES ($1, 'bootstrap', 'bootstrap', 1, '', $2) ON CONFLICT DO NOTHING";
        sqlx::query(insert)
            .bind(hash.to_owned())
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whether an ID token that may be exchanged only once was used.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) async fn is_used(&self, mark: &SingleUse) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT expires FROM exchanged WHERE mark = $1").bind(mark.mark());
        Ok(query.fetch_optional(&self.pool).await?.is_some())
    }

    /// Deletes tokens and marks of single use that expired before `now`, and entries of the audit
    /// log from before `audit_since`, in batches that leave time for exchanges.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn clean_up(&self, now: i64, audit_since: Option<i64>) -> Result<(), StoreError> {
        let tokens = "DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE expires < $1 LIMIT $2)";
        self.delete_in_batches(tokens, now).await?;
        let exchanged = "DELETE FROM exchanged WHERE mark IN (SELECT mark FROM exchanged WHERE expires < $1 LIMIT $2)";
        self.delete_in_batches(exchanged, now).await?;
        let sessions = "DELETE FROM environment_sessions WHERE hash IN (SELECT hash FROM environment_sessions WHERE expires < $1 LIMIT $2)";
        self.delete_in_batches(sessions, now).await?;
        sqlx::query("DELETE FROM revocations WHERE at < $1")
            .bind(now.saturating_sub(REVOCATION_LIFETIME))
            .execute(&self.pool)
            .await?;
        if let Some(since) = audit_since {
            // Ids sort by time.
            let audit = "DELETE FROM audit WHERE at < $1 AND id IN (SELECT id FROM audit ORDER BY id LIMIT $2)";
            self.delete_in_batches(audit, since).await?;
            let changes = "DELETE FROM changes WHERE at < $1 AND id IN (SELECT id FROM changes ORDER BY id LIMIT $2)";
            self.delete_in_batches(changes, since).await?;
            // The last use of a shared document is written at most an hour late.
            let unused = sqlx::query("DELETE FROM evidence WHERE used < $1")
                .bind(since.saturating_sub(86_400));
            unused.execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Runs a statement that deletes up to [`DELETE_BATCH`] rows until it deletes fewer.
    async fn delete_in_batches(&self, statement: &str, before: i64) -> Result<(), StoreError> {
        while self.delete_batch(statement, before).await? == u64::from(DELETE_BATCH) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn delete_batch(&self, statement: &str, before: i64) -> Result<u64, StoreError> {
        let query = sqlx::query(statement)
            .bind(before)
            .bind(i64::from(DELETE_BATCH));
        Ok(query.execute(&self.pool).await?.rows_affected())
    }
}

async fn find_token(
    executor: impl Executor<'_, Database = Any>,
    hash: &str,
) -> Result<Option<TokenRecord>, StoreError> {
    let select = format!("SELECT {COLUMNS} FROM tokens WHERE hash = $1");
    let query = sqlx::query(&select).bind(hash.to_owned());
    let row = query.fetch_optional(executor).await?;
    Ok(row.as_ref().map(TokenRecord::read).transpose()?)
}
