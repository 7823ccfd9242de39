//! What is kept: organizations, issuers, policies, tokens and the audit log, in SQLite or
//! PostgreSQL.
//!
//! One set of queries runs on both: the tables have texts and 64-bit integers only, times are
//! seconds since 1970, and lists are JSON texts.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _, Row as _};

/// The database. A copy is the same one.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
    pub(crate) kind: Kind,
    pub(crate) url: String,
}

/// Leaves the URL out: it may have a password in it.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One file, for one machine.
    Sqlite,
    /// A server, for several replicas.
    Postgres,
}

/// What a query answered instead of rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database's own error.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A URL that names no database.
    #[error(
        "expected a database like `sqlite:claimgate.db` or `postgres://host/name`, found `{found}`"
    )]
    Url {
        /// What was found, without a password.
        found: String,
    },
    /// The database was written by a later program.
    #[error(
        "the database has schema {found}, this program knows up to {known}: it was written by a later version"
    )]
    Newer {
        /// The database's.
        found: i64,
        /// The program's.
        known: i64,
    },
    /// Something of that name is there already.
    #[error("{what} is there already")]
    Exists {
        /// What.
        what: String,
    },
    /// Nothing of that name is there.
    #[error("there is no such {what}")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// Somebody else was faster.
    #[error("it was changed in the meantime: expected version {expected}, found {found}")]
    Conflict {
        /// The version that the change rests on.
        expected: i64,
        /// The present one.
        found: i64,
    },
    /// The audit file.
    #[error("the audit file `{}` cannot be opened: {error}", file.display())]
    AuditFile {
        /// The file.
        file: PathBuf,
        /// What is in the way.
        error: std::io::Error,
    },
    /// The log of SQLite.
    #[error("what is written cannot be brought to the disk: {0}")]
    Sync(std::io::Error),
    /// What was written may not be on the disk.
    #[error("what was written may not be on the disk")]
    Unsynced,
    /// The thread that writes.
    #[error("the thread that writes cannot be started: {0}")]
    Thread(std::io::Error),
    /// The writer has ended: the server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl Store {
    /// Opens the database of a URL, creates the file of an SQLite one, and brings its tables up to
    /// date.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be opened, or was written by a later program.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let kind = Kind::of(url)?;
        let options = AnyPoolOptions::new()
            .acquire_timeout(Duration::from_secs(5))
            .max_connections(match kind {
                Kind::Sqlite => 4,
                Kind::Postgres => 8,
            });
        let pool = match kind {
            Kind::Sqlite => options
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(PRAGMAS).await.map(|_| ()) })
                }),
            Kind::Postgres => options,
        };
        let address = match (kind, sqlite_file(url)) {
            (Kind::Sqlite, Some(file)) => {
                make_private(&file);
                format!("sqlite://{}?mode=rwc", escape(&file))
            }
            _ => url.to_owned(),
        };
        if kind == Kind::Sqlite
            && let Some(error) = what_is_in_the_way(&address, kind)
                .await
                .filter(|error| !is_busy(error))
        {
            return Err(error.into());
        }
        let pool = match pool.connect(&address).await {
            Err(sqlx::Error::PoolTimedOut) => {
                let error = what_is_in_the_way(&address, kind).await;
                return Err(error.unwrap_or(sqlx::Error::PoolTimedOut).into());
            }
            other => other?,
        };
        let store = Self {
            pool,
            kind,
            url: url.to_owned(),
        };
        store.migrate().await?;
        Ok(store)
    }

    /// Which database it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError`] where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.pool.execute("SELECT 1").await?;
        Ok(())
    }

    /// Ends all connections.
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

    /// A transaction that means to write: SQLite takes its lock at once, for a reader that turns
    /// writer would be refused.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut transaction = Transaction(Some(self.pool.acquire().await?));
        let begin = match self.kind {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN",
        };
        transaction.execute(begin).await?;
        Ok(transaction)
    }

    /// Numbers a change of an organization, so that every replica learns of it. The row that is
    /// locked here puts changes in order.
    pub(crate) async fn touch(
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

/// What a connection to SQLite begins with. FULL: what was acknowledged survives a power cut too.
/// The size of pages is that of new files; an exchange takes some 800 bytes.
const PRAGMAS: &str = "PRAGMA page_size = 8192; PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                       PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000;";

/// A pool tries again until its time is over, and then says no more than that: one attempt says
/// why.
async fn what_is_in_the_way(address: &str, kind: Kind) -> Option<sqlx::Error> {
    let attempt = async {
        let mut connection = AnyConnection::connect(address).await?;
        if kind == Kind::Sqlite {
            connection.execute(PRAGMAS).await?;
        }
        connection.close().await
    };
    tokio::time::timeout(Duration::from_secs(5), attempt)
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
        .err()
}

/// Whether SQLite only has to wait for somebody else, so that another attempt may do.
fn is_busy(error: &sqlx::Error) -> bool {
    const BUSY: u32 = 5;
    let code = error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<u32>().ok());
    // Its last byte is the kind of error, the rest of it says more.
    code.is_some_and(|code| code & 0xff == BUSY)
}

/// A transaction, on a connection of its own. One that is not committed ends with its connection:
/// after an error of the disk nobody can tell what is open there still.
pub(crate) struct Transaction(Option<PoolConnection<Any>>);

impl Transaction {
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.execute("COMMIT").await?;
        drop(self.0.take());
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // It does not go back to the pool.
        self.0.take().map(PoolConnection::detach);
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.0
            .as_ref()
            .expect("it is taken by `commit` alone, which consumes it")
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.0
            .as_mut()
            .expect("it is taken by `commit` alone, which consumes it")
    }
}

impl Kind {
    /// The kind of a URL.
    ///
    /// # Errors
    /// [`StoreError::Url`] where it is neither.
    pub fn of(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres)
        } else if sqlite_file(url).is_some() {
            Ok(Self::Sqlite)
        } else {
            let scheme = url.split(':').next().unwrap_or_default();
            Err(StoreError::Url {
                found: if scheme == "sqlite" { url } else { scheme }.to_owned(),
            })
        }
    }
}

/// The file of an SQLite URL.
#[must_use]
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    // One in memory would be another one for each connection.
    (!path.is_empty() && !path.contains(":memory:")).then(|| Path::new(path).to_path_buf())
}

/// Makes the file, if there is none, for its owner alone: the audit log has everybody's claims.
/// What is in the way of that is said when the database is opened.
fn make_private(file: &Path) {
    drop(private().write(true).create_new(true).open(file));
}

/// How a file is opened that is its owner's alone if it is made.
pub(crate) fn private() -> std::fs::OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes to set"))]
    let mut options = std::fs::File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file's name as the path of a URL.
fn escape(file: &Path) -> String {
    file.to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}

pub(crate) fn text(row: &AnyRow, column: &str) -> Result<String, sqlx::Error> {
    row.try_get(column)
}

pub(crate) fn maybe_text(row: &AnyRow, column: &str) -> Result<Option<String>, sqlx::Error> {
    row.try_get(column)
}

pub(crate) fn number(row: &AnyRow, column: &str) -> Result<i64, sqlx::Error> {
    row.try_get(column)
}

pub(crate) fn maybe_number(row: &AnyRow, column: &str) -> Result<Option<i64>, sqlx::Error> {
    row.try_get(column)
}

/// Whether an error is a row that is there already.
pub(crate) fn is_repeated(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// PostgreSQL's texts have no NUL.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
