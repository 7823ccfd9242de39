//! Opening a pool of connections.

use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _};

use super::error::StoreError;

/// How long to wait for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The options that all engines share.
pub(super) fn options() -> AnyPoolOptions {
    AnyPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT)
}

/// Opens a pool. `setup` is run on each attempt to find out why connecting fails: a pool retries
/// until its time is over and then reports only that.
pub(super) async fn open(
    options: AnyPoolOptions,
    address: &str,
    setup: Option<&str>,
) -> Result<AnyPool, StoreError> {
    match options.connect(address).await {
        Err(sqlx::Error::PoolTimedOut) => {
            let error = connect_error(address, setup).await;
            Err(error.unwrap_or(sqlx::Error::PoolTimedOut).into())
        }
        other => Ok(other?),
    }
}

/// Connects once, and returns the error if that fails.
pub(super) async fn connect_error(address: &str, setup: Option<&str>) -> Option<sqlx::Error> {
    let attempt = async {
        let mut connection = AnyConnection::connect(address).await?;
        if let Some(setup) = setup {
            connection.execute(setup).await?;
        }
        connection.close().await
    };
    tokio::time::timeout(ACQUIRE_TIMEOUT, attempt)
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
        .err()
}
