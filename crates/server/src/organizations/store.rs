//! Queries on organizations.

use claimgate_api::ChangeAction;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::record::Organization;
use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;

impl Organization {
    pub(crate) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: number(row, "id")?,
            name: text(row, "name")?,
            created: number(row, "created")?,
            version: number(row, "version")?,
        })
    }
}

impl Store {
    /// All organizations, by name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let rows = sqlx::query("SELECT * FROM organizations ORDER BY name")
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .iter()
            .map(Organization::read)
            .collect::<Result<_, _>>()?)
    }

    /// One organization.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn organization(&self, name: &str) -> Result<Option<Organization>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM organizations WHERE name = $1").bind(name.to_owned());
        Ok(query
            .fetch_optional(&self.pool)
            .await?
            .as_ref()
            .map(Organization::read)
            .transpose()?)
    }

    /// Creates an organization.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one with that name, or with a name that differs from it
    /// only in case.
    pub async fn create_organization(
        &self,
        name: &str,
        now: i64,
    ) -> Result<Organization, StoreError> {
        let mut transaction = self.begin().await?;
        // From here on, no other transaction can create one.
        let version = Self::next_version(&mut transaction).await?;
        let insert =
            "INSERT INTO organizations (id, name, created, version) VALUES ($1, $2, $3, $1)
                      ON CONFLICT DO NOTHING";
        let inserted = sqlx::query(insert)
            .bind(version)
            .bind(name.to_owned())
            .bind(now)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if inserted == 0 {
            return Err(StoreError::Exists {
                what: format!("organization `{name}`"),
            });
        }
        let rows =
            sqlx::query("SELECT name FROM organizations WHERE name <> $1").bind(name.to_owned());
        for row in rows.fetch_all(&mut *transaction).await? {
            let other = text(&row, "name")?;
            if other.eq_ignore_ascii_case(name) {
                let what =
                    format!("organization `{other}`, which differs from `{name}` only in case,");
                return Err(StoreError::Exists { what });
            }
        }
        let organization = Organization {
            id: version,
            name: name.to_owned(),
            created: now,
            version,
        };
        let change = Change::new(ChangeAction::OrganizationCreated).within(&organization);
        self.commit_change(transaction, change).await?;
        Ok(organization)
    }

    /// Deletes the organization with an id, with its issuers and policies. Its tokens are not valid
    /// any more; its audit log stays. Returns the number of the change.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such organization.
    pub async fn delete_organization(&self, id: i64, now: i64) -> Result<i64, StoreError> {
        let mut transaction = self.begin().await?;
        let organization = Self::bump_version(&mut transaction, id).await?;
        let change = Change::new(ChangeAction::OrganizationDeleted).within(&organization);
        let Organization { name, version, .. } = organization;
        Self::shred_environment_keys(&mut transaction, &name).await?;
        let statements = [
            "DELETE FROM environments WHERE organization IN (SELECT id FROM organizations WHERE name = $1)",
            "DELETE FROM policies WHERE issuer IN (SELECT id FROM issuers WHERE organization = $1)",
            "DELETE FROM issuers WHERE organization = $1",
            "DELETE FROM organizations WHERE name = $1",
        ];
        for statement in statements {
            sqlx::query(statement)
                .bind(name.clone())
                .execute(&mut *transaction)
                .await?;
        }
        self.commit_change(transaction, change).await?;
        // No token of an organization that does not exist is valid; this only records when they
        // ended.
        let revoke =
            "UPDATE tokens SET revoked = $1 WHERE organization_id = $2 AND revoked IS NULL";
        let revoke = sqlx::query(revoke).bind(now).bind(id);
        if let Err(error) = revoke.execute(&self.pool).await {
            tracing::warn!(%error, organization = name, "cannot mark the tokens of a deleted organization");
        }
        Ok(version)
    }

    /// Names and versions of all organizations.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn versions(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = sqlx::query("SELECT name, version FROM organizations")
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, sqlx::Error>>()?)
    }
}
