//! How many exchanges there were by the hour, in all and by each policy that decided, for pictures: the
//! histogram of the audit log and the map of who trusts whom.
//!
//! They are counted in memory and added to the database every few seconds, so an exchange pays for a
//! number and not for a row. What a crash loses are seconds of a statistic, not of the log.

use std::collections::HashMap;
use std::sync::Mutex;

use sqlx::any::AnyRow;

use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::lock::lock;

/// Seconds in an hour.
pub(crate) const HOUR: i64 = 3_600;

/// For how many days counts are kept.
pub(crate) const DAYS: i64 = 92;

/// How many different counts are kept in memory. Beyond that, policies are not told apart, and then
/// nothing is counted that was not before.
const MAX_COUNTS: usize = 50_000;

/// The policy that stands for all of them.
const ALL: i64 = 0;

/// The hours that are requested, of one organization.
const RANGE: &str =
    "organization_id = $1 AND hour >= $2 AND hour < $3 AND ($4 = '' OR issuer = $4)";

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counted {
    pub(crate) organization: i64,
    /// The beginning of the hour, in seconds since 1970.
    pub(crate) hour: i64,
    /// The issuer's id; empty if the token is of none that is registered.
    pub(crate) issuer: String,
    /// The effect of a policy, or [`ALL`].
    pub(crate) policy: i64,
    pub(crate) is_allowed: bool,
}

/// Counts that are not in the database yet.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<HashMap<Counted, i64>>);

/// Numbers of exchanges in a range of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// By the hour: its beginning, and how many were allowed and denied.
    pub hours: Vec<(i64, i64, i64)>,
    /// By issuer: its id, and how many were allowed and denied.
    pub issuers: Vec<(String, i64, i64)>,
    /// By issuer and the effect of the policy that decided: how many were allowed or denied by it.
    pub policies: Vec<(String, i64, i64, i64)>,
}

impl Counts {
    /// Counts an exchange, and each of the policies that decided by its effect.
    pub(crate) fn add(&self, exchange: Counted, policies: &[i64]) {
        let mut counts = lock(&self.0);
        for policy in policies {
            let of_policy = Counted {
                policy: *policy,
                ..exchange.clone()
            };
            add(&mut counts, of_policy, 1, MAX_COUNTS / 2);
        }
        add(&mut counts, exchange, 1, MAX_COUNTS);
    }

    fn take(&self) -> HashMap<Counted, i64> {
        std::mem::take(&mut *lock(&self.0))
    }

    fn restore(&self, taken: HashMap<Counted, i64>) {
        let mut counts = lock(&self.0);
        for (counted, count) in taken {
            add(&mut counts, counted, count, MAX_COUNTS);
        }
    }
}

fn add(counts: &mut HashMap<Counted, i64>, counted: Counted, count: i64, max: usize) {
    if counts.len() < max || counts.contains_key(&counted) {
        *counts.entry(counted).or_default() += count;
    }
}

impl Counted {
    /// The same, denied.
    pub(crate) fn denied(self) -> Self {
        Self {
            is_allowed: false,
            ..self
        }
    }

    /// An exchange of an organization at a time, whatever policies decided.
    pub(crate) fn exchange(
        organization: i64,
        issuer: Option<&str>,
        at: i64,
        is_allowed: bool,
    ) -> Self {
        Self {
            organization,
            hour: at - at.rem_euclid(HOUR),
            issuer: issuer.unwrap_or_default().to_owned(),
            policy: ALL,
            is_allowed,
        }
    }
}

