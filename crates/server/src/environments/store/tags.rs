//! Queries on tags: those of an environment, and those of its revisions, each in a table of its own.

use claimgate_api::ChangeAction;
use serde_json::{Value, json};
use sqlx::Any;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;

use super::environments::{change, lock_environment};
use super::retention::check_pinned;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::environments::record::{EnvironmentRecord, EnvironmentTag, RevisionTag};
use crate::organizations::record::Organization;

/// The most tags of each kind of an environment.
const MAX_TAGS: i64 = 500;

/// A query with its values.
type Bound<'q> = Query<'q, Any, AnyArguments<'q>>;

/// A kind of tag.
pub(in crate::environments) trait Tag: Sized + Send + Sync {
    /// Its table, with a row for each `environment` and `name`.
    const TABLE: &'static str;
    /// The column of what a tag says.
    const CONTENT: &'static str;
    /// Inserts one of the environment `$1`, unless there is one of that name.
    const INSERT: &'static str;
    /// What its changes are recorded as.
    const ACTION: ChangeAction;

    /// The tag in a row.
    ///
    /// # Errors
    /// [`sqlx::Error`] if a column is missing or has another type.
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error>;

    /// Its name, which no other tag of the environment has.
    fn name(&self) -> &str;

    /// Binds the values of [`Self::INSERT`] from `$2` on.
    fn bind<'q>(&self, insert: Bound<'q>) -> Bound<'q>;

    /// The revision that it is on, which must exist.
    fn revision(&self) -> Option<i64>;

    /// The content that it must still have when it is replaced, if that matters.
    fn expected(&self) -> Option<&str>;

    /// What is recorded when it is added, or replaces another one.
    fn detail(&self, before: Option<&Self>) -> Value;
}

impl Tag for RevisionTag {
    const TABLE: &'static str = "environment_revision_tags";
    const CONTENT: &'static str = "revision";
    const INSERT: &'static str = "INSERT INTO environment_revision_tags (environment, name, revision, created, modified, editor)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    const ACTION: ChangeAction = ChangeAction::EnvironmentRevisionTagged;

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: text(row, "name")?,
            revision: number(row, "revision")?,
            created: number(row, "created")?,
            modified: number(row, "modified")?,
            editor: text(row, "editor")?,
        })
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn bind<'q>(&self, insert: Bound<'q>) -> Bound<'q> {
        insert
            .bind(self.name.clone())
            .bind(self.revision)
            .bind(self.created)
            .bind(self.modified)
            .bind(self.editor.clone())
    }

    fn revision(&self) -> Option<i64> {
        Some(self.revision)
    }

    fn expected(&self) -> Option<&str> {
        None
    }

    fn detail(&self, _: Option<&Self>) -> Value {
        json!({"tag": self.name, "revision": self.revision})
    }
}

impl Tag for EnvironmentTag {
    const TABLE: &'static str = "environment_tags";
    const CONTENT: &'static str = "value";
    const INSERT: &'static str =
        "INSERT INTO environment_tags (environment, name, id, value, created, modified, editor)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    const ACTION: ChangeAction = ChangeAction::EnvironmentTagged;

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

    fn name(&self) -> &str {
        &self.name
    }

