//! Entries of the audit log as they are stored.

use claimgate_api::{AuditEntry, AuditRecordBody, AuditRules};

/// An entry with all evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditRecord {
    /// The entry.
    pub entry: AuditEntry,
    /// The evidence, as JSON.
    pub detail: Option<String>,
    /// Whether the token's signature is genuine.
    pub is_genuine: bool,
    /// How this version of the engine would decide differently, if it would.
    pub differs: Option<String>,
    /// The rules, if `detail` was derived from the recorded inputs.
    pub rules: Option<AuditRules>,
}

impl From<AuditRecord> for AuditRecordBody {
    fn from(record: AuditRecord) -> Self {
        let detail = record.detail.as_deref();
        Self {
            detail: detail.and_then(|detail| serde_json::from_str(detail).ok()),
            entry: record.entry,
            differs: record.differs,
            rules: record.rules,
        }
    }
}
