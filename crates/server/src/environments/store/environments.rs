//! Queries on environments.

use claimgate_api::ChangeAction;
use sqlx::any::AnyRow;

use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::environments::keys::data_key::WrappedKey;
use crate::environments::names::Name;
use crate::environments::record::{EnvironmentRecord, EnvironmentTag, Revision, RevisionTag};
use crate::organizations::record::Organization;

/// The most environments of an organization: a list may have to look up the permission of the caller on all of them.
const MAX_ENVIRONMENTS: i64 = 2_000;

pub(super) const MISSING: StoreError = StoreError::Missing {
    what: "environment",
};

/// An environment to create.
#[derive(Debug)]
pub(in crate::environments) struct NewEnvironment {
    pub(in crate::environments) record: EnvironmentRecord,
    /// Its data key.
    pub(in crate::environments) key: WrappedKey,
    /// Oldest first.
    pub(in crate::environments) revisions: Vec<Revision>,
    pub(in crate::environments) tags: Vec<EnvironmentTag>,
    pub(in crate::environments) revision_tags: Vec<RevisionTag>,
    /// The login of its creator.
    pub(in crate::environments) creator: String,
}

/// A part of the list of environments.
#[derive(Clone, Debug, Default)]
pub(in crate::environments) struct Page {
    /// The id of the organization; all of them if absent.
    pub(in crate::environments) organization: Option<i64>,
    /// The organization's name, the project and the name of the last environment before.
    pub(in crate::environments) after: [String; 3],
    pub(in crate::environments) limit: i64,
}

impl EnvironmentRecord {
    pub(super) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            organization: number(row, "organization")?,
            name: Name {
                project: text(row, "project")?,
                name: text(row, "name")?,
            },
            revision: number(row, "revision")?,
            created: number(row, "created")?,
            modified: number(row, "modified")?,
            is_protected: number(row, "is_protected")? != 0,
        })
    }
}

