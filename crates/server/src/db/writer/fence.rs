//! The fence between decisions and revocations: a token is stored only if no revocation came after
//! what it was decided on. Versions are compared, not times: clocks of replicas differ.
//!
//! On PostgreSQL a revocation may be committed after the fence was read and before the token is. Such
//! a token is stored and not valid, because the versions are compared at each use too
//! (`tokens/store.rs`).

use std::collections::HashSet;

use super::job::{Job, Written};
use crate::db::engine::Connection;
use crate::db::value::Value;
use crate::tokens::record::TokenRecord;

/// How many bases of decisions are remembered.
const MAX_BASES: usize = 10_000;

/// Whether a decision on a version of an organization may be the base of a token.
const IS_CURRENT: &str = "SELECT 1 FROM organizations WHERE id = $1 AND NOT EXISTS (
    SELECT 1 FROM revocations WHERE organization_id = $1 AND issuer IN ($2, '') AND version > $3)";

/// What tokens were decided on: the organization's id, the issuer's, and the organization's version.
type Base = (i64, Option<String>, i64);

/// The bases that may be used as long as nothing changes.
#[derive(Debug, Default)]
pub(super) struct Fence {
    /// The latest change.
    version: i64,
    current: HashSet<Base>,
}

impl Fence {
    /// The outcome of each exchange, as far as it is known: outdated, or done. `version` is the number
    /// of the latest change that the transaction sees.
    pub(super) async fn outcomes(
        &mut self,
        connection: &mut dyn Connection,
        version: i64,
        jobs: &[Job],
    ) -> Result<Vec<Written>, sqlx::Error> {
        if self.version != version || self.current.len() > MAX_BASES {
            self.current.clear();
            self.version = version;
        }
        let mut outcomes = vec![Written::Done; jobs.len()];
        for (job, outcome) in jobs.iter().zip(&mut outcomes) {
            if let Some((_, token)) = &job.exchange.token
                && !self.is_current(connection, token).await?
            {
                *outcome = Written::Outdated;
            }
        }
        Ok(outcomes)
    }

    async fn is_current(
        &mut self,
        connection: &mut dyn Connection,
        token: &TokenRecord,
    ) -> Result<bool, sqlx::Error> {
        let Some(organization) = token.organization_id else {
            return Ok(false);
        };
        let base = (organization, token.issuer.clone(), token.version);
        if self.current.contains(&base) {
            return Ok(true);
        }
        let values = [
            Value::Number(organization),
            Value::optional(token.issuer.as_deref()),
            Value::Number(token.version),
        ];
        let is_current = connection.exists(IS_CURRENT, &values).await?;
        if is_current {
            self.current.insert(base);
        }
        Ok(is_current)
    }
}