impl Store {
    /// Adds what was counted to the database. What cannot be added stays counted.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) async fn add_counts(&self, counts: &Counts) -> Result<(), StoreError> {
        let taken = counts.take();
        if taken.is_empty() {
            return Ok(());
        }
        let added = self.insert_counts(&taken).await;
        if added.is_err() {
            counts.restore(taken);
        }
        added
    }

    async fn insert_counts(&self, counts: &HashMap<Counted, i64>) -> Result<(), StoreError> {
        let insert = "INSERT INTO exchange_counts (organization_id, hour, issuer, policy, decision, count)
                      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, hour, issuer, policy, decision)
                      DO UPDATE SET count = exchange_counts.count + excluded.count";
        let mut sorted: Vec<_> = counts.iter().collect();
        // Replicas that lock the same rows do so in the same order.
        sorted.sort_by_key(|(counted, _)| {
            let Counted {
                organization,
                hour,
                issuer,
                policy,
                is_allowed,
            } = counted;
            (*organization, *hour, issuer.as_str(), *policy, *is_allowed)
        });
        let mut transaction = self.begin().await?;
        for (counted, count) in sorted {
            sqlx::query(insert)
                .bind(counted.organization)
                .bind(counted.hour)
                .bind(counted.issuer.clone())
                .bind(counted.policy)
                .bind(word(counted.is_allowed))
                .bind(*count)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Deletes the counts of the hours before a time.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) async fn delete_counts_before(&self, since: i64) -> Result<(), StoreError> {
        let delete = "DELETE FROM exchange_counts WHERE hour < $1";
        sqlx::query(delete).bind(since).execute(&self.pool).await?;
        Ok(())
    }

    /// How many exchanges there were in the hours from `since` until before `until`: all, or those on
    /// tokens of one issuer.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn statistics(
        &self,
        organization: i64,
        since: i64,
        until: i64,
        issuer: Option<&str>,
    ) -> Result<Statistics, StoreError> {
        let of_all = |column: &str| {
            format!(
                "SELECT {column}, {} FROM exchange_counts WHERE {RANGE} AND policy = {ALL} GROUP BY {column} ORDER BY {column}",
                sums()
            )
        };
        let of_policies = format!(
            "SELECT issuer, policy, {} FROM exchange_counts WHERE {RANGE} AND policy <> {ALL}
             GROUP BY issuer, policy ORDER BY issuer, policy",
            sums()
        );
        let rows = async |query: &str| {
            let query = sqlx::query(query)
                .bind(organization)
                .bind(since)
                .bind(until)
                .bind(issuer.unwrap_or_default().to_owned());
            query.fetch_all(&self.pool).await
        };
        let both =
            |row: &AnyRow| Ok::<_, sqlx::Error>((number(row, "allowed")?, number(row, "denied")?));
        let hours = rows(&of_all("hour")).await?;
        let issuers = rows(&of_all("issuer")).await?;
        let policies = rows(&of_policies).await?;
        Ok(Statistics {
            hours: hours
                .iter()
                .map(|row| both(row).and_then(|(yes, no)| Ok((number(row, "hour")?, yes, no))))
                .collect::<Result<_, _>>()?,
            issuers: issuers
                .iter()
                .map(|row| both(row).and_then(|(yes, no)| Ok((text(row, "issuer")?, yes, no))))
                .collect::<Result<_, _>>()?,
            policies: policies
                .iter()
                .map(|row| {
                    let (yes, no) = both(row)?;
                    Ok((text(row, "issuer")?, number(row, "policy")?, yes, no))
                })
                .collect::<Result<_, sqlx::Error>>()?,
        })
    }
}

fn word(is_allowed: bool) -> &'static str {
    if is_allowed { "allowed" } else { "denied" }
}

/// The sums of both decisions.
fn sums() -> String {
    ["allowed", "denied"]
        .map(|word| {
            format!(
                "CAST(SUM(CASE WHEN decision = '{word}' THEN count ELSE 0 END) AS BIGINT) AS {word}"
            )
        })
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Counted, Counts, MAX_COUNTS, lock};

    #[test]
    fn an_exchange_counts_once_in_all_and_once_for_each_policy() {
        let counts = Counts::default();
        let exchange = || Counted::exchange(1, Some("i"), 7_300, true);
        counts.add(exchange(), &[5, 7]);
        counts.add(exchange(), &[5]);
        let mut taken: Vec<_> = counts.take().into_iter().collect();
        taken.sort_by_key(|(counted, _)| counted.policy);
        let numbers = taken
            .iter()
            .map(|(counted, count)| (counted.policy, counted.hour, *count));
        assert_eq!(
            numbers.collect::<Vec<_>>(),
            [(0, 7_200, 2), (5, 7_200, 2), (7, 7_200, 1)]
        );
        assert!(counts.take().is_empty());
        counts.restore(taken.into_iter().collect());
        assert_eq!(counts.take().len(), 3);
    }

    #[test]
    fn memory_is_bounded_and_what_is_known_is_counted_further() {
        let counts = Counts::default();
        let exchange = |issuer: i64| Counted::exchange(1, Some(&issuer.to_string()), 0, false);
        for issuer in 0..i64::try_from(MAX_COUNTS).unwrap() {
            counts.add(exchange(issuer), &[9]);
        }
        counts.add(exchange(-1), &[9]);
        assert!(lock(&counts.0).len() <= MAX_COUNTS);
        counts.add(exchange(0), &[9]);
        assert_eq!(counts.take()[&exchange(0)], 2);
    }
}
