//! How much the issuers of an organization may contain when they are changed. What was stored before a limit
//! keeps working until it is edited.
//!
//! Compiled policies stay in memory, and an administrator can save any number of them: a limit on each
//! document is none on all of them.

use claimgate::diagnostic::Diagnostic;
use claimgate::policy::Limits;

use super::record::PolicyRecord;
use crate::db::columns::number;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::organizations::record::Organization;

/// How much the policies of an issuer may contain.
pub const POLICY_LIMITS: Limits = Limits {
    bytes: 1024 * 1024,
    ..Limits::STANDARD
};

/// How many issuers an organization may have.
pub const MAX_ISSUERS: usize = 200;

/// How many bytes the static keys of an issuer may have, as JSON: some hundred keys.
pub const MAX_KEY_SET_BYTES: usize = 64 * 1024;

/// How many bytes of policies all issuers of an organization may have, as JSON; and of how many bytes of them
/// a list of issuers may consist.
pub const MAX_POLICY_BYTES: usize = 16 * 1024 * 1024;

/// How many bytes of policies the issuers of the organization with an id have, `$1`: the length of a
/// document is known from its revision.
const POLICY_BYTES: &str =
    "SELECT CAST(COALESCE(SUM(policy_revisions.bytes), 0) AS BIGINT) AS bytes FROM policy_revisions
     JOIN policies ON policies.id = policy_revisions.policy AND policies.version = policy_revisions.version
     JOIN issuers ON issuers.id = policies.issuer JOIN organizations ON organizations.name = issuers.organization
     WHERE organizations.id = $1";

/// What is wrong with static keys of so many bytes, if there are too many.
#[must_use]
pub fn key_set_problem(bytes: usize) -> Option<Diagnostic> {
    (bytes > MAX_KEY_SET_BYTES).then(|| {
        let message = format!("expected at most {MAX_KEY_SET_BYTES} bytes of keys, found {bytes}");
        let help = "leave out keys that the issuer does not sign with any more";
        Diagnostic::error("jwks", "jwks-too-large", message).help(help)
    })
}

impl Store {
    /// How many bytes of policies an issuer has, or all of an organization; zero without such an issuer.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn policy_bytes(
        &self,
        organization: i64,
        issuer: Option<&str>,
    ) -> Result<usize, StoreError> {
        let query = format!("{POLICY_BYTES} AND ($2 = '' OR issuers.id = $2)");
        let row = sqlx::query(&query)
            .bind(organization)
            .bind(issuer.unwrap_or_default().to_owned())
            .fetch_one(&self.pool)
            .await?;
        Ok(as_size(number(&row, "bytes")?))
    }

    /// About how many bytes of static keys the issuers of an organization have.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn key_set_bytes(&self, organization: i64) -> Result<usize, StoreError> {
        let query = "SELECT CAST(COALESCE(SUM(LENGTH(issuers.jwks)), 0) AS BIGINT) AS bytes FROM issuers
                     JOIN organizations ON organizations.name = issuers.organization WHERE organizations.id = $1";
        let row = sqlx::query(query).bind(organization);
        Ok(as_size(number(&row.fetch_one(&self.pool).await?, "bytes")?))
    }
}

/// Checks that an organization may have another issuer.
///
/// # Errors
/// [`StoreError::Limit`].
pub(super) async fn require_place(
    transaction: &mut Transaction,
    organization: &Organization,
) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS issuers FROM issuers WHERE organization = $1")
        .bind(organization.name.clone())
        .fetch_one(&mut **transaction)
        .await?;
    let found = as_size(number(&row, "issuers")?) + 1;
    let advice = "delete those that are not used";
    within(found, MAX_ISSUERS, "issuers of an organization", advice)
}

/// Checks that an organization may have policies of so many bytes in the place of present ones. Fewer bytes
/// than there were are always accepted.
///
/// # Errors
/// [`StoreError::Limit`].
pub(super) async fn require_room(
    transaction: &mut Transaction,
    organization: &Organization,
    before: &PolicyRecord,
    bytes: usize,
) -> Result<(), StoreError> {
    if bytes <= before.document.len() {
        return Ok(());
    }
    let query = format!("{POLICY_BYTES} AND policies.id <> $2");
    let row = sqlx::query(&query)
        .bind(organization.id)
        .bind(before.id.clone())
        .fetch_one(&mut **transaction)
        .await?;
    let found = as_size(number(&row, "bytes")?) + bytes;
    let advice = "let one pattern replace many, or move issuers to another organization";
    let what = "bytes of policies in an organization";
    within(found, MAX_POLICY_BYTES, what, advice)
}

fn within(
    found: usize,
    limit: usize,
    what: &'static str,
    advice: &'static str,
) -> Result<(), StoreError> {
    let number = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
    if found <= limit {
        return Ok(());
    }
    Err(StoreError::Limit {
        what,
        limit: number(limit),
        found: number(found),
        advice,
    })
}

fn as_size(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
