//! Queries on the audit log.

use claimgate_api::AuditEntry;
use sqlx::any::AnyRow;

use super::compress;
use super::entry::AuditRecord;
use super::replay;
use super::scope::AuditScope;
use super::search::{AuditFilter, Found, Logged};
use crate::db::columns::{number, optional_number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::turns::{Crowded, Turns};

/// Issuers of more bytes than this take long.
const LONG_DOCUMENT: usize = 64 * 1024;

/// Evidence takes long if the bytes of the issuer, in words of 64, times those of the entry are more.
const MANY_STEPS: usize = 2_000_000;

/// The most evidence that is returned, in bytes: that of some thousands of policies.
const MAX_EXPLANATION: usize = 8 * 1024 * 1024;

impl Logged for AuditEntry {
    const TABLE: &'static str = "audit";
    const COLUMNS: &'static str = "id, at, organization, organization_id, issuer, issuer_name, subject, requested, scope, decision, \
                                   code, summary, policies, token, report, address, omitted";
    const WHAT: &'static str = "exchange";

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        entry(row)
    }

    fn id(&self) -> &str {
        &self.id
    }
}

impl Store {
    /// Entries, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn audit(
        &self,
        scope: impl Into<AuditScope>,
        filter: &AuditFilter,
    ) -> Result<Found<AuditEntry>, StoreError> {
        self.search(&scope.into(), filter).await
    }

    /// One entry, with the evidence.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such entry, [`StoreError::Busy`] if its evidence takes long,
    /// and others of the same organization wait for theirs.
    pub async fn audit_record(
        &self,
        scope: impl Into<AuditScope>,
        id: &str,
    ) -> Result<AuditRecord, StoreError> {
        let scope = scope.into();
        let row = self.logged::<AuditEntry>(&scope, id).await?;
        let mut record = AuditRecord {
            entry: entry(&row)?,
            detail: optional_text(&row, "detail")?,
            // The list does not need it, and an entry that was read is not written again.
            is_genuine: false,
            differs: None,
            rules: None,
        };
        if let Some(id) = record.detail.as_deref().and_then(compress::dictionary_id) {
            let dictionary = self.shared_document(id).await?;
            record.decompress(dictionary);
        }
        if let Some(ids) = record.detail.as_deref().and_then(replay::document_ids) {
            let [issuer, key] = [
                self.shared_document(&ids[0]).await?,
                self.shared_document(&ids[1]).await?,
            ];
            let turns = (&self.replays, scope.organization());
            record.replay(turns, issuer.zip(key)).await?;
        }
        let noted = record
            .detail
            .as_deref()
            .and_then(|detail| replay::with_refusal_note(&record.entry, detail));
        record.detail = noted.or(record.detail);
        Ok(record)
    }

    async fn shared_document(&self, id: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT document FROM evidence WHERE id = $1").bind(id.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.map(|row| text(&row, "document")).transpose()?)
    }
}

fn entry(row: &AnyRow) -> Result<AuditEntry, sqlx::Error> {
    Ok(AuditEntry {
        id: text(row, "id")?,
        at: number(row, "at")?,
        organization: optional_text(row, "organization")?,
        organization_id: optional_number(row, "organization_id")?,
        issuer: optional_text(row, "issuer")?,
        issuer_name: optional_text(row, "issuer_name")?,
        subject: optional_text(row, "subject")?,
        requested: optional_text(row, "requested")?,
        scope: optional_text(row, "scope")?,
        decision: text(row, "decision")?,
        code: text(row, "code")?,
        summary: text(row, "summary")?,
        policies: serde_json::from_str(&text(row, "policies")?).unwrap_or_default(),
        token: optional_text(row, "token")?,
        report: optional_text(row, "report")?,
        address: optional_text(row, "address")?,
        omitted: optional_number(row, "omitted")?,
        denial: None,
    }
    .with_denial())
}

impl AuditRecord {
    /// Replaces compressed evidence with the original.
    fn decompress(&mut self, dictionary: Option<String>) {
        let compressed = self.detail.take().unwrap_or_default();
        let dictionary = dictionary
            .ok_or_else(|| "the text that it was compressed against is missing".to_owned());
        match dictionary.and_then(|dictionary| compress::decompress(&compressed, &dictionary)) {
            Ok(original) => self.detail = Some(original),
            Err(problem) => self.set_problem(&problem),
        }
    }

    /// Replaces the stored evidence with the explanation that the engine gives for it. Where that takes
    /// seconds and much memory, organizations take turns.
    async fn replay(
        &mut self,
        (turns, organization): (&Turns, Option<i64>),
        documents: Option<(String, String)>,
    ) -> Result<(), StoreError> {
        let (entry, stored) = (self.entry.clone(), self.detail.take().unwrap_or_default());
        let is_long = documents
            .as_ref()
            .is_some_and(|(issuer, _)| is_long(issuer, &stored));
        let replay = move || {
            let (issuer, key) = documents.ok_or("the policies of that time are missing")?;
            replay::replay(&entry, &stored, [&issuer, &key])
        };
        let replayed = if is_long {
            let replayed = turns.try_run(organization, replay).await;
            replayed.map_err(|Crowded| StoreError::Busy)?
        } else {
            let replayed = tokio::task::spawn_blocking(replay).await;
            replayed.unwrap_or_else(|_| Err("the engine failed".to_owned()))
        };
        match replayed {
            Ok(replay) => {
                self.set_explanation(replay.detail);
                self.differs = replay.differs;
                self.rules = Some(replay.rules);
            }
            Err(problem) => self.set_problem(&problem),
        }
        Ok(())
    }

    /// Sets the evidence, unless it is too long.
    fn set_explanation(&mut self, detail: String) {
        if detail.len() <= MAX_EXPLANATION {
            self.detail = Some(detail);
            return;
        }
        self.set_note(&format!(
            "the evidence has {} bytes, over the limit of {MAX_EXPLANATION}",
            detail.len()
        ));
    }

    /// Replaces evidence that cannot be reproduced with the reason.
    fn set_problem(&mut self, problem: &str) {
        self.set_note(&format!("the evidence cannot be recomputed: {problem}"));
    }

    /// Says something in place of the evidence.
    fn set_note(&mut self, note: &str) {
        let note = serde_json::json!({"summary": self.entry.summary, "note": note});
        self.detail = Some(note.to_string());
    }
}

/// Whether it takes long to compute the evidence of an entry. A pattern of 64 characters takes a step for
/// each character of a claim.
fn is_long(issuer: &str, stored: &str) -> bool {
    let steps = (issuer.len() / 64).saturating_mul(stored.len());
    issuer.len() > LONG_DOCUMENT || steps > MANY_STEPS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_that_is_too_long_is_replaced_by_its_size() {
        let mut record = AuditRecord::default();
        record.entry.summary = "allowed by policy 1".to_owned();
        record.set_explanation("{}".to_owned());
        assert_eq!(record.detail.as_deref(), Some("{}"));
        record.set_explanation("1".repeat(MAX_EXPLANATION + 1));
        let note = "the evidence has 8388609 bytes, over the limit of 8388608";
        let expected = serde_json::json!({"summary": "allowed by policy 1", "note": note});
        assert_eq!(record.detail, Some(expected.to_string()));
    }
}
