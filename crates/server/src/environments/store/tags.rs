//! Queries on the tags of an environment and of its revisions.

use claimgate_api::ChangeAction;
use serde_json::json;
use sqlx::any::AnyRow;

use super::environments::{change, lock_environment};
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::environments::record::{EnvironmentRecord, EnvironmentTag, RevisionTag};
use crate::organizations::record::Organization;

/// The most tags of each kind of an environment.
pub(in crate::environments) const MAX_TAGS: i64 = 500;

impl RevisionTag {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: text(row, "name")?,
            revision: number(row, "revision")?,
            created: number(row, "created")?,
            modified: number(row, "modified")?,
            editor: text(row, "editor")?,
        })
    }
}

impl EnvironmentTag {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            name: text(row, "name")?,
            value: text(row, "value")?,
            created: number(row, "created")?,
            modified: number(row, "modified")?,
            editor: text(row, "editor")?,
        })
    }
}

/// What is done with a tag.
#[derive(Clone, Debug)]
pub(in crate::environments) enum TagChange<T> {
    /// It is added.
    Add(T),
    /// One becomes another one.
    Replace(T, T),
    /// The one with a name is deleted.
    Delete(String),
}

impl Store {
    /// The tags of revisions of an environment, by name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn revision_tags(
        &self,
        environment: &str,
    ) -> Result<Vec<RevisionTag>, StoreError> {
        let select = "SELECT * FROM environment_revision_tags WHERE environment = $1 ORDER BY name";
        let query = sqlx::query(select).bind(environment.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(RevisionTag::read)
            .collect::<Result<_, _>>()?)
    }

    /// The tag of a revision with a name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn revision_tag(
        &self,
        environment: &str,
        name: &str,
    ) -> Result<Option<RevisionTag>, StoreError> {
        let select = "SELECT * FROM environment_revision_tags WHERE environment = $1 AND name = $2";
        let query = sqlx::query(select)
            .bind(environment.to_owned())
            .bind(name.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(RevisionTag::read).transpose()?)
    }

    /// Adds, moves or deletes a tag of a revision. `None` if there are as many as there may be.
    ///
    /// # Errors
    /// [`StoreError::Exists`], or [`StoreError::Missing`] if there is no such tag or revision.
    pub(in crate::environments) async fn change_revision_tag(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
        tag: TagChange<RevisionTag>,
    ) -> Result<Option<()>, StoreError> {
        let mut transaction = self.begin().await?;
        let record = lock_environment(&mut transaction, &environment.id).await?;
        let table = "environment_revision_tags";
        if matches!(tag, TagChange::Add(_)) && is_full(&mut transaction, table, &record.id).await? {
            return Ok(None);
        }
        if let TagChange::Add(tag) | TagChange::Replace(_, tag) = &tag {
            let select =
                "SELECT number FROM environment_revisions WHERE environment = $1 AND number = $2";
            let query = sqlx::query(select)
                .bind(record.id.clone())
                .bind(tag.revision);
            let missing = StoreError::Missing { what: "revision" };
            query
                .fetch_optional(&mut *transaction)
                .await?
                .ok_or(missing)?;
        }
        let detail = match &tag {
            TagChange::Add(tag) => {
                Self::insert_revision_tag(&mut transaction, &record.id, tag).await?;
                json!({"tag": tag.name, "revision": tag.revision})
            }
            TagChange::Replace(before, tag) => {
                delete(&mut transaction, table, &record.id, &before.name).await?;
                Self::insert_revision_tag(&mut transaction, &record.id, tag).await?;
                json!({"tag": tag.name, "revision": tag.revision})
            }
            TagChange::Delete(name) => {
                delete(&mut transaction, table, &record.id, name).await?;
                json!({"tag": name, "revision": null})
            }
        };
        let action = ChangeAction::EnvironmentRevisionTagged;
        let change = change(action, organization, &record.name).with([None, Some(detail)]);
        self.commit_change(transaction, change).await?;
        Ok(Some(()))
    }

    pub(super) async fn insert_revision_tag(
        transaction: &mut Transaction,
        environment: &str,
        tag: &RevisionTag,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO environment_revision_tags (environment, name, revision, created, modified, editor)
                      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let done = sqlx::query(insert)
            .bind(environment.to_owned())
            .bind(tag.name.clone())
            .bind(tag.revision)
            .bind(tag.created)
            .bind(tag.modified)
            .bind(tag.editor.clone())
            .execute(&mut **transaction)
            .await?;
        unless_exists(done.rows_affected(), &tag.name)
    }

    /// The tags of an environment, by name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn environment_tags(
        &self,
        environment: &str,
    ) -> Result<Vec<EnvironmentTag>, StoreError> {
        let select = "SELECT * FROM environment_tags WHERE environment = $1 ORDER BY name";
        let query = sqlx::query(select).bind(environment.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(EnvironmentTag::read)
            .collect::<Result<_, _>>()?)
    }

    /// The tag of an environment with a name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn environment_tag(
        &self,
        environment: &str,
        name: &str,
    ) -> Result<Option<EnvironmentTag>, StoreError> {
        let select = "SELECT * FROM environment_tags WHERE environment = $1 AND name = $2";
        let query = sqlx::query(select)
            .bind(environment.to_owned())
            .bind(name.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(EnvironmentTag::read).transpose()?)
    }

    /// Adds, changes or deletes a tag of an environment. `None` if there are as many as there may be.
    ///
    /// # Errors
    /// [`StoreError::Exists`], or [`StoreError::Missing`] if there is no such tag, or the one to change has another value now.
    pub(in crate::environments) async fn change_environment_tag(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
        tag: TagChange<EnvironmentTag>,
    ) -> Result<Option<()>, StoreError> {
        let mut transaction = self.begin().await?;
        let record = lock_environment(&mut transaction, &environment.id).await?;
        let table = "environment_tags";
        if matches!(tag, TagChange::Add(_)) && is_full(&mut transaction, table, &record.id).await? {
            return Ok(None);
        }
        let detail = match &tag {
            TagChange::Add(tag) => {
                Self::insert_environment_tag(&mut transaction, &record.id, tag).await?;
                json!({"tag": tag.name, "value": tag.value})
            }
            TagChange::Replace(before, tag) => {
                delete_with_value(&mut transaction, &record.id, before).await?;
                Self::insert_environment_tag(&mut transaction, &record.id, tag).await?;
                json!({"tag": tag.name, "value": tag.value, "before": before.name})
            }
            TagChange::Delete(name) => {
                delete(&mut transaction, table, &record.id, name).await?;
                json!({"tag": name, "value": null})
            }
        };
        let action = ChangeAction::EnvironmentTagged;
        let change = change(action, organization, &record.name).with([None, Some(detail)]);
        self.commit_change(transaction, change).await?;
        Ok(Some(()))
    }

    pub(super) async fn insert_environment_tag(
        transaction: &mut Transaction,
        environment: &str,
        tag: &EnvironmentTag,
    ) -> Result<(), StoreError> {
        let insert =
            "INSERT INTO environment_tags (environment, name, id, value, created, modified, editor)
                      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let done = sqlx::query(insert)
            .bind(environment.to_owned())
            .bind(tag.name.clone())
            .bind(tag.id.clone())
            .bind(tag.value.clone())
            .bind(tag.created)
            .bind(tag.modified)
            .bind(tag.editor.clone())
            .execute(&mut **transaction)
            .await?;
        unless_exists(done.rows_affected(), &tag.name)
    }
}

