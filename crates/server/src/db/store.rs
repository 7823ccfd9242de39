//! The store: organizations, issuers, policies, tokens and the audit log. Each feature adds its
//! queries in its own `store.rs`.

use std::fmt;
use std::sync::Arc;

use sqlx::{AnyPool, Executor as _, Row as _};

use super::engine::Engine;
use super::error::StoreError;
use super::transaction::Transaction;
use super::{migrations, url};

/// A database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
    pub(crate) engine: Arc<dyn Engine>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database of a URL and migrates it to the latest schema. Creates the file of an
    /// SQLite database if it is missing.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be opened, or was written by a later version of the program.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let engine = url::engine(url)?;
        let pool = engine.open_pool().await?;
        migrations::run(&pool, &*engine).await?;
        Ok(Self { pool, engine })
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// [`StoreError`] if it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.pool.execute("SELECT 1").await?;
        Ok(())
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The number of the latest change to issuers and policies.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn version(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT value FROM counters WHERE name = 'version'")
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// Begins a transaction that will write.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        Transaction::begin(&self.pool, self.engine.begin()).await
    }

    /// Numbers a change to an organization, so that every replica notices it. The row that is
    /// locked here puts all changes in order.
    pub(crate) async fn bump_version(
        transaction: &mut Transaction,
        organization: &str,
    ) -> Result<i64, StoreError> {
        let row = sqlx::query(
            "UPDATE counters SET value = value + 1 WHERE name = 'version' RETURNING value",
        )
        .fetch_one(&mut **transaction)
        .await?;
        let version: i64 = row.try_get(0)?;
        let changed = sqlx::query("UPDATE organizations SET version = $1 WHERE name = $2")
            .bind(version)
            .bind(organization)
            .execute(&mut **transaction)
            .await?;
        if changed.rows_affected() == 0 {
            return Err(StoreError::Missing {
                what: "organization",
            });
        }
        Ok(version)
    }
}
