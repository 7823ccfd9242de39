//! Which revisions of an environment are kept: the newest ones, and those with a tag.

use crate::db::columns::number;
use crate::db::error::StoreError;
use crate::db::transaction::Transaction;
use crate::environments::record::EnvironmentRecord;
use crate::issuers::revisions::{MAX_BYTES, MAX_REVISIONS};

/// How many bytes the revisions with a tag have, at most.
const MAX_TAGGED_BYTES: i64 = MAX_BYTES;

/// How many bytes all revisions of an environment have, at most: the newest ones, and those with a tag.
pub(in crate::environments) const MAX_HISTORY: i64 = MAX_BYTES + MAX_TAGGED_BYTES;

/// Deletes the oldest revisions beyond the limits, except those with a tag.
pub(super) async fn delete_oldest(
    transaction: &mut Transaction,
    environment: &EnvironmentRecord,
) -> Result<(), StoreError> {
    let delete = "DELETE FROM environment_revisions WHERE environment = $1 AND number < $2 AND (number <= $3 OR number <=
                      (SELECT COALESCE(MAX(number), 0) FROM
                          (SELECT number, SUM(bytes) OVER (ORDER BY number DESC) AS total
                           FROM environment_revisions WHERE environment = $1) AS sums WHERE total > $4))
                  AND number NOT IN (SELECT revision FROM environment_revision_tags WHERE environment = $1)";
    sqlx::query(delete)
        .bind(environment.id.clone())
        .bind(environment.revision)
        .bind(environment.revision - MAX_REVISIONS)
        .bind(MAX_BYTES)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Checks how many bytes the revisions with a tag have, after a change of tags.
///
/// # Errors
/// [`StoreError::Limit`] if they have too many.
pub(super) async fn check_tagged(
    transaction: &mut Transaction,
    environment: &str,
) -> Result<(), StoreError> {
    let sum = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM environment_revisions WHERE environment = $1
               AND number IN (SELECT revision FROM environment_revision_tags WHERE environment = $1)";
    let query = sqlx::query(sum).bind(environment.to_owned());
    let found = number(&query.fetch_one(&mut **transaction).await?, "bytes")?;
    if found > MAX_TAGGED_BYTES {
        return Err(StoreError::Limit {
            what: "bytes of revisions with a tag",
            limit: MAX_TAGGED_BYTES,
            found,
            advice: "delete a tag first",
        });
    }
    Ok(())
}