fn unless_exists(inserted: u64, name: &str) -> Result<(), StoreError> {
    let what = format!("tag `{name}`");
    match inserted {
        0 => Err(StoreError::Exists { what }),
        _ => Ok(()),
    }
}

async fn is_full(
    transaction: &mut Transaction,
    table: &str,
    environment: &str,
) -> Result<bool, StoreError> {
    let select = format!("SELECT COUNT(*) AS count FROM {table} WHERE environment = $1");
    let query = sqlx::query(&select).bind(environment.to_owned());
    let row = query.fetch_one(&mut **transaction).await?;
    Ok(number(&row, "count")? >= MAX_TAGS)
}

async fn delete_with_value(
    transaction: &mut Transaction,
    environment: &str,
    tag: &EnvironmentTag,
) -> Result<(), StoreError> {
    let delete = "DELETE FROM environment_tags WHERE environment = $1 AND name = $2 AND value = $3";
    let query = sqlx::query(delete)
        .bind(environment.to_owned())
        .bind(tag.name.clone())
        .bind(tag.value.clone());
    unless_missing(query.execute(&mut **transaction).await?.rows_affected())
}

async fn delete(
    transaction: &mut Transaction,
    table: &str,
    environment: &str,
    name: &str,
) -> Result<(), StoreError> {
    let delete = format!("DELETE FROM {table} WHERE environment = $1 AND name = $2");
    let query = sqlx::query(&delete)
        .bind(environment.to_owned())
        .bind(name.to_owned());
    unless_missing(query.execute(&mut **transaction).await?.rows_affected())
}

fn unless_missing(deleted: u64) -> Result<(), StoreError> {
    match deleted {
        0 => Err(StoreError::Missing { what: "tag" }),
        _ => Ok(()),
    }
}
