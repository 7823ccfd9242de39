//! The database: one set of queries on SQLite or PostgreSQL. `engine::Engine` holds what differs
//! between the two; a new engine is a file beside theirs and a line in `url.rs`.

pub(crate) mod columns;
pub(crate) mod engine;
pub(crate) mod error;
mod migrations;
mod pool;
mod postgres;
pub(crate) mod single_use;
pub(crate) mod sqlite;
pub(crate) mod store;
pub(crate) mod transaction;
pub(crate) mod url;
pub(crate) mod value;
mod wal;
pub(crate) mod writer;

pub use error::StoreError;
pub use single_use::SingleUse;
pub use sqlite::sqlite_file;
pub use store::Store;
pub use url::check_url;
pub use writer::handle::{Writer, WriterConfig};
pub use writer::job::Written;
