//! Replacing policies in the database.

use claimgate_api::ChangeAction;
use serde_json::Value;

use super::limits::require_room;
use super::record::{PolicyOrigin, PolicyRecord, PolicyUpdate};
use super::store::{POLICIES_OF_ORGANIZATION, expect_version};
use crate::changes::difference;
use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::turns::LONG_TEXT;

impl Store {
    /// Replaces the policies with an id, of the organization with an id. Returns the number of the change as
    /// well.
    ///
    /// They are compared with the present ones before the transaction, which all other writes wait for.
    ///
    /// # Errors
    /// [`StoreError::Missing`], or [`StoreError::Conflict`], also if they were replaced in the meantime, and
    /// [`StoreError::Limit`] if the organization would have more of them than it may.
    pub async fn update_policies(
        &self,
        organization: i64,
        id: &str,
        update: PolicyUpdate,
        now: i64,
    ) -> Result<(PolicyRecord, i64), StoreError> {
        let PolicyUpdate {
            document,
            expected,
            judged_with,
            origin,
            findings,
        } = update;
        let before = self.policy(organization, id).await?;
        expect_version(expected, before.version)?;
        let compared = before.version;
        let (document, difference) = compare(before.document, document).await;
        let mut transaction = self.begin().await?;
        let organization = Self::bump_version(&mut transaction, organization).await?;
        let query = format!("{POLICIES_OF_ORGANIZATION} AND policies.id = $2");
        let query = sqlx::query(&query)
            .bind(organization.id)
            .bind(id.to_owned());
        let row = query.fetch_optional(&mut *transaction).await?;
        let row = row.ok_or(StoreError::Missing { what: "policy" })?;
        let mut record = PolicyRecord::read(&row)?;
        expect_version(Some(compared), record.version)?;
        expect_version(judged_with, number(&row, "issuer_version")?)?;
        require_room(&mut transaction, &organization, &record, document.len()).await?;
        record.document = document;
        record.version += 1;
        record.modified = now;
        sqlx::query("UPDATE policies SET document = $1, version = $2, modified = $3 WHERE id = $4")
            .bind(record.document.clone())
            .bind(record.version)
            .bind(now)
            .bind(record.id.clone())
            .execute(&mut *transaction)
            .await?;
        let (action, restored) = match origin {
            PolicyOrigin::Written => (ChangeAction::PoliciesReplaced, None),
            PolicyOrigin::Revision(version) => (ChangeAction::PoliciesRestored, Some(version)),
            PolicyOrigin::Deleted => (ChangeAction::DeletionUndone, None),
        };
        self.insert_revision(&mut transaction, &record, restored)
            .await?;
        let change = Change::new(action)
            .within(&organization)
            .of_issuer(&record.issuer, Some(&text(&row, "url")?))
            .with(difference)
            .with_findings(findings);
        self.commit_change(transaction, change).await?;
        Ok((record, organization.version))
    }
}

/// New policies, and how they differ from the earlier ones.
async fn compare(before: String, after: String) -> (String, [Option<Value>; 2]) {
    let is_long = before.len().max(after.len()) > LONG_TEXT;
    let compare = move || {
        let difference = difference::policies(&before, &after);
        (after, difference)
    };
    if !is_long {
        return compare();
    }
    match tokio::task::spawn_blocking(compare).await {
        Ok(compared) => compared,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
