//! The writer: it commits many exchanges in one transaction. [`handle::Writer::write`] returns
//! after the commit is on disk, so nothing is acknowledged that could be lost.
//!
//! One thread runs the transactions ([`task`]), another syncs what is committed and answers the
//! callers ([`acknowledge`]).

mod acknowledge;
mod fence;
pub(crate) mod handle;
pub(crate) mod job;
mod rows;
mod task;
