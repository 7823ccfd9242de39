//! Queries on the secret of open sessions.

use sqlx::any::AnyRow;

use crate::db::columns::text;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::environments::keys::session_key::StoredSecret;
use crate::environments::keys::source::WrappedBy;

const SELECT: &str = "SELECT * FROM session_secrets ORDER BY id LIMIT 1";

impl StoredSecret {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            by: WrappedBy::read(row)?,
        })
    }
}

impl Store {
    /// What the keys of sessions are derived from; `None` if no server was started with a master key.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn session_secret(
        &self,
    ) -> Result<Option<StoredSecret>, StoreError> {
        let row = sqlx::query(SELECT).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(StoredSecret::read).transpose()?)
    }

    /// Stores the secret, unless another replica has stored one. Returns the one that is stored.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn store_session_secret(
        &self,
        secret: StoredSecret,
    ) -> Result<StoredSecret, StoreError> {
        let mut transaction = self.begin().await?;
        // Replicas come one after the other.
        Self::next_version(&mut transaction).await?;
        let row = sqlx::query(SELECT)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(row) = row {
            return Ok(StoredSecret::read(&row)?);
        }
        let insert = "INSERT INTO session_secrets (id, master, wrapped) VALUES ($1, $2, $3)";
        sqlx::query(insert)
            .bind(secret.id.clone())
            .bind(secret.by.master.clone())
            .bind(secret.by.wrapped.clone())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Stores the secret after it was wrapped again.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn store_rewrapped_session_secret(
        &self,
        secret: &StoredSecret,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE session_secrets SET master = $1, wrapped = $2 WHERE id = $3")
            .bind(secret.by.master.clone())
            .bind(secret.by.wrapped.clone())
            .bind(secret.id.clone())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
