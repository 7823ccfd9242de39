//! Access tokens, by their hashes.

use std::time::Duration;

use sqlx::any::AnyRow;

use crate::db::columns::{number, optional_number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;

/// How many rows are deleted at a time.
const PART: u32 = 2_000;

/// A token that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// What it is called in lists and in the audit log.
    pub id: String,
    /// What it is for.
    pub kind: TokenKind,
    /// The organization; none for the bootstrap token, which is for all.
    pub organization: Option<String>,
    /// The team, user or runner.
    pub target: Option<String>,
    /// Whether it has admin rights.
    pub admin: bool,
    /// The custom role.
    pub role: Option<String>,
    /// The id of the issuer that it was granted on.
    pub issuer: Option<String>,
    /// The `sub` that it was granted to.
    pub subject: Option<String>,
    /// The scope, as it was asked for.
    pub scope: String,
    /// When it was granted.
    pub created: i64,
    /// From when on it is no longer valid; never, if none.
    pub expires: Option<i64>,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the token types, as in policies, and the one that everything begins with"
)]
pub enum TokenKind {
    Bootstrap,
    Organization,
    Team,
    Personal,
    Runner,
}

impl TokenKind {
    const ALL: [Self; 5] = [
        Self::Bootstrap,
        Self::Organization,
        Self::Team,
        Self::Personal,
        Self::Runner,
    ];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::Organization => "organization",
            Self::Team => "team",
            Self::Personal => "personal",
            Self::Runner => "runner",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl TokenRecord {
    /// Whether it may be used.
    #[must_use]
    pub fn is_active(&self, now: i64) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let kind = text(row, "kind")?;
        let unknown = || sqlx::Error::Decode(format!("no kind of token: `{kind}`").into());
        Ok(Self {
            id: text(row, "id")?,
            kind: TokenKind::parse(&kind).ok_or_else(unknown)?,
            organization: optional_text(row, "organization")?,
            target: optional_text(row, "target")?,
            admin: number(row, "admin")? != 0,
            role: optional_text(row, "role")?,
            issuer: optional_text(row, "issuer")?,
            subject: optional_text(row, "subject")?,
            scope: text(row, "scope")?,
            created: number(row, "created")?,
            expires: optional_number(row, "expires")?,
            revoked: optional_number(row, "revoked")?,
        })
    }
}

/// How far a token's time and its id's may be apart, in milliseconds: they are made one after the
/// other.
const APART: i64 = 5_000;

/// Between which hashes that of the token with this id is: both begin with the time.
fn hashes_about(id: &str) -> Option<[String; 2]> {
    let digits: String = id.chars().filter(|c| *c != '-').take(12).collect();
    let time = i64::from_str_radix(&digits, 16).ok()?;
    Some(
        [time.saturating_sub(APART), time.saturating_add(APART)].map(|time| format!("{time:012x}")),
    )
}

