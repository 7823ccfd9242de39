//! Transactions of the pool.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Executor as _};

use super::error::StoreError;

/// A transaction, on a connection of its own. If it is not committed, the connection is closed
/// instead of going back to the pool: after a disk error its state is unknown.
pub(crate) struct Transaction(Option<PoolConnection<Any>>);

impl Transaction {
    /// Begins a transaction with the engine's statement for that.
    pub(crate) async fn begin(pool: &AnyPool, statement: &str) -> Result<Self, StoreError> {
        let mut transaction = Self(Some(pool.acquire().await?));
        transaction.execute(statement).await?;
        Ok(transaction)
    }

    /// Commits.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.execute("COMMIT").await?;
        drop(self.0.take());
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.0.take().map(PoolConnection::detach);
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.0
            .as_ref()
            .expect("only `commit` takes it, and consumes the transaction")
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.0
            .as_mut()
            .expect("only `commit` takes it, and consumes the transaction")
    }
}
