//! Queries on the revisions of an environment.

use claimgate_api::ChangeAction;
use serde_json::json;
use sqlx::any::AnyRow;

use super::environments::{change, lock_environment};
use super::retention::{check_pinned, delete_oldest};
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::environments::keys::data_key::WrappedKey;
use crate::environments::names::Version;
use crate::environments::record::{
    Definition, EnvironmentRecord, Retraction, Revision, RevisionRecord, RevisionTag,
};
use crate::organizations::record::Organization;

/// A definition to save.
#[derive(Clone, Debug)]
pub(in crate::environments) struct Save {
    /// The definition, whose secrets are encrypted.
    pub(in crate::environments) text: String,
    /// The login of who saves it.
    pub(in crate::environments) creator: String,
    /// The revision that it is based on, if that has to be the newest one.
    pub(in crate::environments) expected: Option<i64>,
    /// A new data key, if one was needed.
    pub(in crate::environments) key: Option<WrappedKey>,
    /// How many secrets were sealed.
    pub(in crate::environments) sealed: i64,
    pub(in crate::environments) now: i64,
}

/// A revision to retract.
#[derive(Clone, Debug)]
pub(in crate::environments) struct Retract {
    pub(in crate::environments) number: i64,
    /// The revision to use in its place; the last one before it if absent.
    pub(in crate::environments) replacement: Option<i64>,
    /// The login of who retracts it.
    pub(in crate::environments) by: String,
    pub(in crate::environments) reason: String,
    pub(in crate::environments) now: i64,
}

impl RevisionRecord {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: number(row, "number")?,
            at: number(row, "at")?,
            creator: text(row, "creator")?,
            retraction: Retraction::read(row)?,
        })
    }
}