impl Store {
    /// The environment of an organization with a name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn environment(
        &self,
        organization: i64,
        name: &Name,
    ) -> Result<Option<EnvironmentRecord>, StoreError> {
        let select =
            "SELECT * FROM environments WHERE organization = $1 AND project = $2 AND name = $3";
        let query = sqlx::query(select)
            .bind(organization)
            .bind(name.project.clone())
            .bind(name.name.clone());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(EnvironmentRecord::read).transpose()?)
    }

    /// Environments with the names of their organizations, by organization, project and name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(in crate::environments) async fn environments(
        &self,
        page: &Page,
    ) -> Result<Vec<(String, EnvironmentRecord)>, StoreError> {
        let of_one = page
            .organization
            .map_or("", |_| " AND environments.organization = $4");
        let select = format!(
            "SELECT environments.*, organizations.name AS organization_name FROM environments
             JOIN organizations ON organizations.id = environments.organization
             WHERE (organizations.name, environments.project, environments.name) > ($1, $2, $3){of_one}
             ORDER BY organizations.name, environments.project, environments.name LIMIT {}",
            page.limit
        );
        let [organization, project, name] = page.after.clone();
        let mut query = sqlx::query(&select)
            .bind(organization)
            .bind(project)
            .bind(name);
        if let Some(id) = page.organization {
            query = query.bind(id);
        }
        let rows = query.fetch_all(&self.pool).await?;
        let read = |row: &AnyRow| {
            Ok((
                text(row, "organization_name")?,
                EnvironmentRecord::read(row)?,
            ))
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Creates an environment.
    ///
    /// # Errors
    /// [`StoreError::Exists`], and [`StoreError::Missing`] if the organization was deleted. `None` if the organization has as
    /// many as it may have.
    pub(in crate::environments) async fn create_environment(
        &self,
        organization: &Organization,
        new: NewEnvironment,
        change: Change,
    ) -> Result<Option<()>, StoreError> {
        let mut transaction = self.begin().await?;
        // Changes of one organization come one after the other.
        Self::bump_version(&mut transaction, organization.id).await?;
        let count =
            sqlx::query("SELECT COUNT(*) AS count FROM environments WHERE organization = $1")
                .bind(organization.id)
                .fetch_one(&mut *transaction)
                .await?;
        if number(&count, "count")? >= MAX_ENVIRONMENTS {
            return Ok(None);
        }
        insert(&mut transaction, &new.record).await?;
        Self::insert_key(&mut transaction, &new.record.id, &new.key).await?;
        for revision in &new.revisions {
            Self::insert_definition(&mut transaction, &new.record, revision, &new.creator).await?;
        }
        for tag in &new.tags {
            Self::insert_tag(&mut transaction, &new.record.id, tag).await?;
        }
        for tag in &new.revision_tags {
            Self::insert_tag(&mut transaction, &new.record.id, tag).await?;
        }
        self.commit_change(transaction, change).await?;
        Ok(Some(()))
    }

    /// Deletes an environment with its revisions and keys: without them, no copy of its secrets can be decrypted.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it was deleted before.
    pub(in crate::environments) async fn delete_environment(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        if lock_environment(&mut transaction, &environment.id)
            .await?
            .is_protected
        {
            return Ok(false);
        }
        Self::shred_keys(&mut transaction, "environment = $1", &environment.id).await?;
        for delete in [
            "DELETE FROM environment_sessions WHERE environment = $1",
            "DELETE FROM environments WHERE id = $1",
        ] {
            let query = sqlx::query(delete).bind(environment.id.clone());
            query.execute(&mut *transaction).await?;
        }
        let change = change(
            ChangeAction::EnvironmentDeleted,
            organization,
            &environment.name,
        );
        self.commit_change(transaction, change).await?;
        Ok(true)
    }

    /// Protects an environment against deletion, or not any more.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it was deleted.
    pub(in crate::environments) async fn protect_environment(
        &self,
        organization: &Organization,
        environment: &EnvironmentRecord,
        protect: bool,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        lock_environment(&mut transaction, &environment.id).await?;
        sqlx::query("UPDATE environments SET is_protected = $1 WHERE id = $2")
            .bind(i64::from(protect))
            .bind(environment.id.clone())
            .execute(&mut *transaction)
            .await?;
        let change = change(
            ChangeAction::EnvironmentSettingsChanged,
            organization,
            &environment.name,
        )
        .with([
            None,
            Some(serde_json::json!({"deletionProtected": protect})),
        ]);
        self.commit_change(transaction, change).await
    }
}

/// A change of an environment.
pub(in crate::environments) fn change(
    action: ChangeAction,
    organization: &Organization,
    name: impl std::fmt::Display,
) -> Change {
    Change::new(action)
        .within(organization)
        .of_environment(&name.to_string())
}

/// Locks an environment against other changes.
pub(super) async fn lock_environment(
    transaction: &mut Transaction,
    id: &str,
) -> Result<EnvironmentRecord, StoreError> {
    let lock = "UPDATE environments SET revision = revision WHERE id = $1 RETURNING *";
    let query = sqlx::query(lock).bind(id.to_owned());
    let row = query.fetch_optional(&mut **transaction).await?;
    Ok(EnvironmentRecord::read(&row.ok_or(MISSING)?)?)
}

async fn insert(
    transaction: &mut Transaction,
    record: &EnvironmentRecord,
) -> Result<(), StoreError> {
    let insert = "INSERT INTO environments (id, organization, project, name, revision, created, modified, is_protected)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let done = sqlx::query(insert)
        .bind(record.id.clone())
        .bind(record.organization)
        .bind(record.name.project.clone())
        .bind(record.name.name.clone())
        .bind(record.revision)
        .bind(record.created)
        .bind(record.modified)
        .bind(i64::from(record.is_protected))
        .execute(&mut **transaction)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Exists {
            what: format!("environment `{}`", record.name),
        });
    }
    Ok(())
}
