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
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn limits() -> RefusalLimits {
        RefusalLimits {
            unverified: 100.0,
            organization: 10.0,
            issuer: 50.0,
            tenant: 5.0,
            max_bytes: 3_200,
            ..RefusalLimits::default()
        }
    }

    fn place(id: i64) -> Place {
        (id, format!("acme-{id}"))
    }

    fn anyone(organization: i64) -> Charged {
        Charged::Anyone(Some(place(organization)))
    }

    fn tenant(budgets: &RefusalBudgets, organization: i64, name: &str) -> Charged {
        Charged::Tenant {
            organization: place(organization),
            issuer: format!("{organization}/github"),
            tenant: budgets.tenant("https://github.example", Some(("owner", name))),
        }
    }

    fn kind(code: &str) -> Kind {
        Kind {
            organization: Some(place(1)),
            issuer: None,
            issuer_name: None,
            code: code.to_owned(),
            is_genuine: false,
        }
    }

    #[test]
    fn each_organization_has_a_budget_and_all_have_one_for_what_anyone_sends() {
        let (budgets, now) = (RefusalBudgets::new(&limits()), Instant::now());
        let admitted =
            |charged: &Charged, now| (0..1_000).filter(|_| budgets.admit(charged, now)).count();
        assert_eq!(admitted(&anyone(1), now), 10);
        assert!(budgets.is_spent(&anyone(1), now) && !budgets.is_spent(&anyone(2), now));
        assert_eq!(admitted(&Charged::Anyone(None), now), 10, "no organization");
        let rest: usize = (0..100).map(|n| admitted(&anyone(n), now)).sum();
        assert_eq!(rest, 80, "100 in all");
        let hour = now + Duration::from_secs(3_600);
        assert_eq!(admitted(&anyone(1), hour), 10, "an hour later");
    }

    #[test]
    fn a_tenant_has_one_budget_in_all_organizations_and_an_issuer_one_for_all_tenants() {
        let (budgets, now) = (RefusalBudgets::new(&limits()), Instant::now());
        let admitted =
            |charged: &Charged| (0..1_000).filter(|_| budgets.admit(charged, now)).count();
        assert_eq!(admitted(&tenant(&budgets, 1, "mallory")), 5);
        assert_eq!(admitted(&tenant(&budgets, 2, "mallory")), 0);
        assert_eq!(admitted(&tenant(&budgets, 1, "ada")), 5);
        let rest: usize = (0..100)
            .map(|n| admitted(&tenant(&budgets, 1, &n.to_string())))
            .sum();
        assert_eq!(rest, 40, "50 of the issuer in all");
        assert_eq!(admitted(&tenant(&budgets, 2, "eve")), 5);
        assert_eq!(admitted(&anyone(1)), 10, "apart from what is genuine");
    }

    #[test]
    fn what_is_not_recorded_is_counted_by_kind_with_a_sample() {
        let budgets = RefusalBudgets::new(&limits());
        let sampled: Vec<_> = (0..10)
            .filter(|at| budgets.count(kind("a"), *at).is_some())
            .collect();
        assert_eq!(sampled, [0, 1, 3, 7]);
        assert!(budgets.count(kind("b"), 7).is_some());
        let mut sample = AuditRecord::default();
        "x".clone_into(&mut sample.entry.id);
        sample.detail = Some("d".repeat(MAX_SAMPLE_DETAIL + 1));
        budgets.keep_sample(&kind("a"), Exchange::of(sample));
        let omitted = budgets.take_omitted();
        assert!(budgets.take_omitted().is_empty());
        let of_kind = &omitted[&kind("a")];
        let sample = of_kind.sample.as_ref().unwrap();
        assert_eq!(
            (sample.record.entry.id.as_str(), &sample.record.detail),
            ("x", &None)
        );
        let summary = of_kind.summary(&kind("a")).entry;
        assert_eq!(
            (
                summary.summary.as_str(),
                summary.omitted,
                summary.code.as_str()
            ),
            (
                "10 more refusals of this kind between 1970-01-01T00:00:00Z and 1970-01-01T00:00:09Z were not recorded",
                Some(10),
                "a"
            )
        );
        assert!(omitted[&kind("b")].sample.is_none());
    }

    #[test]
    fn counts_that_could_not_be_recorded_are_put_back() {
        let budgets = RefusalBudgets::new(&limits());
        budgets.count(kind("a"), 5);
        let taken = budgets.take_omitted();
        budgets.count(kind("a"), 9);
        for (kind, omitted) in taken {
            budgets.restore(kind, omitted);
        }
        let omitted = &budgets.take_omitted()[&kind("a")];
        assert_eq!((omitted.count, omitted.first, omitted.last), (2, 5, 9));
    }

    #[test]
    fn kinds_are_bounded() {
        let budgets = RefusalBudgets::new(&limits());
        for organization in 0..10_000 {
            let organization = Some(place(organization));
            budgets.count(
                Kind {
                    organization,
                    ..kind("a")
                },
                0,
            );
        }
        let omitted = budgets.take_omitted();
        assert_eq!(omitted.len(), MAX_KINDS + 1);
        let rest = Kind {
            organization: None,
            ..kind("a")
        };
        let rest = omitted[&rest].count;
        assert_eq!(rest, 10_000 - u64::try_from(MAX_KINDS).unwrap());
    }

    #[tokio::test]
    async fn nothing_is_admitted_while_too_much_was_not_trimmed() {
        let (budgets, now) = (RefusalBudgets::new(&limits()), Instant::now());
        budgets.add_written(100);
        assert!(budgets.admit(&anyone(1), now));
        budgets.add_written(1);
        budgets.trim_due().await;
        assert!(budgets.admit(&anyone(1), now));
        budgets.add_written(100);
        assert!(!budgets.admit(&anyone(1), now) && budgets.is_spent(&anyone(1), now));
        budgets.set_trimmed(budgets.untrimmed());
        assert!(budgets.admit(&anyone(1), now));
    }

    /// A day of what an attacker can send without an account: from as many addresses as there are,
    /// at organizations that exist and others.
    #[test]
    fn a_day_of_rubbish_at_any_rate_admits_what_the_budgets_say() {
        let (budgets, start) = (
            RefusalBudgets::new(&RefusalLimits::default()),
            Instant::now(),
        );
        let organizations: Vec<_> = (0..20).map(anyone).collect();
        let mut admitted = 0_u64;
        for second in 0..86_400 {
            let now = start + Duration::from_secs(second);
            for charged in &organizations {
                admitted += u64::from(budgets.admit(charged, now));
            }
        }
        let hourly = RefusalLimits::default().unverified;
        let expected = hourly * 25.0;
        #[expect(clippy::cast_precision_loss, reason = "it is far below 2^52")]
        let admitted = admitted as f64;
        assert!(
            (expected - hourly..=expected).contains(&admitted),
            "{admitted}"
        );
    }
}
