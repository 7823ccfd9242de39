//! How many refusals the audit log records. Anyone can cause refusals, so without a budget anyone
//! could fill the disk. Grants are never limited here.
//!
//! A refusal is charged to those who can cause it: without a genuine signature that is everyone, so
//! there is one budget for all organizations and one for each. A genuine token is charged to its
//! issuer in the organization, and to the issuer's tenant, which may be anyone with an account
//! there. Refusals beyond a budget are counted by kind, and one of each kind is kept as a sample.
//! Now and then a sample and a count of each kind are recorded ([`RefusalBudgets::take_omitted`]).
//!
//! Budgets are in memory, and each replica has its own.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use claimgate::time::format_utc;
use claimgate_api::AuditEntry;
use tokio::sync::Notify;

use super::entry::AuditRecord;
use crate::config::RefusalLimits;
use crate::db::writer::job::Exchange;
use crate::http::rate_limit::RateLimit;
use crate::lock::lock;
use crate::random;

/// Seconds in an hour, which budgets are for.
const HOUR: f64 = 3_600.0;

/// How many kinds of refusals are counted apart. Of those beyond, only the code is known.
const MAX_KINDS: usize = 256;

/// The most evidence of a sample, in bytes.
const MAX_SAMPLE_DETAIL: usize = 4 * 1_024;

/// The part of the cap on refusals that is written before they are trimmed.
const TRIM_PART: u64 = 32;

/// The part of the cap that may be written before they have been trimmed.
const MAX_UNTRIMMED_PART: u64 = 16;

/// Whom a refusal is charged to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Charged {
    /// Anyone, because there is no genuine signature; with the organization, if there is such a
    /// one.
    Anyone(Option<Place>),
    /// A tenant of an issuer, because the token is genuine.
    Tenant {
        organization: Place,
        /// The issuer's id.
        issuer: String,
        /// [`RefusalBudgets::tenant`].
        tenant: u64,
    },
}

/// The id and the name of an organization.
pub(crate) type Place = (i64, String);

/// A kind of refusals that are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub(crate) organization: Option<Place>,
    pub(crate) issuer: Option<String>,
    pub(crate) issuer_name: Option<String>,
    pub(crate) code: String,
    pub(crate) is_genuine: bool,
}

/// Refusals of a kind that were not recorded.
pub(crate) struct Omitted {
    pub(crate) count: u64,
    /// When the first one was, in seconds since 1970.
    first: i64,
    last: i64,
    /// One of them, in full.
    pub(crate) sample: Option<Box<Exchange>>,
}

/// The budgets, and what was not recorded because one was used up.
pub(crate) struct RefusalBudgets {
    everyone: RateLimit<()>,
    organization: RateLimit<Option<i64>>,
    issuer: RateLimit<String>,
    tenant: RateLimit<u64>,
    hasher: RandomState,
    omitted: Mutex<BTreeMap<Kind, Omitted>>,
    /// The cap on all recorded refusals, in bytes; 0 is no cap.
    max_bytes: u64,
    /// Bytes of refusals that were written since they were last trimmed.
    untrimmed: AtomicU64,
    trim: Notify,
}

impl std::fmt::Debug for RefusalBudgets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefusalBudgets").finish_non_exhaustive()
    }
}

impl RefusalBudgets {
    pub(crate) fn new(limits: &RefusalLimits) -> Self {
        Self {
            everyone: hourly(limits.unverified),
            organization: hourly(limits.organization),
            issuer: hourly(limits.issuer),
            tenant: hourly(limits.tenant),
            hasher: RandomState::new(),
            omitted: Mutex::default(),
            max_bytes: limits.max_bytes,
            untrimmed: AtomicU64::new(0),
            trim: Notify::new(),
        }
    }

    /// A number for a tenant of an issuer, wherever that is registered: the names of tenants are
    /// chosen by strangers, and may be long.
    pub(crate) fn tenant(&self, issuer_url: &str, tenant: Option<(&str, &str)>) -> u64 {
        self.hasher.hash_one((issuer_url, tenant))
    }

    /// Takes one refusal from the budgets that it is charged to. Returns whether it is to be
    /// recorded.
    pub(crate) fn admit(&self, charged: &Charged, now: Instant) -> bool {
        // The narrow budget goes first: one that is spent costs the others nothing.
        let is_within = match charged {
            Charged::Anyone(organization) => {
                let id = organization.as_ref().map(|(id, _)| *id);
                self.organization.take(id, now).is_ok() && self.everyone.take((), now).is_ok()
            }
            Charged::Tenant { issuer, tenant, .. } => {
                self.tenant.take(*tenant, now).is_ok()
                    && self.issuer.take(issuer.clone(), now).is_ok()
            }
        };
        is_within && !self.is_untrimmed(MAX_UNTRIMMED_PART)
    }

