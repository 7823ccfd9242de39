//! How long the audit log keeps refusals, and how many bytes of them.

use std::time::Duration;

use sqlx::Row as _;

use super::entry::AuditRecord;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;

/// How many rows are deleted at a time.
const DELETE_BATCH: i64 = 2_000;

/// The time between two batches, which is for exchanges.
const PAUSE: Duration = Duration::from_millis(20);

/// What an entry is taken to need besides its texts: its numbers, the row, and its place in the
/// indexes.
const OVERHEAD: usize = 250;

/// Refusals without a genuine signature, and with one.
const CLASSES: [i64; 2] = [0, 1];

/// How long the database keeps the audit log. Without a number, there is no limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    /// Grants and administrators' changes, in days.
    pub(crate) days: Option<u32>,
    /// Refusals, in days.
    pub(crate) refusal_days: Option<u32>,
    /// Refusals, in bytes.
    pub(crate) refusal_bytes: Option<i64>,
}

impl AuditRecord {
    /// The bytes that the entry takes in the database, about.
    pub(crate) fn accounted_bytes(&self) -> u64 {
        let entry = &self.entry;
        let optional = [
            &entry.organization,
            &entry.issuer,
            &entry.issuer_name,
            &entry.subject,
            &entry.requested,
            &entry.scope,
            &entry.token,
            &entry.report,
            &entry.address,
            &self.detail,
        ];
        let optional: usize = optional.into_iter().flatten().map(String::len).sum();
        let bytes = OVERHEAD + optional + entry.code.len() + entry.summary.len();
        // Some policies decided, each a number in a list.
        u64::try_from(bytes + 8 * entry.policies.len()).unwrap_or(u64::MAX)
    }
}

impl Store {
    /// The bytes of all refusals in the audit log.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn refusal_bytes(&self) -> Result<i64, StoreError> {
        Ok(self.bytes_by_class().await?.into_iter().sum())
    }

    /// Deletes refusals from before a time.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn delete_refusals_before(&self, since: i64) -> Result<(), StoreError> {
        for class in CLASSES {
            let delete = "DELETE FROM audit WHERE decision = 'denied' AND genuine = $1 AND at < $2 AND id IN
                          (SELECT id FROM audit WHERE decision = 'denied' AND genuine = $1 ORDER BY id LIMIT $3)";
            loop {
                let query = sqlx::query(delete)
                    .bind(class)
                    .bind(since)
                    .bind(DELETE_BATCH);
                let deleted = query.execute(&self.pool).await?.rows_affected();
                if deleted < DELETE_BATCH.unsigned_abs() {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// Deletes the oldest refusals if all of them have more than three quarters of `max_bytes`,
    /// until they have five eighths. The rest is for what is written until the next call. Those
    /// without a genuine signature may have half of that at least, and those with one the other
    /// half: one kind cannot displace the other.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn trim_refusals(&self, max_bytes: i64) -> Result<(), StoreError> {
        let bytes = self.bytes_by_class().await?;
        if bytes.into_iter().sum::<i64>() <= max_bytes / 4 * 3 {
            return Ok(());
        }
        let excess = excess(bytes, max_bytes / 8 * 5);
        for (class, excess) in CLASSES.into_iter().zip(excess) {
            self.delete_oldest_refusals(class, excess).await?;
        }
        Ok(())
    }

    async fn bytes_by_class(&self) -> Result<[i64; 2], StoreError> {
        let query = "SELECT genuine, CAST(SUM(bytes) AS BIGINT) FROM audit WHERE decision = 'denied' GROUP BY genuine";
        let mut bytes = [0; 2];
        for row in sqlx::query(query).fetch_all(&self.pool).await? {
            let class: i64 = row.try_get(0)?;
            bytes[usize::from(class != 0)] = row.try_get(1)?;
        }
        Ok(bytes)
    }

    /// Deletes the oldest refusals of a class, of at least so many bytes.
    async fn delete_oldest_refusals(&self, class: i64, bytes: i64) -> Result<(), StoreError> {
        let oldest = "SELECT id, bytes FROM audit WHERE decision = 'denied' AND genuine = $1 ORDER BY id LIMIT $2";
        let delete = "DELETE FROM audit WHERE decision = 'denied' AND genuine = $1 AND id <= $2";
        let mut left = bytes;
        while left > 0 {
            let query = sqlx::query(oldest).bind(class).bind(DELETE_BATCH);
            let rows = query.fetch_all(&self.pool).await?;
            let mut last = None;
            for row in &rows {
                if left <= 0 {
                    break;
                }
                left -= number(row, "bytes")?;
                last = Some(text(row, "id")?);
            }
            let Some(last) = last else { break };
            let query = sqlx::query(delete).bind(class).bind(last);
            query.execute(&self.pool).await?;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// What each of two classes has to give up so that both have `target` together. Each may keep half
/// of it, and what the other leaves.
fn excess(bytes: [i64; 2], target: i64) -> [i64; 2] {
    let half = target / 2;
    let [one, other] = bytes;
    let keep = [
        one.min(half.max(target - other)),
        other.min(half.max(target - one)),
    ];
    [one - keep[0], other - keep[1]]
}

#[cfg(test)]
mod tests {
    use claimgate_api::AuditEntry;

    use super::{AuditRecord, OVERHEAD, excess};

    #[test]
    fn each_class_keeps_half_and_what_the_other_leaves() {
        for (bytes, expected) in [
            ([0, 0], [0, 0]),
            ([100, 0], [0, 0]),
            ([0, 150], [0, 50]),
            ([30, 90], [0, 20]),
            ([90, 30], [20, 0]),
            ([60, 60], [10, 10]),
            ([1_000, 51], [950, 1]),
            ([50, 50], [0, 0]),
        ] {
            assert_eq!(excess(bytes, 100), expected, "{bytes:?}");
        }
    }

    #[test]
    fn every_text_of_an_entry_counts() {
        let entry = AuditEntry {
            id: "1".repeat(36),
            organization: Some("a".to_owned()),
            issuer: Some("a".repeat(2)),
            issuer_name: Some("a".repeat(4)),
            subject: Some("a".repeat(8)),
            requested: Some("a".repeat(16)),
            scope: Some("a".repeat(32)),
            token: Some("a".repeat(64)),
            report: Some("a".repeat(128)),
            address: Some("a".repeat(256)),
            code: "a".repeat(512),
            summary: "é".repeat(512),
            ..AuditEntry::default()
        };
        let record = AuditRecord {
            entry,
            detail: Some("a".repeat(2_048)),
            ..AuditRecord::default()
        };
        let expected = u64::try_from(OVERHEAD + 4_095).unwrap();
        assert_eq!(record.accounted_bytes(), expected);
    }
}
