//! What the tests of the server share: databases, an issuer that signs, a server to ask, and a way
//! to wait.

pub(crate) mod issuer;
pub(crate) mod postgres;
pub(crate) mod site;
pub(crate) mod waiting;

use sqlx::{AnyConnection, Connection as _};

/// A database for one test, on each kind that is there; dropped with its files.
pub(crate) struct Database {
    pub(crate) url: String,
    _files: Option<tempfile::TempDir>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let files = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}", files.path().join("claimgate.db").display()),
            _files: Some(files),
        }
    }

    /// A connection of its own.
    pub(crate) async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.url).await.unwrap()
    }

    /// Both kinds, or SQLite alone where there is no PostgreSQL.
    pub(crate) fn each() -> Vec<Self> {
        let postgres = postgres::database().map(|url| Self { url, _files: None });
        [Some(Self::sqlite()), postgres]
            .into_iter()
            .flatten()
            .collect()
    }
}
