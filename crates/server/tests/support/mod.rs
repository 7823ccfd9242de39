//! What the tests of the server share: databases, an issuer that signs, and a server to ask.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test takes what it needs")]

pub mod issuer;
pub mod postgres;
pub mod site;

/// A database for one test, on each kind that is there; dropped with its files.
pub struct Database {
    pub url: String,
    _files: Option<tempfile::TempDir>,
}

impl Database {
    pub fn sqlite() -> Self {
        let files = tempfile::tempdir().unwrap();
        Self { url: format!("sqlite:{}", files.path().join("claimgate.db").display()), _files: Some(files) }
    }

    /// Both kinds, or SQLite alone where there is no PostgreSQL.
    pub fn each() -> Vec<Self> {
        let postgres = postgres::database().map(|url| Self { url, _files: None });
        [Some(Self::sqlite()), postgres].into_iter().flatten().collect()
    }
}
