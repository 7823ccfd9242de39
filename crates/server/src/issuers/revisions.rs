//! The revisions of policies in the database. Each is stored in the transaction that makes it.

use claimgate_api::ChangeAuthor;
use sqlx::any::AnyRow;

use super::record::{PolicyRecord, RevisionRecord};
use crate::db::columns::{number, optional_number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;

/// How many revisions of an issuer's policies are kept.
pub(crate) const MAX_REVISIONS: i64 = 1_000;

/// How many bytes of them.
pub(crate) const MAX_BYTES: i64 = 64 * 1024 * 1024;

const MISSING: StoreError = StoreError::Missing { what: "revision" };

/// The revisions of the policies with an id, `$2`, of the organization with an id, `$1`.
const OF_POLICIES: &str = "FROM policy_revisions JOIN policies ON policies.id = policy_revisions.policy
     JOIN issuers ON issuers.id = policies.issuer JOIN organizations ON organizations.name = issuers.organization
     WHERE organizations.id = $1 AND policies.id = $2";

/// Everything but the policies.
const COLUMNS: &str = "policy_revisions.version, policy_revisions.at, policy_revisions.author, policy_revisions.restored, \
                       policy_revisions.policies";

impl RevisionRecord {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let author = optional_text(row, "author")?;
        let author = author.and_then(|author| serde_json::from_str::<ChangeAuthor>(&author).ok());
        Ok(Self {
            version: number(row, "version")?,
            at: number(row, "at")?,
            author,
            restored: optional_number(row, "restored")?,
            policies: optional_number(row, "policies")?,
        })
    }
}

impl Store {
    /// The revisions of policies, newest first: those before a version, if one is given.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there are no such policies.
    pub async fn revisions(
        &self,
        organization: i64,
        policy: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<RevisionRecord>, StoreError> {
        self.policy(organization, policy).await?;
        let query = format!(
            "SELECT {COLUMNS} {OF_POLICIES} AND policy_revisions.version < $3
             ORDER BY policy_revisions.version DESC LIMIT {limit}"
        );
        let rows = sqlx::query(&query)
            .bind(organization)
            .bind(policy.to_owned())
            .bind(before.unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        let records = rows.iter().map(RevisionRecord::read);
        Ok(records.collect::<Result<_, _>>()?)
    }

    /// How many bytes the policies of a revision have.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such revision.
    pub(super) async fn revision_bytes(
        &self,
        organization: i64,
        policy: &str,
        version: i64,
    ) -> Result<usize, StoreError> {
        let query = format!(
            "SELECT policy_revisions.bytes {OF_POLICIES} AND policy_revisions.version = $3"
        );
        let query = sqlx::query(&query)
            .bind(organization)
            .bind(policy.to_owned())
            .bind(version);
        let row = query.fetch_optional(&self.pool).await?.ok_or(MISSING)?;
        Ok(usize::try_from(number(&row, "bytes")?).unwrap_or_default())
    }

    /// A revision of policies, with them as a JSON array.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such revision.
    pub async fn revision(
        &self,
        organization: i64,
        policy: &str,
        version: i64,
    ) -> Result<(RevisionRecord, String), StoreError> {
        let query = format!(
            "SELECT {COLUMNS}, policy_revisions.document {OF_POLICIES} AND policy_revisions.version = $3"
        );
        let query = sqlx::query(&query)
            .bind(organization)
            .bind(policy.to_owned())
            .bind(version);
        let row = query.fetch_optional(&self.pool).await?.ok_or(MISSING)?;
        Ok((RevisionRecord::read(&row)?, text(&row, "document")?))
    }

    /// Stores what policies are now as a revision, and deletes the oldest ones beyond the limits.
    pub(super) async fn insert_revision(
        &self,
        transaction: &mut Transaction,
        record: &PolicyRecord,
        restored: Option<i64>,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO policy_revisions (policy, version, at, author, restored, policies, bytes, document)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let bytes = i64::try_from(record.document.len()).unwrap_or(i64::MAX);
        sqlx::query(insert)
            .bind(record.id.clone())
            .bind(record.version)
            .bind(record.modified)
            .bind(serde_json::to_string(&self.author.0).unwrap_or_default())
            .bind(restored)
            .bind(count(&record.document))
            .bind(bytes)
            .bind(record.document.clone())
            .execute(&mut **transaction)
            .await?;
        let delete = "DELETE FROM policy_revisions WHERE policy = $1 AND version < $2 AND (version <= $3 OR version <=
                          (SELECT COALESCE(MAX(version), 0) FROM
                              (SELECT version, SUM(bytes) OVER (ORDER BY version DESC) AS total
                               FROM policy_revisions WHERE policy = $1) AS sums WHERE total > $4))";
        sqlx::query(delete)
            .bind(record.id.clone())
            .bind(record.version)
            .bind(record.version - MAX_REVISIONS)
            .bind(MAX_BYTES)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

/// How many policies a document has.
fn count(document: &str) -> i64 {
    let policies = serde_json::from_str::<Vec<serde::de::IgnoredAny>>(document);
    policies.map_or(0, |policies| {
        i64::try_from(policies.len()).unwrap_or(i64::MAX)
    })
}