impl Store {
    /// A definition of an environment; `None` if it has no such revision. In place of a retracted one it is the one that
    /// replaces it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn definition(
        &self,
        environment: EnvironmentRecord,
        version: &Version,
    ) -> Result<Option<Definition>, StoreError> {
        let Some(mut revision) = self.revision_number(&environment, version).await? else {
            return Ok(None);
        };
        let select = "SELECT * FROM environment_revisions WHERE environment = $1 AND number = $2";
        loop {
            let query = sqlx::query(select)
                .bind(environment.id.clone())
                .bind(revision);
            let Some(row) = query.fetch_optional(&self.pool).await? else {
                return Ok(None);
            };
            match RevisionRecord::read(&row)?.retraction {
                // What replaces it is not retracted itself.
                Some(retraction) => revision = retraction.replacement,
                None => {
                    let text = text(&row, "definition")?;
                    return Ok(Some(Definition {
                        environment,
                        revision,
                        text,
                    }));
                }
            }
        }
    }

    /// The number of a revision, which may not exist; `None` if there is no such tag.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn revision_number(
        &self,
        environment: &EnvironmentRecord,
        version: &Version,
    ) -> Result<Option<i64>, StoreError> {
        match version {
            Version::Latest => Ok(Some(environment.revision)),
            Version::Number(number) => Ok(Some(*number)),
            Version::Tag(name) => {
                let tag = self.tag::<RevisionTag>(&environment.id, name).await?;
                Ok(tag.map(|tag| tag.revision))
            }
        }
    }

    /// Revisions of an environment before a number, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn environment_revisions(
        &self,
        environment: &str,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<RevisionRecord>, StoreError> {
        let select = format!(
            "SELECT number, at, creator, retraction FROM environment_revisions WHERE environment = $1 AND number < $2
             ORDER BY number DESC LIMIT {limit}"
        );
        let query = sqlx::query(&select)
            .bind(environment.to_owned())
            .bind(before.unwrap_or(i64::MAX));
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(RevisionRecord::read)
            .collect::<Result<_, _>>()?)
    }

    /// How many bytes the definitions of an environment have.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn history_bytes(
        &self,
        environment: &str,
    ) -> Result<i64, StoreError> {
        let select =
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM environment_revisions
                      WHERE environment = $1";
        let query = sqlx::query(select).bind(environment.to_owned());
        let row = query.fetch_one(&self.pool).await?;
        Ok(number(&row, "bytes")?)
    }

    /// All revisions of an environment with their definitions, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn history(
        &self,
        environment: &str,
    ) -> Result<Vec<Revision>, StoreError> {
        let select = "SELECT number, definition, retraction FROM environment_revisions WHERE environment = $1
                      ORDER BY number";
        let query = sqlx::query(select).bind(environment.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        let read = |row: &AnyRow| {
            Ok(Revision {
                number: number(row, "number")?,
                text: text(row, "definition")?,
                retraction: Retraction::read(row)?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Saves a definition as a new revision, whose number is returned.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another revision is the newest one, [`StoreError::Missing`] if the environment was deleted.
    pub(in crate::environments) async fn save_definition(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
        save: Save,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.begin().await?;
        let mut record = lock_environment(&mut transaction, &environment.id).await?;
        let found = record.revision;
        if let Some(expected) = save.expected.filter(|expected| *expected != found) {
            return Err(StoreError::Conflict { expected, found });
        }
        if let Some(key) = &save.key {
            Self::insert_key(&mut transaction, &record.id, key).await?;
        }
        Self::count_sealed(&mut transaction, &record.id, save.sealed).await?;
        (record.revision, record.modified) = (found + 1, save.now);
        sqlx::query("UPDATE environments SET revision = $1, modified = $2 WHERE id = $3")
            .bind(record.revision)
            .bind(record.modified)
            .bind(record.id.clone())
            .execute(&mut *transaction)
            .await?;
        let revision = Revision {
            number: record.revision,
            text: save.text,
            retraction: None,
        };
        Self::insert_definition(&mut transaction, &record, &revision, &save.creator).await?;
        delete_oldest(&mut transaction, &record).await?;
        let change = change(ChangeAction::EnvironmentUpdated, organization, &record.name)
            .with([None, Some(json!({"revision": record.revision}))]);
        self.commit_change(transaction, change).await?;
        Ok(record.revision)
    }

    /// Inserts a revision of an environment, made when that was last changed.
    pub(super) async fn insert_definition(
        transaction: &mut Transaction,
        environment: &EnvironmentRecord,
        revision: &Revision,
        creator: &str,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO environment_revisions (environment, number, at, creator, retraction, bytes, definition)
                      VALUES ($1, $2, $3, $4, $5, $6, $7)";
        sqlx::query(insert)
            .bind(environment.id.clone())
            .bind(revision.number)
            .bind(environment.modified)
            .bind(creator.to_owned())
            .bind(revision.retraction.as_ref().map(Retraction::json))
            .bind(i64::try_from(revision.text.len()).unwrap_or(i64::MAX))
            .bind(revision.text.clone())
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    /// Retracts a revision: another one is used in its place. `None` if there is none to use.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such revision, [`StoreError::Limit`] if too much would be kept to replace others.
    pub(in crate::environments) async fn retract_revision(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
        retract: Retract,
    ) -> Result<Option<()>, StoreError> {
        let mut transaction = self.begin().await?;
        let record = lock_environment(&mut transaction, &environment.id).await?;
        let Some(replacement) = replacement(&mut transaction, &record.id, &retract).await? else {
            return Ok(None);
        };
        let retraction = Retraction {
            replacement,
            at: retract.now,
            by: retract.by,
            reason: retract.reason,
        };
        let changed = set_retraction(&mut transaction, &record.id, retract.number, &retraction);
        if changed.await? == 0 {
            return Err(StoreError::Missing { what: "revision" });
        }
        move_replacements(&mut transaction, &record.id, retract.number, replacement).await?;
        check_pinned(&mut transaction, &record.id).await?;
        let detail = json!({
            "revision": retract.number, "replacement": replacement, "reason": retraction.reason,
        });
        let action = ChangeAction::EnvironmentRevisionRetracted;
        let change = change(action, organization, &record.name).with([None, Some(detail)]);
        self.commit_change(transaction, change).await?;
        Ok(Some(()))
    }
}

async fn set_retraction(
    transaction: &mut Transaction,
    environment: &str,
    number: i64,
    retraction: &Retraction,
) -> Result<u64, StoreError> {
    let update =
        "UPDATE environment_revisions SET retraction = $1 WHERE environment = $2 AND number = $3";
    let query = sqlx::query(update)
        .bind(retraction.json())
        .bind(environment.to_owned())
        .bind(number);
    Ok(query.execute(&mut **transaction).await?.rows_affected())
}

/// Replaces by `to` what was replaced by `from`, which is retracted now: no chain of retractions gets long.
async fn move_replacements(
    transaction: &mut Transaction,
    environment: &str,
    from: i64,
    to: i64,
) -> Result<(), StoreError> {
    let select = "SELECT number, retraction FROM environment_revisions WHERE environment = $1 AND retraction IS NOT NULL";
    let query = sqlx::query(select).bind(environment.to_owned());
    for row in query.fetch_all(&mut **transaction).await? {
        if let Some(mut retraction) =
            Retraction::read(&row)?.filter(|found| found.replacement == from)
        {
            retraction.replacement = to;
            let number = number(&row, "number")?;
            set_retraction(transaction, environment, number, &retraction).await?;
        }
    }
    Ok(())
}

/// The revision to use in place of another one: the given one, or the last one before, and none that is retracted.
async fn replacement(
    transaction: &mut Transaction,
    environment: &str,
    retract: &Retract,
) -> Result<Option<i64>, StoreError> {
    let select =
        "SELECT number FROM environment_revisions WHERE environment = $1 AND retraction IS NULL
                  AND number <= $2 AND number >= $3 AND number <> $4 ORDER BY number DESC LIMIT 1";
    let (last, first) = match retract.replacement {
        Some(given) => (given, given),
        None => (retract.number, 0),
    };
    let query = sqlx::query(select)
        .bind(environment.to_owned())
        .bind(last)
        .bind(first)
        .bind(retract.number);
    let row = query.fetch_optional(&mut **transaction).await?;
    Ok(row.map(|row| number(&row, "number")).transpose()?)
}
