//! SQLite: one file, for one machine.

pub(super) mod connection;

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::{AnyPool, Executor as _};

use self::connection::{BEGIN, SqliteConnection};
use super::engine::{BoxFuture, Connection, Engine};
use super::error::StoreError;
use super::pool;
use crate::private_file;

/// Statements that a connection of the pool starts with. With `FULL`, what was acknowledged
/// survives a power cut. The page size is that of new files; an exchange takes some 800 bytes.
const PRAGMAS: &str = "PRAGMA page_size = 8192; PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                       PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000;";

/// An SQLite database.
#[derive(Debug)]
pub(super) struct Sqlite {
    file: PathBuf,
}

impl Sqlite {
    /// The database of a URL, if it is one of SQLite.
    pub(super) fn from_url(url: &str) -> Option<Self> {
        sqlite_file(url).map(|file| Self { file })
    }
}

impl Engine for Sqlite {
    fn name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn open_pool(&self) -> BoxFuture<'_, Result<AnyPool, StoreError>> {
        Box::pin(async {
            create_private(&self.file);
            let address = format!("sqlite://{}?mode=rwc", url_path(&self.file));
            // The pool would retry, whatever the error is.
            let error = pool::connect_error(&address, Some(PRAGMAS)).await;
            if let Some(error) = error.filter(|error| !is_busy(error)) {
                return Err(error.into());
            }
            let options = pool::options()
                .max_connections(4)
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(PRAGMAS).await.map(|_| ()) })
                });
            pool::open(options, &address, Some(PRAGMAS)).await
        })
    }

    fn open_read_only(&self) -> BoxFuture<'_, Result<AnyPool, StoreError>> {
        Box::pin(async {
            let address = format!("sqlite://{}?mode=ro", url_path(&self.file));
            if let Some(error) = pool::connect_error(&address, None).await {
                return Err(error.into());
            }
            pool::open(pool::options().max_connections(1), &address, None).await
        })
    }

    fn begin(&self) -> &'static str {
        BEGIN
    }

    fn migration_lock(&self) -> Option<&'static str> {
        None
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, StoreError>> {
        Box::pin(async {
            let connection = SqliteConnection::open(&self.file).await?;
            Ok(Box::new(connection) as Box<dyn Connection>)
        })
    }

    fn writer_connections(&self) -> usize {
        1
    }

    fn batch_size(&self, waiting: usize) -> usize {
        connection::batch_size(waiting)
    }

    fn pause(&self, duration: Duration) -> BoxFuture<'_, ()> {
        // The writer's thread has nothing else to do, and the runtime's clock counts whole
        // milliseconds.
        Box::pin(async move { std::thread::sleep(duration) })
    }
}

/// The file of an SQLite URL; `None` for any other URL, and for a database in memory, of which each
/// connection would have its own.
#[must_use]
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.is_empty() && !path.contains(":memory:")).then(|| Path::new(path).to_path_buf())
}

/// Creates the file for its owner alone, if it is missing: the audit log holds claims. Errors show
/// when the database is opened.
fn create_private(file: &Path) {
    let created = private_file::options()
        .write(true)
        .create_new(true)
        .open(file);
    drop(created);
}

/// The name of a file as the path of a URL.
fn url_path(file: &Path) -> String {
    /// All but the unreserved characters (RFC 3986, section 2.3) and the separator.
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~')
        .remove(b'/');
    utf8_percent_encode(&file.to_string_lossy(), RESERVED).to_string()
}

/// Whether the database is only locked by another process, so that a retry may succeed.
fn is_busy(error: &sqlx::Error) -> bool {
    const BUSY: u32 = 5;
    let code = error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<u32>().ok());
    // The last byte is the kind of error, the others are details.
    code.is_some_and(|code| code & 0xff == BUSY)
}