impl Store {
    /// The token of a hash, valid or not.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn token(&self, hash: &str) -> Result<Option<TokenRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM tokens WHERE hash = $1").bind(hash.to_owned());
        Ok(query
            .fetch_optional(&self.pool)
            .await?
            .as_ref()
            .map(TokenRecord::read)
            .transpose()?)
    }

    /// The tokens of an organization that may be used, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn active_tokens(
        &self,
        organization: &str,
        now: i64,
    ) -> Result<Vec<TokenRecord>, StoreError> {
        let query =
            "SELECT * FROM tokens WHERE organization = $1 AND expires > $2 AND revoked IS NULL
                     ORDER BY created DESC, id DESC LIMIT 1000";
        let rows = sqlx::query(query)
            .bind(organization.to_owned())
            .bind(now)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows
            .iter()
            .map(TokenRecord::read)
            .collect::<Result<_, _>>()?)
    }

    /// Revokes a token by its hash. Says whether there was one that was valid.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn revoke(&self, hash: &str, now: i64) -> Result<bool, StoreError> {
        let update = "UPDATE tokens SET revoked = $1 WHERE hash = $2 AND revoked IS NULL";
        let done = sqlx::query(update)
            .bind(now)
            .bind(hash.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Revokes a token of an organization by its id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none that was valid.
    pub async fn revoke_id(
        &self,
        organization: &str,
        id: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let missing = StoreError::Missing { what: "token" };
        // There is no index of ids: it would cost each exchange more than a look at the tokens of
        // some seconds costs here.
        let Some([from, to]) = hashes_about(id) else {
            return Err(missing);
        };
        let update = "UPDATE tokens SET revoked = $1
                      WHERE hash > $2 AND hash < $3 AND organization = $4 AND id = $5 AND revoked IS NULL";
        let query = sqlx::query(update).bind(now).bind(from).bind(to);
        let query = query.bind(organization.to_owned()).bind(id.to_owned());
        match query.execute(&self.pool).await?.rows_affected() {
            0 => Err(missing),
            _ => Ok(()),
        }
    }

    /// Revokes all tokens that were granted on an issuer. Says how many.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn revoke_of_issuer(
        &self,
        organization: &str,
        issuer: &str,
        now: i64,
    ) -> Result<u64, StoreError> {
        let update = "UPDATE tokens SET revoked = $1 WHERE organization = $2 AND issuer = $3 AND revoked IS NULL";
        let query = sqlx::query(update)
            .bind(now)
            .bind(organization.to_owned())
            .bind(issuer.to_owned());
        Ok(query.execute(&self.pool).await?.rows_affected())
    }

    /// Notes the mark of the key that tokens are hashed with, unless there is one. Says which there
    /// is.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn token_key(&self, mark: i64) -> Result<i64, StoreError> {
        let insert = "INSERT INTO counters (name, value) VALUES ('token-key', $1) ON CONFLICT (name) DO NOTHING";
        sqlx::query(insert).bind(mark).execute(&self.pool).await?;
        let row = sqlx::query("SELECT value FROM counters WHERE name = 'token-key'")
            .fetch_one(&self.pool)
            .await?;
        Ok(number(&row, "value")?)
    }

    /// Notes the mark of another key, and deletes all tokens: none of them is good with it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn new_token_key(&self, mark: i64) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let update =
            sqlx::query("UPDATE counters SET value = $1 WHERE name = 'token-key'").bind(mark);
        update.execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM tokens")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Makes the bootstrap token that of a hash, unless there is one that is valid. Says whether it
    /// did.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn create_bootstrap(&self, hash: &str, now: i64) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let delete = "DELETE FROM tokens WHERE id = 'bootstrap' AND revoked IS NOT NULL";
        sqlx::query(delete).execute(&mut *transaction).await?;
        let insert = "INSERT INTO tokens (hash, id, kind, admin, scope, created)
                      VALUES ($1, 'bootstrap', 'bootstrap', 1, '', $2) ON CONFLICT DO NOTHING";
        let done = sqlx::query(insert)
            .bind(hash.to_owned())
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Makes the bootstrap token that of a hash, whatever it was before. One that was revoked stays
    /// so.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn set_bootstrap(&self, hash: &str, now: i64) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let delete = "DELETE FROM tokens WHERE id = 'bootstrap' AND hash <> $1";
        sqlx::query(delete)
            .bind(hash.to_owned())
            .execute(&mut *transaction)
            .await?;
        let insert = "INSERT INTO tokens (hash, id, kind, admin, scope, created)
                      VALUES ($1, 'bootstrap', 'bootstrap', 1, '', $2) ON CONFLICT DO NOTHING";
        sqlx::query(insert)
            .bind(hash.to_owned())
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes what nobody needs any more: tokens and marks of single use that expired before
    /// `now`, and entries of the audit log from before `audit_since`. A part at a time, for
    /// exchanges are written meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn clean_up(&self, now: i64, audit_since: Option<i64>) -> Result<(), StoreError> {
        let tokens = "DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE expires < $1 LIMIT $2)";
        self.delete_parts(tokens, now).await?;
        let used = "DELETE FROM used WHERE (issuer, jti) IN (SELECT issuer, jti FROM used WHERE expires < $1 LIMIT $2)";
        self.delete_parts(used, now).await?;
        if let Some(since) = audit_since {
            // Identifiers are in the order of their time.
            let audit = "DELETE FROM audit WHERE at < $1 AND id IN (SELECT id FROM audit ORDER BY id LIMIT $2)";
            self.delete_parts(audit, since).await?;
            // The last use that was written of what evidence rests on is an hour behind at most.
            let unused = sqlx::query("DELETE FROM evidence WHERE used < $1")
                .bind(since.saturating_sub(86_400));
            unused.execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Runs a statement that deletes up to [`PART`] rows, until there are fewer.
    async fn delete_parts(&self, statement: &str, before: i64) -> Result<(), StoreError> {
        while self.delete_part(statement, before).await? == u64::from(PART) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn delete_part(&self, statement: &str, before: i64) -> Result<u64, StoreError> {
        let query = sqlx::query(statement).bind(before).bind(i64::from(PART));
        Ok(query.execute(&self.pool).await?.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::hashes_about;
    use crate::random;
    use crate::tokens::access_token::{AccessToken, HashKey};

    #[test]
    fn an_id_tells_where_the_hash_of_its_token_is() {
        let key = HashKey::new(&"a".repeat(32)).unwrap();
        let [from, to] = hashes_about(&random::id()).unwrap();
        let hash = key.hash(AccessToken::mint().reveal());
        assert!(from < hash && hash < to, "{from}, {hash}, {to}");
        for other in ["bootstrap", "", "é"] {
            assert_eq!(hashes_about(other), None, "{other}");
        }
    }
}
