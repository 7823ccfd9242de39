//! Queries on issuers and policies.

use claimgate_api::ChangeAction;

use super::limits::require_place;
use super::record::{IssuerRecord, IssuerUpdate, NewIssuer, PolicyRecord};
use crate::changes::difference;
use crate::changes::record::Change;
use crate::db::columns::{number, text};
use crate::db::error::{StoreError, is_unique_violation};
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::random;

/// The issuers of the organization with an id. Issuers refer to its name: they go with it.
const OF_ORGANIZATION: &str =
    "SELECT issuers.* FROM issuers JOIN organizations ON organizations.name = issuers.organization
     WHERE organizations.id = $1";

/// They, with the versions of their policies.
const ISSUER_WITH_POLICIES: &str =
    "SELECT issuers.*, policies.version AS policies_version FROM issuers
     JOIN organizations ON organizations.name = issuers.organization
     JOIN policies ON policies.issuer = issuers.id WHERE organizations.id = $1";

/// Their policies.
pub(super) const POLICIES_OF_ORGANIZATION: &str =
    "SELECT policies.*, issuers.url, issuers.version AS issuer_version FROM policies JOIN issuers ON issuers.id = policies.issuer
     JOIN organizations ON organizations.name = issuers.organization WHERE organizations.id = $1";

impl Store {
    /// All issuers of all organizations with their policies, of a schema of any version.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn all_issuers(&self) -> Result<Vec<(IssuerRecord, String)>, StoreError> {
        let query = "SELECT issuers.*, policies.document FROM issuers JOIN policies ON policies.issuer = issuers.id
                     ORDER BY issuers.organization, issuers.created, issuers.id";
        let rows = sqlx::query(query).fetch_all(&self.pool).await?;
        Ok(rows
            .iter()
            .map(|row| Ok((IssuerRecord::read(row)?, text(row, "document")?)))
            .collect::<Result<_, sqlx::Error>>()?)
    }
}

