//! Revoking access tokens, in the database. A revoked token leaves no open sessions of environments.

use claimgate_api::ChangeAction;

use crate::changes::record::Change;
use crate::db::columns::{optional_number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;

/// The most that the times in a token and in its id may differ, in milliseconds: they are generated
/// one after the other.
const MAX_TIME_DIFFERENCE: i64 = 5_000;

/// The bounds of the hash of the token with this id: both start with the time.
fn hash_range(id: &str) -> Option<[String; 2]> {
    let digits: String = id.chars().filter(|c| *c != '-').take(12).collect();
    let time = i64::from_str_radix(&digits, 16).ok()?;
    Some(
        [
            time.saturating_sub(MAX_TIME_DIFFERENCE),
            time.saturating_add(MAX_TIME_DIFFERENCE),
        ]
        .map(|time| format!("{time:012x}")),
    )
}

impl Store {
    /// Revokes a token by its hash. Returns whether there was one that was not revoked.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn revoke(&self, hash: &str, now: i64) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let update = "UPDATE tokens SET revoked = $1 WHERE hash = $2 AND revoked IS NULL
                      RETURNING id, organization, organization_id";
        let query = sqlx::query(update).bind(now).bind(hash.to_owned());
        let Some(row) = query.fetch_optional(&mut *transaction).await? else {
            return Ok(false);
        };
        let (id, name) = (text(&row, "id")?, optional_text(&row, "organization")?);
        let organization = optional_number(&row, "organization_id")?;
        Self::end_token_sessions(&mut transaction, organization, &id).await?;
        let change = Change::new(ChangeAction::TokenRevokedItself)
            .within_named(organization, name.as_deref())
            .of_token(&id);
        self.commit_change(transaction, change).await?;
        Ok(true)
    }

    /// Revokes a token of an organization by its id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such token, or it is revoked already.
    pub async fn revoke_id(&self, organization: i64, id: &str, now: i64) -> Result<(), StoreError> {
        let missing = StoreError::Missing { what: "token" };
        // There is no index of ids: it would cost each exchange more than reading the tokens of
        // some seconds costs here.
        let Some([from, to]) = hash_range(id) else {
            return Err(missing);
        };
        let update = "UPDATE tokens SET revoked = $1
                      WHERE hash > $2 AND hash < $3 AND organization_id = $4 AND id = $5 AND revoked IS NULL
                      RETURNING organization";
        let mut transaction = self.begin().await?;
        let query = sqlx::query(update).bind(now).bind(from).bind(to);
        let query = query.bind(organization).bind(id.to_owned());
        let row = query.fetch_optional(&mut *transaction).await?;
        let name = optional_text(&row.ok_or(missing)?, "organization")?;
        Self::end_token_sessions(&mut transaction, Some(organization), id).await?;
        let change = Change::new(ChangeAction::TokenRevoked)
            .within_named(Some(organization), name.as_deref())
            .of_token(id);
        self.commit_change(transaction, change).await
    }

    /// Revokes all tokens that were granted for ID tokens of an issuer, or of all of them, and those that
    /// will be granted on what was known of the organization before. Returns the number of tokens, and
    /// that of the change.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such organization.
    pub async fn revoke_all(
        &self,
        organization: i64,
        issuer: Option<&str>,
        now: i64,
    ) -> Result<(u64, i64), StoreError> {
        let mut transaction = self.begin().await?;
        let owner = Self::bump_version(&mut transaction, organization).await?;
        let version = owner.version;
        // The empty id stands for all issuers.
        let insert = "INSERT INTO revocations (organization_id, issuer, version, at) VALUES ($1, $2, $3, $4)
                      ON CONFLICT (organization_id, issuer) DO UPDATE SET version = excluded.version, at = excluded.at";
        sqlx::query(insert)
            .bind(organization)
            .bind(issuer.unwrap_or_default().to_owned())
            .bind(version)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        let change = match issuer {
            Some(issuer) => Change::new(ChangeAction::IssuerTokensRevoked).of_issuer(issuer, None),
            None => Change::new(ChangeAction::AllTokensRevoked),
        };
        self.commit_change(transaction, change.within(&owner))
            .await?;
        // They are not valid any more; this counts them and records when they ended.
        let of_issuer = issuer.map_or("", |_| " AND issuer = $4");
        let update = format!(
            "UPDATE tokens SET revoked = $1 WHERE organization_id = $2 AND version < $3 AND revoked IS NULL{of_issuer}"
        );
        let mut query = sqlx::query(&update)
            .bind(now)
            .bind(organization)
            .bind(version);
        if let Some(issuer) = issuer {
            query = query.bind(issuer.to_owned());
        }
        let revoked = query.execute(&self.pool).await?.rows_affected();
        self.end_withdrawn_sessions(organization, issuer, version)
            .await?;
        Ok((revoked, version))
    }
}

#[cfg(test)]
mod tests {
    use super::hash_range;
    use crate::random;
    use crate::tokens::access_token::AccessToken;
    use crate::tokens::hash_key::HashKey;

    #[test]
    fn the_hash_of_a_token_is_in_the_range_of_its_id() {
        let key = HashKey::new(&"a".repeat(32)).unwrap();
        let [from, to] = hash_range(&random::id()).unwrap();
        let hash = key.hash(AccessToken::generate().reveal());
        assert!(from < hash && hash < to, "{from}, {hash}, {to}");
        for other in ["bootstrap", "", "é"] {
            assert_eq!(hash_range(other), None, "{other}");
        }
    }
}
