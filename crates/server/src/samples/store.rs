//! Queries on samples.

use claimgate_api::ChangeAction;
use sqlx::any::AnyRow;

use super::record::{MAX_SAMPLES, SampleRecord};
use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::organizations::record::Organization;
use crate::random;

const MISSING: StoreError = StoreError::Missing { what: "sample" };

impl SampleRecord {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            version: number(row, "version")?,
            created: number(row, "created")?,
            modified: number(row, "modified")?,
            document: text(row, "document")?,
        })
    }
}

impl Store {
    /// The samples of an issuer of an organization, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such issuer.
    pub async fn samples(
        &self,
        organization: i64,
        issuer: &str,
    ) -> Result<Vec<SampleRecord>, StoreError> {
        self.issuer(organization, issuer).await?;
        let rows = sqlx::query("SELECT * FROM samples WHERE issuer = $1 ORDER BY id")
            .bind(issuer.to_owned())
            .fetch_all(&self.pool)
            .await?;
        let records = rows.iter().map(SampleRecord::read);
        Ok(records.collect::<Result<_, _>>()?)
    }

    /// Adds a sample to an issuer; `None` if it has as many as it may have.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such issuer.
    pub async fn create_sample(
        &self,
        organization: &Organization,
        issuer: &str,
        document: String,
        now: i64,
    ) -> Result<Option<SampleRecord>, StoreError> {
        let mut transaction = self.begin().await?;
        let url = lock_issuer(&mut transaction, organization, issuer).await?;
        let count = sqlx::query("SELECT COUNT(*) AS count FROM samples WHERE issuer = $1")
            .bind(issuer.to_owned())
            .fetch_one(&mut *transaction)
            .await?;
        if number(&count, "count")? >= MAX_SAMPLES {
            return Ok(None);
        }
        let record = SampleRecord {
            id: random::id(),
            version: 1,
            created: now,
            modified: now,
            document,
        };
        let insert = "INSERT INTO samples (id, issuer, version, created, modified, document)
                      VALUES ($1, $2, 1, $3, $3, $4)";
        sqlx::query(insert)
            .bind(record.id.clone())
            .bind(issuer.to_owned())
            .bind(now)
            .bind(record.document.clone())
            .execute(&mut *transaction)
            .await?;
        let change = change(ChangeAction::SampleCreated, organization, issuer, &url);
        self.commit_change(transaction, change).await?;
        Ok(Some(record))
    }

    /// Replaces a sample of an issuer; with `expected`, only if that is still its version.
    ///
    /// # Errors
    /// [`StoreError::Missing`] or [`StoreError::Conflict`].
    pub async fn update_sample(
        &self,
        organization: &Organization,
        [issuer, id]: [&str; 2],
        document: String,
        expected: Option<i64>,
        now: i64,
    ) -> Result<SampleRecord, StoreError> {
        let mut transaction = self.begin().await?;
        let url = lock_issuer(&mut transaction, organization, issuer).await?;
        let mut record = one(&mut transaction, issuer, id, expected).await?;
        (record.version, record.modified) = (record.version + 1, now);
        record.document = document;
        let update = "UPDATE samples SET version = $1, modified = $2, document = $3 WHERE id = $4";
        sqlx::query(update)
            .bind(record.version)
            .bind(now)
            .bind(record.document.clone())
            .bind(id.to_owned())
            .execute(&mut *transaction)
            .await?;
        let change = change(ChangeAction::SampleChanged, organization, issuer, &url);
        self.commit_change(transaction, change).await?;
        Ok(record)
    }

    /// Deletes a sample of an issuer; with `expected`, only if that is still its version.
    ///
    /// # Errors
    /// [`StoreError::Missing`] or [`StoreError::Conflict`].
    pub async fn delete_sample(
        &self,
        organization: &Organization,
        [issuer, id]: [&str; 2],
        expected: Option<i64>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let url = lock_issuer(&mut transaction, organization, issuer).await?;
        one(&mut transaction, issuer, id, expected).await?;
        sqlx::query("DELETE FROM samples WHERE id = $1")
            .bind(id.to_owned())
            .execute(&mut *transaction)
            .await?;
        let change = change(ChangeAction::SampleDeleted, organization, issuer, &url);
        self.commit_change(transaction, change).await
    }
}

/// What was in a sample is personal: the audit log only says that it was changed.
fn change(action: ChangeAction, organization: &Organization, issuer: &str, url: &str) -> Change {
    let change = Change::new(action).within(organization);
    change.of_issuer(issuer, Some(url))
}

/// Locks an issuer against other changes of its samples. Returns its URL.
async fn lock_issuer(
    transaction: &mut Transaction,
    organization: &Organization,
    issuer: &str,
) -> Result<String, StoreError> {
    let lock = "UPDATE issuers SET version = version WHERE id = $1
                AND organization = (SELECT name FROM organizations WHERE id = $2) RETURNING url";
    let query = sqlx::query(lock)
        .bind(issuer.to_owned())
        .bind(organization.id);
    let row = query.fetch_optional(&mut **transaction).await?;
    let row = row.ok_or(StoreError::Missing { what: "issuer" })?;
    Ok(text(&row, "url")?)
}

async fn one(
    transaction: &mut Transaction,
    issuer: &str,
    id: &str,
    expected: Option<i64>,
) -> Result<SampleRecord, StoreError> {
    let query = sqlx::query("SELECT * FROM samples WHERE issuer = $1 AND id = $2")
        .bind(issuer.to_owned())
        .bind(id.to_owned());
    let row = query.fetch_optional(&mut **transaction).await?;
    let record = SampleRecord::read(&row.ok_or(MISSING)?)?;
    let found = record.version;
    match expected {
        Some(expected) if expected != found => Err(StoreError::Conflict { expected, found }),
        _ => Ok(record),
    }
}
