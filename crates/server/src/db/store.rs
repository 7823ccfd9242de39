//! The store: organizations, issuers, policies, tokens and the audit log. Each feature adds its
//! queries in its own `store.rs`.

use std::fmt;
use std::sync::Arc;

use sqlx::{AnyPool, Executor as _, Row as _};

use super::engine::{Engine, LATEST_VERSION};
use super::error::StoreError;
use super::transaction::Transaction;
use super::{migrations, url};
use crate::audit::file::AuditFile;
use crate::changes::record::Author;
use crate::organizations::record::Organization;
use crate::turns::Turns;

/// A database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
    pub(crate) engine: Arc<dyn Engine>,
    /// Who makes changes.
    pub(crate) author: Arc<Author>,
    /// Where changes are also written.
    pub(crate) audit_file: AuditFile,
    /// Where costly evidence is computed.
    pub(crate) replays: Turns,
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
        if let Some(warning) = engine.warning() {
            tracing::warn!("{warning}");
        }
        let pool = engine.open_pool().await?;
        migrations::run(&pool, &*engine).await?;
        Ok(Self::new(pool, engine))
    }

    fn new(pool: AnyPool, engine: Arc<dyn Engine>) -> Self {
        Self {
            pool,
            engine,
            author: Arc::default(),
            audit_file: AuditFile::default(),
            replays: Turns::two(),
        }
    }

    /// Opens the database of a URL to read from it. Neither creates nor migrates it, so its schema may
    /// be that of an earlier version.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be opened.
    pub async fn open_read_only(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let engine = url::engine(url)?;
        let pool = engine.open_read_only().await?;
        Ok(Self::new(pool, engine))
    }

    /// What the URL leaves unprotected on the way to the database.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.engine.warning()
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
        let row = sqlx::query(LATEST_VERSION).fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }

    /// Begins a transaction that will write.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        Transaction::begin(&self.pool, self.engine.begin()).await
    }

    /// The number of the next change. The row that is locked here puts all changes in order.
    pub(crate) async fn next_version(transaction: &mut Transaction) -> Result<i64, StoreError> {
        let update = "UPDATE counters SET value = value + 1 WHERE name = 'version' RETURNING value";
        let row = sqlx::query(update).fetch_one(&mut **transaction).await?;
        Ok(row.try_get(0)?)
    }

    /// Locks the organization with an id until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it was deleted.
    pub(crate) async fn lock_organization(
        transaction: &mut Transaction,
        organization: i64,
    ) -> Result<(), StoreError> {
        let lock = sqlx::query("UPDATE organizations SET version = version WHERE id = $1");
        let locked = lock.bind(organization).execute(&mut **transaction).await?;
        match locked.rows_affected() {
            0 => Err(StoreError::Missing {
                what: "organization",
            }),
            _ => Ok(()),
        }
    }

    /// Numbers a change to the organization with an id, so that every replica notices it. Returns
    /// the organization with its new version.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it was deleted, even if there is another one of its name.
    pub(crate) async fn bump_version(
        transaction: &mut Transaction,
        organization: i64,
    ) -> Result<Organization, StoreError> {
        let version = Self::next_version(transaction).await?;
        let update = sqlx::query("UPDATE organizations SET version = $1 WHERE id = $2 RETURNING *")
            .bind(version)
            .bind(organization);
        let row = update.fetch_optional(&mut **transaction).await?;
        let missing = StoreError::Missing {
            what: "organization",
        };
        Ok(Organization::read(&row.ok_or(missing)?)?)
    }
}
