//! Queries on signing keys.

use sqlx::any::AnyRow;

use super::key::StoredKey;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::environments::keys::source::WrappedBy;

const BY_PURPOSE: &str = "SELECT * FROM signing_keys WHERE purpose = $1 ORDER BY active, id";

impl StoredKey {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            purpose: text(row, "purpose")?,
            active: number(row, "active")?,
            by: WrappedBy::read(row)?,
            jwk: text(row, "jwk")?,
        })
    }
}

impl Store {
    /// The ids of the master keys that wrap signing keys.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) async fn signing_key_masters(&self) -> Result<Vec<String>, StoreError> {
        let select = "SELECT DISTINCT master FROM signing_keys ORDER BY master";
        let rows = sqlx::query(select).fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(|row| text(row, "master"))
            .collect::<Result<_, _>>()?)
    }

    /// The keys that sign for a purpose, in the order in which they do.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn signing_keys(&self, purpose: &str) -> Result<Vec<StoredKey>, StoreError> {
        let query = sqlx::query(BY_PURPOSE).bind(purpose.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        Ok(read_all(&rows)?)
    }

    /// Adds keys and deletes others, unless another replica has changed them: `seen` are those that the change is based on.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn change_signing_keys(
        &self,
        purpose: &str,
        seen: &[StoredKey],
        add: &[StoredKey],
        delete: &[StoredKey],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        // Replicas come one after the other.
        Self::next_version(&mut transaction).await?;
        let query = sqlx::query(BY_PURPOSE).bind(purpose.to_owned());
        let rows = query.fetch_all(&mut *transaction).await?;
        let found = read_all(&rows)?;
        if found
            .iter()
            .map(|key| &key.id)
            .ne(seen.iter().map(|key| &key.id))
        {
            return Ok(());
        }
        for key in add {
            let insert = "INSERT INTO signing_keys (id, purpose, active, master, wrapped, jwk) VALUES ($1, $2, $3, $4, $5, $6)";
            sqlx::query(insert)
                .bind(key.id.clone())
                .bind(key.purpose.clone())
                .bind(key.active)
                .bind(key.by.master.clone())
                .bind(key.by.wrapped.clone())
                .bind(key.jwk.clone())
                .execute(&mut *transaction)
                .await?;
        }
        for key in delete {
            let query = sqlx::query("DELETE FROM signing_keys WHERE id = $1").bind(key.id.clone());
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    /// Signing keys that another master key wraps.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn signing_keys_of_other_masters(
        &self,
        master: &str,
    ) -> Result<Vec<StoredKey>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM signing_keys WHERE master <> $1").bind(master.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        Ok(read_all(&rows)?)
    }

    /// Stores a signing key that was wrapped again.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn store_rewrapped_signing_key(
        &self,
        key: &StoredKey,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE signing_keys SET master = $1, wrapped = $2 WHERE id = $3")
            .bind(key.by.master.clone())
            .bind(key.by.wrapped.clone())
            .bind(key.id.clone())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn read_all(rows: &[AnyRow]) -> Result<Vec<StoredKey>, sqlx::Error> {
    rows.iter().map(StoredKey::read).collect()
}
