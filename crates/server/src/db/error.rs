//! Errors of the store.

use std::path::PathBuf;

/// Why a query failed, or the database cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// An error of the database itself.
    #[error("the database failed: {}", cause(.0))]
    Database(sqlx::Error),
    /// The URL names no supported database.
    #[error(
        "expected a database like `sqlite:claimgate.db` or `postgres://host/name`, found `{found}`"
    )]
    Url {
        /// The URL, or only its scheme where the rest may hold a password.
        found: String,
    },
    /// The URL names a database, but cannot be used.
    #[error("the database's URL cannot be used: {problem}")]
    Address {
        /// What is wrong with it. The URL may hold a password, so it is not repeated.
        problem: String,
    },
    /// The connection to the database cannot be protected as the URL demands.
    #[error(
        "no TLS connection to the database server `{host}` that `sslmode={mode}` accepts: {problem}; {}",
        tls_advice(problem)
    )]
    Tls {
        /// The host of the URL.
        host: String,
        /// The `sslmode` that applies.
        mode: &'static str,
        /// What was found.
        problem: String,
    },
    /// The database was written by a later version of the program.
    #[error(
        "the database has schema {found}, and this program supports schemas up to {known}: a later version wrote it"
    )]
    Newer {
        /// Schema version of the database.
        found: i64,
        /// Latest schema version that this program knows.
        known: i64,
    },
    /// The name is taken.
    #[error("{what} already exists")]
    Exists {
        /// What has the name, such as "organization `acme`".
        what: String,
    },
    /// No such row.
    #[error("there is no such {what}")]
    Missing {
        /// The kind of row, such as "issuer".
        what: &'static str,
    },
    /// The row was changed concurrently.
    #[error("it was changed in the meantime: expected version {expected}, found {found}")]
    Conflict {
        /// The version that the change is based on.
        expected: i64,
        /// The current version.
        found: i64,
    },
    /// There would be more than may be stored.
    #[error("expected at most {limit} {what}, found {found}: {advice}")]
    Limit {
        /// What is limited, such as "tags of an environment".
        what: &'static str,
        /// The limit.
        limit: i64,
        /// How many there would be.
        found: i64,
        /// How to make room.
        advice: &'static str,
    },
    /// Too much slow work of an organization is waiting.
    #[error("too much slow work of this organization is waiting")]
    Busy,
    /// The audit file cannot be opened.
    #[error("the audit file `{}` cannot be opened: {error}", file.display())]
    AuditFile {
        /// The file.
        file: PathBuf,
        /// The cause.
        error: std::io::Error,
    },
    /// The file for the bootstrap token has that of another database.
    #[error(
        "the bootstrap token cannot be written to `{}`: that file has a token which is not of this database, but of another \
         one of the same name or of an earlier one; expected another --state-dir, or that the file is moved away",
        file.display()
    )]
    BootstrapTaken {
        /// The file.
        file: PathBuf,
    },
    /// The bootstrap token cannot be written to its file.
    #[error("the bootstrap token cannot be written to `{}`: {error}", file.display())]
    BootstrapFile {
        /// The file.
        file: PathBuf,
        /// The cause.
        error: std::io::Error,
    },
    /// The write-ahead log of SQLite cannot be synced.
    #[error("the write-ahead log cannot be synced to disk: {0}")]
    Sync(std::io::Error),
    /// The transaction is committed but may not be on disk.
    #[error("the transaction may not be on disk")]
    Unsynced,
    /// Each decision on an exchange was outdated before it was written.
    #[error("the organization kept changing while the exchange was decided")]
    Unsettled,
    /// The writer's thread cannot be started.
    #[error("the writer thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// The writer has ended because the server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// What is wrong, without the errors around it, which repeat it: they say only where.
pub(crate) fn cause(error: &sqlx::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// What to do about a TLS connection that failed.
fn tls_advice(problem: &str) -> &'static str {
    if problem.contains("not valid for name") {
        "name the host in the URL as its certificate does"
    } else if problem.contains("does not support TLS") {
        "enable TLS on that server (`ssl = on`), or name another `sslmode` in the URL if the connection is protected in \
         another way"
    } else {
        "set its certificate authority with `sslrootcert=FILE` in the URL"
    }
}

/// Whether a statement failed because a unique key exists already.
pub(crate) fn is_unique_violation(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
