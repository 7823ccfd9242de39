//! The database: SQLite or PostgreSQL, with one set of queries for both.

pub(crate) mod migrations;
pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod store;
pub(crate) mod writer;

pub use store::{Kind, Store, StoreError, sqlite_file};
pub use writer::{SingleUse, Writer, WriterConfig, Written};