/// Organizations are given by their ids.
impl Store {
    /// The issuers of an organization, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn issuers(&self, organization: i64) -> Result<Vec<IssuerRecord>, StoreError> {
        let query = format!("{OF_ORGANIZATION} ORDER BY issuers.created, issuers.id");
        let rows = sqlx::query(&query)
            .bind(organization)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .iter()
            .map(IssuerRecord::read)
            .collect::<Result<_, _>>()?)
    }

    /// One issuer of an organization.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such issuer.
    pub async fn issuer(&self, organization: i64, id: &str) -> Result<IssuerRecord, StoreError> {
        let query = format!("{OF_ORGANIZATION} AND issuers.id = $2");
        let row = sqlx::query(&query)
            .bind(organization)
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(IssuerRecord::read(
            &row.ok_or(StoreError::Missing { what: "issuer" })?,
        )?)
    }

    /// The policies of all issuers of an organization.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn policies(&self, organization: i64) -> Result<Vec<PolicyRecord>, StoreError> {
        let rows = sqlx::query(POLICIES_OF_ORGANIZATION)
            .bind(organization)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .iter()
            .map(PolicyRecord::read)
            .collect::<Result<_, _>>()?)
    }

    /// The policies of an issuer of an organization.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such issuer.
    pub async fn policies_of(
        &self,
        organization: i64,
        issuer: &str,
    ) -> Result<PolicyRecord, StoreError> {
        self.one_policy("issuers.id", organization, issuer).await
    }

    /// The policies of an organization with an id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there are no such policies.
    pub async fn policy(&self, organization: i64, id: &str) -> Result<PolicyRecord, StoreError> {
        self.one_policy("policies.id", organization, id).await
    }

    async fn one_policy(
        &self,
        column: &str,
        organization: i64,
        id: &str,
    ) -> Result<PolicyRecord, StoreError> {
        let query = format!("{POLICIES_OF_ORGANIZATION} AND {column} = $2");
        let query = sqlx::query(&query).bind(organization).bind(id.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(PolicyRecord::read(
            &row.ok_or(StoreError::Missing { what: "policy" })?,
        )?)
    }

    /// Registers an issuer. Returns the number of the change as well.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the organization has an issuer with that URL, and [`StoreError::Limit`] if it
    /// has as many as it may.
    pub async fn create_issuer(
        &self,
        new: NewIssuer,
        now: i64,
    ) -> Result<(IssuerRecord, i64), StoreError> {
        let NewIssuer {
            organization,
            url,
            settings,
            policies,
        } = new;
        let mut transaction = self.begin().await?;
        let organization = Self::bump_version(&mut transaction, organization).await?;
        require_place(&mut transaction, &organization).await?;
        let record = IssuerRecord {
            id: random::id(),
            organization: organization.name.clone(),
            settings,
            url,
            version: 1,
            created: now,
            modified: now,
            last_used: None,
        };
        let insert = "INSERT INTO issuers (id, organization, name, url, thumbprints, jwks, max_expiration, single_use,
                          report_only, audiences, version, created, modified)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11)";
        let inserted = sqlx::query(insert)
            .bind(record.id.clone())
            .bind(record.organization.clone())
            .bind(record.settings.name.clone())
            .bind(record.url.clone())
            .bind(json_list(&record.settings.thumbprints))
            .bind(record.settings.jwks.clone())
            .bind(record.settings.max_expiration)
            .bind(i64::from(record.settings.single_use))
            .bind(i64::from(record.settings.report_only))
            .bind(record.settings.audiences.as_deref().map(json_list))
            .bind(now)
            .execute(&mut *transaction)
            .await;
        if inserted.as_ref().is_err_and(is_unique_violation) {
            return Err(StoreError::Exists {
                what: format!("an issuer with the URL `{}`", record.url),
            });
        }
        inserted?;
        let policies = PolicyRecord {
            id: random::id(),
            issuer: record.id.clone(),
            version: 1,
            created: now,
            modified: now,
            document: policies,
        };
        self.insert_policies(&mut transaction, policies).await?;
        let settings = difference::settings(&record.settings);
        let change = Change::new(ChangeAction::IssuerCreated)
            .within(&organization)
            .of_issuer(&record.id, Some(&record.url))
            .with([None, Some(difference::bounded(settings))]);
        self.commit_change(transaction, change).await?;
        Ok((record, organization.version))
    }

    async fn insert_policies(
        &self,
        transaction: &mut Transaction,
        record: PolicyRecord,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO policies (id, issuer, version, created, modified, document)
                      VALUES ($1, $2, $3, $4, $4, $5)";
        sqlx::query(insert)
            .bind(record.id.clone())
            .bind(record.issuer.clone())
            .bind(record.version)
            .bind(record.created)
            .bind(record.document.clone())
            .execute(&mut **transaction)
            .await?;
        self.insert_revision(transaction, &record, None).await
    }

    /// Changes an issuer, if it and its policies still have the versions that are expected. Returns the
    /// number of the change as well.
    ///
    /// # Errors
    /// [`StoreError::Missing`] or [`StoreError::Conflict`].
    pub async fn update_issuer(
        &self,
        organization: i64,
        id: &str,
        update: IssuerUpdate,
        now: i64,
    ) -> Result<(IssuerRecord, i64), StoreError> {
        let IssuerUpdate {
            settings,
            expected,
            judged_with,
            findings,
        } = update;
        let mut transaction = self.begin().await?;
        let organization = Self::bump_version(&mut transaction, organization).await?;
        let query = format!("{ISSUER_WITH_POLICIES} AND issuers.id = $2");
        let row = sqlx::query(&query)
            .bind(organization.id)
            .bind(id.to_owned())
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(StoreError::Missing { what: "issuer" })?;
        let mut record = IssuerRecord::read(&row)?;
        expect_version(expected, record.version)?;
        expect_version(judged_with, number(&row, "policies_version")?)?;
        let before = difference::settings(&record.settings);
        record.settings = settings;
        record.version += 1;
        record.modified = now;
        let update = "UPDATE issuers SET name = $1, thumbprints = $2, jwks = $3, max_expiration = $4, single_use = $5,
                          report_only = $6, audiences = $7, version = $8, modified = $9 WHERE id = $10";
        sqlx::query(update)
            .bind(record.settings.name.clone())
            .bind(json_list(&record.settings.thumbprints))
            .bind(record.settings.jwks.clone())
            .bind(record.settings.max_expiration)
            .bind(i64::from(record.settings.single_use))
            .bind(i64::from(record.settings.report_only))
            .bind(record.settings.audiences.as_deref().map(json_list))
            .bind(record.version)
            .bind(now)
            .bind(record.id.clone())
            .execute(&mut *transaction)
            .await?;
        let after = difference::settings(&record.settings);
        let change = Change::new(ChangeAction::IssuerUpdated)
            .within(&organization)
            .of_issuer(id, Some(&record.url))
            .with(difference::members(&before, &after))
            .with_findings(findings);
        self.commit_change(transaction, change).await?;
        Ok((record, organization.version))
    }

    /// Deletes an issuer with its policies; with `expected`, only if that is still its version.
    /// Returns the number of the change.
    ///
    /// # Errors
    /// [`StoreError::Missing`] or [`StoreError::Conflict`].
    pub async fn delete_issuer(
        &self,
        organization: i64,
        id: &str,
        expected: Option<i64>,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.begin().await?;
        let organization = Self::bump_version(&mut transaction, organization).await?;
        let name = &organization.name;
        let select = "SELECT issuers.*, policies.document FROM issuers JOIN policies ON policies.issuer = issuers.id
                      WHERE issuers.organization = $1 AND issuers.id = $2";
        let row = sqlx::query(select).bind(name.clone()).bind(id.to_owned());
        let row = row
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(StoreError::Missing { what: "issuer" })?;
        let record = IssuerRecord::read(&row)?;
        expect_version(expected, record.version)?;
        let mut before = difference::settings(&record.settings);
        before["policies"] = difference::bounded_text(&text(&row, "document")?);
        let policies = "DELETE FROM policies WHERE issuer = $2
                        AND EXISTS (SELECT 1 FROM issuers WHERE organization = $1 AND id = $2)";
        let issuer = "DELETE FROM issuers WHERE organization = $1 AND id = $2";
        let mut deleted = 0;
        for statement in [policies, issuer] {
            let query = sqlx::query(statement)
                .bind(name.clone())
                .bind(id.to_owned());
            deleted = query.execute(&mut *transaction).await?.rows_affected();
        }
        if deleted == 0 {
            return Err(StoreError::Missing { what: "issuer" });
        }
        let change = Change::new(ChangeAction::IssuerDeleted)
            .within(&organization)
            .of_issuer(id, Some(&record.url))
            .with([Some(difference::bounded(before)), None]);
        self.commit_change(transaction, change).await?;
        Ok(organization.version)
    }
}

fn json_list(items: &[String]) -> String {
    serde_json::to_string(items).unwrap_or_default()
}

pub(super) fn expect_version(expected: Option<i64>, found: i64) -> Result<(), StoreError> {
    match expected {
        Some(expected) if expected != found => Err(StoreError::Conflict { expected, found }),
        _ => Ok(()),
    }
}