    /// Whether no refusal would be admitted now.
    pub(crate) fn is_spent(&self, charged: &Charged, now: Instant) -> bool {
        let has_one = match charged {
            Charged::Anyone(organization) => {
                let id = organization.as_ref().map(|(id, _)| *id);
                self.organization.has_one(&id, now) && self.everyone.has_one(&(), now)
            }
            Charged::Tenant { issuer, tenant, .. } => {
                self.tenant.has_one(tenant, now) && self.issuer.has_one(issuer, now)
            }
        };
        !has_one || self.is_untrimmed(MAX_UNTRIMMED_PART)
    }

    /// Counts a refusal that is not recorded. Returns its kind if it is to be the sample of it: the
    /// first is, the second, the fourth, and so on.
    pub(crate) fn count(&self, kind: Kind, at: i64) -> Option<Kind> {
        let mut omitted = lock(&self.omitted);
        let is_new = !omitted.contains_key(&kind);
        let kind = if is_new && omitted.len() >= MAX_KINDS {
            Kind {
                organization: None,
                issuer: None,
                issuer_name: None,
                ..kind
            }
        } else {
            kind
        };
        let of_kind = omitted.entry(kind.clone()).or_insert(Omitted {
            count: 0,
            first: at,
            last: at,
            sample: None,
        });
        of_kind.count += 1;
        of_kind.last = of_kind.last.max(at);
        of_kind.count.is_power_of_two().then_some(kind)
    }

    /// Keeps a refusal as the sample of its kind.
    pub(crate) fn keep_sample(&self, kind: &Kind, mut sample: Exchange) {
        let is_short = |detail: &String| detail.len() <= MAX_SAMPLE_DETAIL;
        sample.record.detail = sample.record.detail.filter(is_short);
        sample.explanation = sample.explanation.filter(is_short);
        if let Some(of_kind) = lock(&self.omitted).get_mut(kind) {
            of_kind.sample = Some(Box::new(sample));
        }
    }

    /// What was not recorded since the last call, by kind.
    pub(crate) fn take_omitted(&self) -> BTreeMap<Kind, Omitted> {
        std::mem::take(&mut *lock(&self.omitted))
    }

    /// Puts back what could not be recorded.
    pub(crate) fn restore(&self, kind: Kind, omitted: Omitted) {
        match lock(&self.omitted).entry(kind) {
            Entry::Vacant(entry) => {
                entry.insert(omitted);
            }
            Entry::Occupied(mut entry) => {
                let later = entry.get_mut();
                later.count += omitted.count;
                later.first = later.first.min(omitted.first);
            }
        }
    }

    /// Counts the bytes of a refusal that was written.
    pub(crate) fn add_written(&self, bytes: u64) {
        self.untrimmed.fetch_add(bytes, Ordering::Relaxed);
        if self.is_untrimmed(TRIM_PART) {
            self.trim.notify_one();
        }
    }

    /// Waits until so much was written that refusals must be trimmed.
    pub(crate) async fn trim_due(&self) {
        self.trim.notified().await;
    }

    /// The bytes that were written since the last [`Self::set_trimmed`].
    pub(crate) fn untrimmed(&self) -> u64 {
        self.untrimmed.load(Ordering::Relaxed)
    }

    /// Notes that refusals were trimmed, with what [`Self::untrimmed`] was before that.
    pub(crate) fn set_trimmed(&self, untrimmed: u64) {
        self.untrimmed.fetch_sub(untrimmed, Ordering::Relaxed);
    }

    fn is_untrimmed(&self, part: u64) -> bool {
        self.max_bytes > 0 && self.untrimmed() > self.max_bytes / part
    }
}

impl Omitted {
    /// The entry that says how many there were.
    pub(crate) fn summary(&self, kind: &Kind) -> AuditRecord {
        let (refusals, were) = match self.count {
            1 => ("refusal", "was"),
            _ => ("refusals", "were"),
        };
        let summary = format!(
            "{} more {refusals} of this kind between {} and {} {were} not recorded",
            self.count,
            format_utc(self.first),
            format_utc(self.last)
        );
        let entry = AuditEntry {
            id: random::id(),
            at: self.last,
            organization: kind.organization.as_ref().map(|(_, name)| name.clone()),
            organization_id: kind.organization.as_ref().map(|(id, _)| *id),
            issuer: kind.issuer.clone(),
            issuer_name: kind.issuer_name.clone(),
            decision: "denied".to_owned(),
            code: kind.code.clone(),
            summary,
            omitted: i64::try_from(self.count).ok(),
            ..AuditEntry::default()
        };
        AuditRecord {
            entry,
            is_genuine: kind.is_genuine,
            ..AuditRecord::default()
        }
    }
}

impl Charged {
    /// Whether the token is genuine.
    pub(crate) fn is_genuine(&self) -> bool {
        matches!(self, Self::Tenant { .. })
    }

    /// The organization that can see the refusal.
    pub(crate) fn organization(&self) -> Option<&Place> {
        match self {
            Self::Anyone(organization) => organization.as_ref(),
            Self::Tenant { organization, .. } => Some(organization),
        }
    }
}

fn hourly<K: Clone + Eq + std::hash::Hash>(budget: f64) -> RateLimit<K> {
    RateLimit::new(budget / HOUR, budget)
}

#[cfg(test)]
mod tests;
