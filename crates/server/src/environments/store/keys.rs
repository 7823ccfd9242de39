//! Queries on the data keys of environments.

use sqlx::any::AnyRow;

use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::environments::keys::data_key::{EnvironmentKeys, Owner, WrappedKey};
use crate::environments::keys::master::MasterKeys;
use crate::environments::record::EnvironmentRecord;
use crate::environments::state::KeyProblem;

impl WrappedKey {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            master: text(row, "master")?,
            wrapped: text(row, "wrapped")?,
            sealed: number(row, "sealed")?,
        })
    }
}

impl Store {
    /// The data keys of an environment, oldest first.
    async fn environment_keys(&self, environment: &str) -> Result<Vec<WrappedKey>, StoreError> {
        let select = "SELECT * FROM environment_keys WHERE environment = $1 ORDER BY id";
        let query = sqlx::query(select).bind(environment.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(WrappedKey::read)
            .collect::<Result<_, _>>()?)
    }

    /// The keys of an environment, unwrapped.
    ///
    /// # Errors
    /// [`KeyProblem`]
    pub(in crate::environments) async fn unwrapped_keys(
        &self,
        master: &MasterKeys,
        environment: &EnvironmentRecord,
    ) -> Result<EnvironmentKeys, KeyProblem> {
        let wrapped = self.environment_keys(&environment.id).await?;
        let keys = EnvironmentKeys::unwrap(master, environment.owner(), &wrapped)?;
        Ok(keys)
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
            .bind(key.master.clone())
            .bind(key.wrapped.clone())
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
            "UPDATE environment_keys SET wrapped = '{}' WHERE {condition}",
            "0".repeat(WRAPPED_LENGTH)
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

    /// The fingerprint of the master key that wraps, as the last start registered it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn registered_master(
        &self,
    ) -> Result<Option<i64>, StoreError> {
        let select = "SELECT value FROM counters WHERE name = 'environment-key'";
        let row = sqlx::query(select).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| number(&row, "value")).transpose()?)
    }

    /// Registers the fingerprint of the master key that wraps.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn register_master(
        &self,
        fingerprint: i64,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO counters (name, value) VALUES ('environment-key', $1)
                      ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let query = sqlx::query(insert).bind(fingerprint);
        query.execute(&self.pool).await?;
        Ok(())
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
                .bind(key.master.clone())
                .bind(key.wrapped.clone())
                .bind(key.id.clone())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }
}

/// The length of a wrapped key in base64: a nonce, the key and a tag.
const WRAPPED_LENGTH: usize = 80;
