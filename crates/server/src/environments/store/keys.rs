//! Queries on the data keys of environments.

use sqlx::any::AnyRow;

use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::environments::keys::data_key::{Owner, WrappedKey};
use crate::environments::keys::source::WrappedBy;

impl WrappedKey {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            by: WrappedBy::read(row)?,
            sealed: number(row, "sealed")?,
        })
    }
}

impl WrappedBy {
    /// A wrapped key from the columns of its table.
    pub(crate) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            master: text(row, "master")?,
            wrapped: text(row, "wrapped")?,
        })
    }
}

impl Store {
    /// The data keys of an environment, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn environment_keys(
        &self,
        environment: &str,
    ) -> Result<Vec<WrappedKey>, StoreError> {
        let select = "SELECT * FROM environment_keys WHERE environment = $1 ORDER BY id";
        let query = sqlx::query(select).bind(environment.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(WrappedKey::read)
            .collect::<Result<_, _>>()?)
    }

    pub(super) async fn insert_key(
        transaction: &mut Transaction,
        environment: &str,
        key: &WrappedKey,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO environment_keys (id, environment, master, wrapped, sealed) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(insert)
            .bind(key.id.clone())
            .bind(environment.to_owned())
            .bind(key.by.master.clone())
            .bind(key.by.wrapped.clone())
            .bind(key.sealed)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    /// Counts secrets that the newest key of an environment has sealed.
    pub(super) async fn count_sealed(
        transaction: &mut Transaction,
        environment: &str,
        count: i64,
    ) -> Result<(), StoreError> {
        let update = "UPDATE environment_keys SET sealed = sealed + $1
                      WHERE id = (SELECT MAX(id) FROM environment_keys WHERE environment = $2)";
        let query = sqlx::query(update).bind(count).bind(environment.to_owned());
        query.execute(&mut **transaction).await?;
        Ok(())
    }

    /// Overwrites keys, of the environments that a condition on `$1` selects, with as many bytes, before their rows are
    /// deleted: a row that is only deleted stays in the file for a while.
    pub(super) async fn shred_keys(
        transaction: &mut Transaction,
        condition: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE environment_keys SET wrapped = substr('{}', 1, length(wrapped)) WHERE {condition}",
            "0".repeat(MAX_WRAPPED)
        );
        let query = sqlx::query(&update).bind(value.to_owned());
        query.execute(&mut **transaction).await?;
        Ok(())
    }

    /// Overwrites the keys of all environments of an organization.
    pub(crate) async fn shred_environment_keys(
        transaction: &mut Transaction,
        organization: &str,
    ) -> Result<(), StoreError> {
        let condition =
            "environment IN (SELECT environments.id FROM environments JOIN organizations
             ON organizations.id = environments.organization WHERE organizations.name = $1)";
        Self::shred_keys(transaction, condition, organization).await
    }

    /// The ids of the master keys that wrap data keys.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn environment_masters(
        &self,
    ) -> Result<Vec<String>, StoreError> {
        let select = "SELECT DISTINCT master FROM environment_keys ORDER BY master";
        let rows = sqlx::query(select).fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(|row| text(row, "master"))
            .collect::<Result<_, _>>()?)
    }

    /// Up to a thousand data keys that another master key wraps.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn keys_of_other_masters(
        &self,
        master: &str,
    ) -> Result<Vec<(Owner, WrappedKey)>, StoreError> {
        let select = "SELECT environment_keys.*, environments.organization FROM environment_keys
                      JOIN environments ON environments.id = environment_keys.environment
                      WHERE master <> $1 ORDER BY environment_keys.id LIMIT 1000";
        let query = sqlx::query(select).bind(master.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        let read = |row: &AnyRow| {
            let owner = Owner {
                organization: number(row, "organization")?,
                environment: text(row, "environment")?,
            };
            Ok((owner, WrappedKey::read(row)?))
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Stores data keys that were wrapped again. What was sealed with them meanwhile stays counted.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn store_rewrapped(
        &self,
        keys: &[WrappedKey],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let update = "UPDATE environment_keys SET master = $1, wrapped = $2 WHERE id = $3";
        for key in keys {
            sqlx::query(update)
                .bind(key.by.master.clone())
                .bind(key.by.wrapped.clone())
                .bind(key.id.clone())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }
}

/// No wrapped key is as long: it is a nonce, the key and a tag in base64, and with OpenBao a version too.
const MAX_WRAPPED: usize = 200;
