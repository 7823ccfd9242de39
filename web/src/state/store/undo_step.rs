//! What the last operation was, and how it is undone.

use claimgate_workbench::issuers::storage::{Conflict, StoredIssuer};

/// The last operation, and how to undo it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Undo {
    /// The operation: `Deleted`.
    pub(crate) verb: String,
    /// Its object: a name, written by the person.
    pub(crate) object: String,
    pub(super) back: Vec<Back>,
}

/// One step back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Back {
    /// Remove an issuer again.
    Remove(String),
    /// Restore an issuer at its place.
    Put(StoredIssuer, usize),
    /// Reopen a conflict.
    Open(Conflict),
}