    fn bind<'q>(&self, insert: Bound<'q>) -> Bound<'q> {
        insert
            .bind(self.name.clone())
            .bind(self.id.clone())
            .bind(self.value.clone())
            .bind(self.created)
            .bind(self.modified)
            .bind(self.editor.clone())
    }

    fn revision(&self) -> Option<i64> {
        None
    }

    fn expected(&self) -> Option<&str> {
        Some(&self.value)
    }

    fn detail(&self, before: Option<&Self>) -> Value {
        let mut detail = json!({"tag": self.name, "value": self.value});
        if let Some(before) = before {
            detail["before"] = json!(before.name);
        }
        detail
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
    /// The tags of a kind that an environment has, by name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn tags<T: Tag>(
        &self,
        environment: &str,
    ) -> Result<Vec<T>, StoreError> {
        let select = format!(
            "SELECT * FROM {} WHERE environment = $1 ORDER BY name",
            T::TABLE
        );
        let query = sqlx::query(&select).bind(environment.to_owned());
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows.iter().map(T::read).collect::<Result<_, _>>()?)
    }

    /// The tag of a kind that has a name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn tag<T: Tag>(
        &self,
        environment: &str,
        name: &str,
    ) -> Result<Option<T>, StoreError> {
        let select = format!(
            "SELECT * FROM {} WHERE environment = $1 AND name = $2",
            T::TABLE
        );
        let query = sqlx::query(&select)
            .bind(environment.to_owned())
            .bind(name.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(T::read).transpose()?)
    }

    /// Adds, replaces or deletes a tag.
    ///
    /// # Errors
    /// [`StoreError::Exists`]; [`StoreError::Limit`]; [`StoreError::Missing`] if there is no such tag or revision, or the tag to
    /// replace has another content now.
    pub(in crate::environments) async fn change_tag<T: Tag>(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
        tag: TagChange<T>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let EnvironmentRecord { id, name, .. } =
            lock_environment(&mut transaction, &environment.id).await?;
        let revision = match &tag {
            TagChange::Add(tag) | TagChange::Replace(_, tag) => tag.revision(),
            TagChange::Delete(_) => None,
        };
        if matches!(tag, TagChange::Add(_)) {
            check_count::<T>(&mut transaction, &id).await?;
        }
        if let Some(revision) = revision {
            require_revision(&mut transaction, &id, revision).await?;
        }
        let detail = match &tag {
            TagChange::Add(tag) => {
                Self::insert_tag(&mut transaction, &id, tag).await?;
                tag.detail(None)
            }
            TagChange::Replace(before, tag) => {
                let (name, expected) = (before.name(), before.expected());
                delete::<T>(&mut transaction, &id, name, expected).await?;
                Self::insert_tag(&mut transaction, &id, tag).await?;
                tag.detail(Some(before))
            }
            TagChange::Delete(name) => {
                delete::<T>(&mut transaction, &id, name, None).await?;
                json!({"tag": name, (T::CONTENT): null})
            }
        };
        if revision.is_some() {
            check_pinned(&mut transaction, &id).await?;
        }
        let change = change(T::ACTION, organization, &name).with([None, Some(detail)]);
        self.commit_change(transaction, change).await
    }

    pub(super) async fn insert_tag<T: Tag>(
        transaction: &mut Transaction,
        environment: &str,
        tag: &T,
    ) -> Result<(), StoreError> {
        let insert = tag.bind(sqlx::query(T::INSERT).bind(environment.to_owned()));
        match insert.execute(&mut **transaction).await?.rows_affected() {
            0 => Err(StoreError::Exists {
                what: format!("tag `{}`", tag.name()),
            }),
            _ => Ok(()),
        }
    }
}

/// Checks that there may be one more.
async fn check_count<T: Tag>(
    transaction: &mut Transaction,
    environment: &str,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT COUNT(*) AS count FROM {} WHERE environment = $1",
        T::TABLE
    );
    let query = sqlx::query(&select).bind(environment.to_owned());
    let row = query.fetch_one(&mut **transaction).await?;
    let found = number(&row, "count")? + 1;
    if found > MAX_TAGS {
        return Err(StoreError::Limit {
            what: "tags of each kind of an environment",
            limit: MAX_TAGS,
            found,
            advice: "delete one first",
        });
    }
    Ok(())
}

async fn require_revision(
    transaction: &mut Transaction,
    environment: &str,
    number: i64,
) -> Result<(), StoreError> {
    let select = "SELECT number FROM environment_revisions WHERE environment = $1 AND number = $2";
    let query = sqlx::query(select)
        .bind(environment.to_owned())
        .bind(number);
    let missing = StoreError::Missing { what: "revision" };
    let row = query.fetch_optional(&mut **transaction).await?;
    row.map(|_| ()).ok_or(missing)
}

/// Deletes the tag with a name, which must still have the expected content.
async fn delete<T: Tag>(
    transaction: &mut Transaction,
    environment: &str,
    name: &str,
    expected: Option<&str>,
) -> Result<(), StoreError> {
    let condition = expected.map_or_else(String::new, |_| format!(" AND {} = $3", T::CONTENT));
    let delete = format!(
        "DELETE FROM {} WHERE environment = $1 AND name = $2{condition}",
        T::TABLE
    );
    let mut query = sqlx::query(&delete)
        .bind(environment.to_owned())
        .bind(name.to_owned());
    if let Some(expected) = expected {
        query = query.bind(expected.to_owned());
    }
    match query.execute(&mut **transaction).await?.rows_affected() {
        0 => Err(StoreError::Missing { what: "tag" }),
        _ => Ok(()),
    }
}
