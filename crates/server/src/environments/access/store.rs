//! Permissions on environments in the database: one document for each organization, as it is always read as a whole.

use claimgate_api::{ChangeAction, EnvironmentAccess, EnvironmentAccessBody};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::changes::difference;
use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::organizations::record::Organization;

const SELECT: &str = "SELECT version, document FROM environment_access WHERE organization = $1";

impl Store {
    /// The permissions on the environments of an organization.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) async fn environment_access(
        &self,
        organization: i64,
    ) -> Result<EnvironmentAccessBody, StoreError> {
        let query = sqlx::query(SELECT).bind(organization);
        Ok(read(query.fetch_optional(&self.pool).await?.as_ref())?)
    }

    /// Replaces the permissions on the environments of an organization; with `expected`, only if that is still their version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], or [`StoreError::Missing`] if the organization was deleted.
    pub(crate) async fn replace_environment_access(
        &self,
        organization: &Organization,
        access: Vec<EnvironmentAccess>,
        expected: Option<i64>,
    ) -> Result<EnvironmentAccessBody, StoreError> {
        let mut transaction = self.begin().await?;
        // Changes of one organization come one after the other.
        Self::bump_version(&mut transaction, organization.id).await?;
        let query = sqlx::query(SELECT).bind(organization.id);
        let before = read(query.fetch_optional(&mut *transaction).await?.as_ref())?;
        if let Some(expected) = expected.filter(|expected| *expected != before.version) {
            let found = before.version;
            return Err(StoreError::Conflict { expected, found });
        }
        let after = EnvironmentAccessBody {
            version: before.version + 1,
            access,
        };
        let upsert = "INSERT INTO environment_access (organization, version, document) VALUES ($1, $2, $3)
                      ON CONFLICT (organization) DO UPDATE SET version = excluded.version, document = excluded.document";
        sqlx::query(upsert)
            .bind(organization.id)
            .bind(after.version)
            .bind(serde_json::to_string(&after.access).unwrap_or_default())
            .execute(&mut *transaction)
            .await?;
        let [earlier, later] = [&before, &after].map(|body| json!({"access": body.access}));
        let change = Change::new(ChangeAction::EnvironmentAccessReplaced)
            .within(organization)
            .with(difference::members(&earlier, &later));
        self.commit_change(transaction, change).await?;
        Ok(after)
    }
}

fn read(row: Option<&AnyRow>) -> Result<EnvironmentAccessBody, sqlx::Error> {
    let Some(row) = row else {
        return Ok(EnvironmentAccessBody::default());
    };
    let access = serde_json::from_str(&text(row, "document")?);
    Ok(EnvironmentAccessBody {
        version: number(row, "version")?,
        access: access.map_err(|error| sqlx::Error::Decode(error.into()))?,
    })
}
