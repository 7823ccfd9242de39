//! Queries on open sessions.

use sqlx::any::AnyRow;

use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::environments::keys::session_key::SessionOwner;
use crate::environments::record::{EnvironmentRecord, SessionRecord};
use crate::organizations::record::Organization;

/// How many sessions of one token are kept. A new one beyond that ends the oldest.
const MAX_TOKEN_SESSIONS: i64 = 50;

/// How many bytes of sessions an organization has, at most.
const MAX_BYTES: i64 = 256 * 1024 * 1024;

impl SessionRecord {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            hash: text(row, "hash")?,
            owner: SessionOwner {
                token: text(row, "token")?,
                organization: number(row, "organization")?,
                environment: text(row, "environment")?,
            },
            master: text(row, "master")?,
            created: number(row, "created")?,
            expires: number(row, "expires")?,
            sealed: text(row, "sealed")?,
        })
    }
}

impl Store {
    /// Stores a session, and records who opened what. Returns whether there was room for it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn create_session(
        &self,
        session: &SessionRecord,
        changes: Vec<Change>,
    ) -> Result<bool, StoreError> {
        let owner = &session.owner;
        let mut transaction = self.begin().await?;
        let oldest = "DELETE FROM environment_sessions WHERE organization = $1 AND token = $2 AND hash NOT IN
                          (SELECT hash FROM environment_sessions WHERE organization = $1 AND token = $2
                           ORDER BY created DESC, hash LIMIT $3)";
        sqlx::query(oldest)
            .bind(owner.organization)
            .bind(owner.token.clone())
            .bind(MAX_TOKEN_SESSIONS - 1)
            .execute(&mut *transaction)
            .await?;
        let bytes = i64::try_from(session.sealed.len()).unwrap_or(i64::MAX);
        let sum =
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM environment_sessions
                   WHERE organization = $1 AND expires > $2";
        let query = sqlx::query(sum)
            .bind(owner.organization)
            .bind(session.created);
        let row = query.fetch_one(&mut *transaction).await?;
        if number(&row, "bytes")?.saturating_add(bytes) > MAX_BYTES {
            return Ok(false);
        }
        let insert = "INSERT INTO environment_sessions
                          (hash, organization, environment, token, master, created, expires, bytes, sealed)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        sqlx::query(insert)
            .bind(session.hash.clone())
            .bind(owner.organization)
            .bind(owner.environment.clone())
            .bind(owner.token.clone())
            .bind(session.master.clone())
            .bind(session.created)
            .bind(session.expires)
            .bind(bytes)
            .bind(session.sealed.clone())
            .execute(&mut *transaction)
            .await?;
        self.commit_changes(transaction, changes).await?;
        Ok(true)
    }

    /// The session with a hash, which may have expired.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn session(
        &self,
        hash: &str,
    ) -> Result<Option<SessionRecord>, StoreError> {
        let select = "SELECT * FROM environment_sessions WHERE hash = $1";
        let query = sqlx::query(select).bind(hash.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(SessionRecord::read).transpose()?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn end_session(&self, hash: &str) -> Result<(), StoreError> {
        let delete = "DELETE FROM environment_sessions WHERE hash = $1";
        let query = sqlx::query(delete).bind(hash.to_owned());
        query.execute(&self.pool).await?;
        Ok(())
    }

    /// Ends all sessions of an environment.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn end_sessions(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
        change: Change,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let delete =
            "DELETE FROM environment_sessions WHERE organization = $1 AND environment = $2";
        let query = sqlx::query(delete)
            .bind(organization.id)
            .bind(environment.id.clone());
        query.execute(&mut *transaction).await?;
        self.commit_change(transaction, change).await
    }

    /// Records what was done without changing anything.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn record(
        &self,
        changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        self.commit_changes(transaction, changes).await
    }
}
