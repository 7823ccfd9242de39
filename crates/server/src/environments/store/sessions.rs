//! Queries on open sessions.

use sqlx::any::AnyRow;

use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::environments::keys::session_key::SessionOwner;
use crate::environments::record::{EnvironmentRecord, SessionRecord};
use crate::organizations::record::Organization;

/// How many sessions of one token are kept. A new one beyond that ends the oldest.
const MAX_TOKEN_SESSIONS: i64 = 50;

/// How many bytes of sessions an organization has, at most. Sessions that have expired do not count.
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
            secret: text(row, "secret")?,
            created: number(row, "created")?,
            expires: number(row, "expires")?,
            sealed: text(row, "sealed")?,
        })
    }
}

/// Whether a session was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::environments) enum SessionOutcome {
    Stored,
    /// The sessions of the organization would have too many bytes.
    OverQuota,
    /// Its token was revoked in the meantime, or has expired.
    TokenInactive,
}

impl Store {
    /// Stores a session of the token with a hash, and records who opened what.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the organization was deleted.
    pub(in crate::environments) async fn create_session(
        &self,
        session: &SessionRecord,
        token_hash: &str,
        changes: Vec<Change>,
    ) -> Result<SessionOutcome, StoreError> {
        let owner = &session.owner;
        let mut transaction = self.begin().await?;
        // One after the other, so that none is missing in the sum below.
        Self::lock_organization(&mut transaction, owner.organization).await?;
        // A revocation ends the sessions that it finds: none may be stored after it.
        let token = Self::lock_token(&mut transaction, token_hash).await?;
        if !token.is_some_and(|token| token.is_active(session.created)) {
            return Ok(SessionOutcome::TokenInactive);
        }
        let oldest = "DELETE FROM environment_sessions WHERE organization = $1 AND token = $2 AND hash NOT IN
                          (SELECT hash FROM environment_sessions WHERE organization = $1 AND token = $2 AND expires > $3
                           ORDER BY created DESC, hash LIMIT $4)";
        sqlx::query(oldest)
            .bind(owner.organization)
            .bind(owner.token.clone())
            .bind(session.created)
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
            return Ok(SessionOutcome::OverQuota);
        }
        let insert = "INSERT INTO environment_sessions
                          (hash, organization, environment, token, secret, created, expires, bytes, sealed)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        sqlx::query(insert)
            .bind(session.hash.clone())
            .bind(owner.organization)
            .bind(owner.environment.clone())
            .bind(owner.token.clone())
            .bind(session.secret.clone())
            .bind(session.created)
            .bind(session.expires)
            .bind(bytes)
            .bind(session.sealed.clone())
            .execute(&mut *transaction)
            .await?;
        self.commit_changes(transaction, changes).await?;
        Ok(SessionOutcome::Stored)
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

    /// Ends the sessions of a token, which the transaction revokes. That of the bootstrap token, which has no organization,
    /// may be in any.
    pub(crate) async fn end_token_sessions(
        transaction: &mut Transaction,
        organization: Option<i64>,
        token: &str,
    ) -> Result<(), StoreError> {
        let within = organization.map_or("", |_| " AND organization = $2");
        let delete = format!("DELETE FROM environment_sessions WHERE token = $1{within}");
        let mut query = sqlx::query(&delete).bind(token.to_owned());
        if let Some(organization) = organization {
            query = query.bind(organization);
        }
        query.execute(&mut **transaction).await?;
        Ok(())
    }

    /// Ends the sessions of the tokens of an organization that were granted for ID tokens of an issuer, or of all of them,
    /// before a version.
    pub(crate) async fn end_withdrawn_sessions(
        &self,
        organization: i64,
        issuer: Option<&str>,
        version: i64,
    ) -> Result<(), StoreError> {
        let of_issuer = issuer.map_or("", |_| " AND issuer = $3");
        let delete = format!(
            "DELETE FROM environment_sessions WHERE organization = $1 AND token IN
                 (SELECT id FROM tokens WHERE organization_id = $1 AND version < $2{of_issuer})"
        );
        let mut query = sqlx::query(&delete).bind(organization).bind(version);
        if let Some(issuer) = issuer {
            query = query.bind(issuer.to_owned());
        }
        query.execute(&self.pool).await?;
        Ok(())
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
