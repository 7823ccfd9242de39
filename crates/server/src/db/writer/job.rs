//! The exchanges on their way through the writer.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::audit::entry::AuditRecord;
use crate::audit::shared_document::SharedDocument;
use crate::db::error::StoreError;
use crate::db::single_use::SingleUse;
use crate::db::wal::WriteAheadLog;
use crate::tokens::record::TokenRecord;

/// The outcome of writing an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is written.
    Done,
    /// Its ID token was used before: no access token is stored, and the entry says so.
    Replayed,
    /// The organization was deleted, or the tokens of the issuer were revoked, after the version that
    /// the exchange was decided on: nothing is stored.
    Outdated,
}

/// What to write about an exchange.
pub(crate) struct Exchange {
    pub(crate) record: AuditRecord,
    /// The hash of the access token, and the token.
    pub(crate) token: Option<(String, TokenRecord)>,
    pub(crate) single_use: Option<SingleUse>,
    /// What the evidence of the entry refers to.
    pub(crate) documents: Vec<Arc<SharedDocument>>,
    /// The evidence in full, as JSON, for the audit file.
    pub(crate) explanation: Option<String>,
}

impl Exchange {
    /// An exchange that is nothing but an entry.
    pub(crate) fn of(record: AuditRecord) -> Self {
        Self {
            record,
            token: None,
            single_use: None,
            documents: Vec::new(),
            explanation: None,
        }
    }
}

/// An exchange, and the channel to its caller. The exchange goes back with the answer: memory is
/// freed best by the thread that allocated it.
pub(super) struct Job {
    pub(super) exchange: Box<Exchange>,
    pub(super) answer: oneshot::Sender<Result<(Written, Box<Exchange>), StoreError>>,
}

/// Exchanges of a committed transaction, with their outcomes, and the log that has to be synced
/// before they are acknowledged.
pub(super) struct Committed {
    pub(super) jobs: Vec<Job>,
    pub(super) outcomes: Vec<Written>,
    pub(super) wal: Option<Arc<WriteAheadLog>>,
}
