//! Which revisions of an environment are kept: the newest ones, those with a tag, and those that are used in place of a
//! retracted one.

use std::collections::HashSet;

use sqlx::any::AnyRow;

use crate::db::columns::{number, optional_text};
use crate::db::error::StoreError;
use crate::db::transaction::Transaction;
use crate::environments::record::{EnvironmentRecord, Retraction};
use crate::issuers::revisions::{MAX_BYTES, MAX_REVISIONS};

/// How many bytes the revisions have that are kept whatever their age is, at most.
const MAX_PINNED_BYTES: i64 = MAX_BYTES;

/// How many bytes all revisions of an environment have, at most: the newest ones, and those that are kept whatever their age is.
pub(in crate::environments) const MAX_HISTORY: i64 = MAX_BYTES + MAX_PINNED_BYTES;

/// What decides whether a revision is kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    number: i64,
    bytes: i64,
    has_tag: bool,
    /// The revision that is used in its place.
    replacement: Option<i64>,
}

impl Kept {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: number(row, "number")?,
            bytes: number(row, "bytes")?,
            has_tag: number(row, "has_tag")? != 0,
            replacement: Retraction::read(row)?.map(|retraction| retraction.replacement),
        })
    }
}

impl Retraction {
    /// That of a revision in a row.
    pub(super) fn read(row: &AnyRow) -> Result<Option<Self>, sqlx::Error> {
        let text = optional_text(row, "retraction")?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// Deletes the revisions that are not kept.
pub(super) async fn delete_oldest(
    transaction: &mut Transaction,
    environment: &EnvironmentRecord,
) -> Result<(), StoreError> {
    let revisions = revisions(transaction, &environment.id).await?;
    for number in superfluous(&revisions) {
        let delete = "DELETE FROM environment_revisions WHERE environment = $1 AND number = $2";
        let query = sqlx::query(delete).bind(environment.id.clone());
        query.bind(number).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Checks how many bytes the revisions have that are kept whatever their age is, after a change of tags or retractions.
///
/// # Errors
/// [`StoreError::Limit`] if they have too many.
pub(super) async fn check_pinned(
    transaction: &mut Transaction,
    environment: &str,
) -> Result<(), StoreError> {
    let found = pinned_bytes(&revisions(transaction, environment).await?);
    if found > MAX_PINNED_BYTES {
        return Err(StoreError::Limit {
            what: "bytes of revisions with a tag or in place of retracted ones",
            limit: MAX_PINNED_BYTES,
            found,
            advice: "delete a tag first, or use a replacement that has a tag",
        });
    }
    Ok(())
}

/// The revisions of an environment, newest first.
async fn revisions(
    transaction: &mut Transaction,
    environment: &str,
) -> Result<Vec<Kept>, StoreError> {
    let select = "SELECT number, bytes, retraction, CASE WHEN number IN
                      (SELECT revision FROM environment_revision_tags WHERE environment = $1)
                  THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS has_tag
                  FROM environment_revisions WHERE environment = $1 ORDER BY number DESC";
    let query = sqlx::query(select).bind(environment.to_owned());
    let rows = query.fetch_all(&mut **transaction).await?;
    Ok(rows.iter().map(Kept::read).collect::<Result<_, _>>()?)
}

/// The numbers of revisions, given newest first, that are not kept: those beyond the limits without a tag, unless one that is
/// kept is replaced by them.
fn superfluous(revisions: &[Kept]) -> Vec<i64> {
    let newest = revisions.first().map_or(0, |newest| newest.number);
    let mut bytes = 0_i64;
    let (kept, old): (Vec<Kept>, Vec<Kept>) = revisions.iter().partition(|revision| {
        bytes = bytes.saturating_add(revision.bytes);
        let is_recent = revision.number > newest - MAX_REVISIONS && bytes <= MAX_BYTES;
        is_recent || revision.number == newest || revision.has_tag
    });
    let replacements = replacements(&kept);
    let old = old.into_iter().map(|revision| revision.number);
    old.filter(|number| !replacements.contains(number))
        .collect()
}

/// The bytes of the revisions with a tag, and of those that are used in place of retracted ones.
fn pinned_bytes(revisions: &[Kept]) -> i64 {
    let replacements = replacements(revisions);
    let pinned = revisions
        .iter()
        .filter(|revision| revision.has_tag || replacements.contains(&revision.number));
    pinned.map(|revision| revision.bytes).sum()
}

/// What is used in place of retracted ones. It is not retracted itself.
fn replacements(revisions: &[Kept]) -> HashSet<i64> {
    let replacements = revisions.iter().filter_map(|revision| revision.replacement);
    replacements.collect()
}

#[cfg(test)]
mod tests {
    use super::{Kept, MAX_BYTES, MAX_REVISIONS, pinned_bytes, superfluous};

    /// A revision of a size, with a tag or a replacement.
    fn revision(number: i64, bytes: i64, has_tag: bool, replacement: Option<i64>) -> Kept {
        Kept {
            number,
            bytes,
            has_tag,
            replacement,
        }
    }

    fn plain(number: i64) -> Kept {
        revision(number, 1, false, None)
    }

    #[test]
    fn the_newest_revisions_are_kept_within_both_limits() {
        let all: Vec<_> = (1..=MAX_REVISIONS + 2).rev().map(plain).collect();
        assert_eq!(superfluous(&all), [2, 1]);
        let half = MAX_BYTES / 2;
        let large = [4, 3, 2, 1].map(|number| revision(number, half, false, None));
        assert_eq!(superfluous(&large), [2, 1]);
        // The newest one is kept, whatever its size is.
        let larger = [2, 1].map(|number| revision(number, MAX_BYTES + 1, false, None));
        assert_eq!(superfluous(&larger), [1]);
        assert!(superfluous(&[]).is_empty());
    }

    #[test]
    fn revisions_with_a_tag_and_replacements_of_kept_ones_are_kept() {
        let newest = MAX_REVISIONS + 100;
        for (old, deleted) in [
            // One has a tag.
            (vec![plain(3), revision(2, 1, true, None)], vec![3]),
            // The one with a tag is retracted: its replacement may be older or newer.
            (
                vec![revision(3, 1, true, Some(1)), plain(2), plain(1)],
                vec![2],
            ),
            (
                vec![plain(3), plain(2), revision(1, 1, true, Some(3))],
                vec![2],
            ),
            // What is replaced is deleted too, and then its replacement.
            (vec![revision(3, 1, false, Some(2)), plain(2)], vec![3, 2]),
            // A revision that is recent is replaced by one that is not.
            (
                vec![revision(newest - 1, 1, false, Some(2)), plain(2), plain(1)],
                vec![1],
            ),
        ] {
            let all: Vec<_> = [plain(newest)].into_iter().chain(old).collect();
            assert_eq!(superfluous(&all), deleted, "{all:?}");
        }
    }

    #[test]
    fn each_revision_is_counted_once() {
        for (revisions, bytes) in [
            (vec![plain(3), plain(2)], 0),
            (vec![revision(3, 10, true, None), plain(2)], 10),
            (
                vec![revision(3, 10, false, Some(2)), revision(2, 5, false, None)],
                5,
            ),
            (
                vec![
                    revision(4, 10, true, Some(2)),
                    revision(3, 20, false, Some(2)),
                    revision(2, 5, true, None),
                ],
                15,
            ),
            // The replacement of a copy's revision may be missing.
            (vec![revision(3, 10, false, Some(2))], 0),
        ] {
            assert_eq!(pinned_bytes(&revisions), bytes, "{revisions:?}");
        }
    }
}
