//! Decisions without evidence.

use serde::Serialize;

use super::cost::{MAX_STEPS, cost_on};
use super::evidence::{MAX_NAMED, Outcome, Permissions, Reason, ReasonCode, Report};
use super::fold::{Tally, about};
use super::sentences::{report, summary};
use crate::claims::{Claims, TrustedClaims};
use crate::pattern::Pattern;
use crate::policy::{Candidate, Decision, PolicySet, RequestedToken, Visitor};

/// A decision and the first policy that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Decided {
    /// The decision.
    pub decision: Outcome,
    /// Why.
    pub reason: ReasonCode,
    /// Index of the first policy that decided, from 0; `None` if no policy matched.
    pub policy: Option<usize>,
    /// If allowed: the permissions of the token.
    pub grant: Option<Permissions>,
}

/// Makes the same decision as [`explain`](super::explain), and returns only the first policy that
/// decided.
///
/// Policies are looked up in an index, so that the time hardly grows with their number. It allocates
/// only if a claim is an array, a number or a boolean, if a role is granted, or if many texts are
/// searched for within a value.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::{Outcome, decide};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
///
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:octo-org/*");
/// let policies = PolicySet::compile(&[allow], Dialect::Pulumi)?;
/// let claims = Claims::from_json(r#"{"sub": "repo:octo-org/octo-repo:pull_request"}"#)?;
/// let claims = TrustedClaims::dangerous_assume_verified(claims);
/// let decided = decide(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert_eq!((decided.decision, decided.policy), (Outcome::Allowed, Some(0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn decide(policies: &PolicySet, claims: &TrustedClaims, request: &RequestedToken) -> Decided {
    decided(policies, claims, request, &mut Tally::default())
}

/// [`decide`], with the number of steps that matching took, for tests of their bound.
#[doc(hidden)]
#[must_use]
pub fn count_steps(
    policies: &PolicySet,
    claims: &TrustedClaims,
    request: &RequestedToken,
) -> (Decided, u64) {
    let mut counting = Counting::default();
    let decided = decided(policies, claims, request, &mut counting);
    (decided, counting.steps)
}

/// How often [`decide`] compares a value with a pattern, for tests: a pattern without a weight costs no
/// steps.
#[doc(hidden)]
#[must_use]
pub fn count_comparisons(
    policies: &PolicySet,
    claims: &TrustedClaims,
    request: &RequestedToken,
) -> u64 {
    let mut counting = Counting::default();
    decided(policies, claims, request, &mut counting);
    counting.comparisons
}

fn decided(
    policies: &PolicySet,
    claims: &TrustedClaims,
    request: &RequestedToken,
    visitor: &mut (impl Visitor + AsRef<Tally>),
) -> Decided {
    let is_within = policies
        .index()
        .matching(claims.claims(), request, MAX_STEPS, visitor);
    let tally = visitor.as_ref();
    let (reason, grant) = match is_within {
        true => tally.verdict(request, policies.policies()),
        false => (ReasonCode::DecisionTooCostly, None),
    };
    Decided {
        decision: outcome(grant.as_ref()),
        reason,
        policy: tally.first(reason),
        grant,
    }
}

fn outcome(grant: Option<&Permissions>) -> Outcome {
    match grant {
        Some(_) => Outcome::Allowed,
        None => Outcome::Denied,
    }
}

impl Visitor for Tally {
    fn is_wanted(&self, candidate: Candidate) -> bool {
        self.is_changed_by(candidate.policy, candidate.effect)
    }

    fn matched(&mut self, candidate: Candidate) {
        self.add(candidate.policy, candidate.effect);
    }
}

impl AsRef<Tally> for Tally {
    fn as_ref(&self) -> &Tally {
        self
    }
}

/// A tally that counts steps and comparisons.
#[derive(Default)]
struct Counting {
    tally: Tally,
    steps: u64,
    comparisons: u64,
}

impl Visitor for Counting {
    fn is_wanted(&self, candidate: Candidate) -> bool {
        self.tally.is_wanted(candidate)
    }

    fn matched(&mut self, candidate: Candidate) {
        self.tally.matched(candidate);
    }

    fn compare(&mut self, pattern: &Pattern, value: &str) -> bool {
        self.comparisons += 1;
        pattern.is_match_metered(value, &mut self.steps)
    }
}

impl AsRef<Tally> for Counting {
    fn as_ref(&self) -> &Tally {
        &self.tally
    }
}

/// A decision with the first policies that decided, without evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The decision.
    pub decision: Outcome,
    /// Why.
    pub reason: Reason,
    /// The decision in one sentence.
    pub summary: String,
    /// If allowed: the permissions of the token.
    pub grant: Option<Permissions>,
    /// What report-only policies would have denied, if anything.
    pub report: Option<Report>,
}

/// Makes the same decision as [`explain`](super::explain), with the same summary, without evidence.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::verdict;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
///
/// let allow = |sub: &str| PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", sub);
/// let policies = PolicySet::compile(&[allow("a*"), allow("b*"), allow("*a")], Dialect::Pulumi)?;
/// let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"sub": "a"}"#)?);
/// let verdict = verdict(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert_eq!(verdict.summary, "allowed by policies 1 and 3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn verdict(policies: &PolicySet, claims: &TrustedClaims, request: &RequestedToken) -> Verdict {
    verdict_on(policies, claims.claims(), request)
}

/// The same, on claims that the caller trusts.
pub(crate) fn verdict_on(
    policies: &PolicySet,
    claims: &Claims,
    request: &RequestedToken,
) -> Verdict {
    let mut named = Named::default();
    let index = policies.index();
    if !index.matching(claims, request, MAX_STEPS, &mut named) {
        let reason = Reason::of(ReasonCode::DecisionTooCostly, First::default().0);
        return Verdict {
            decision: Outcome::Denied,
            reason,
            summary: cost_on(policies, claims, request).denial(),
            grant: None,
            report: None,
        };
    }
    let (code, grant) = named.tally.verdict(request, policies.policies());
    let all = |first: First| first.with_repeated(policies);
    let report = named
        .tally
        .would_be_denied()
        .then(|| report(all(named.reports)));
    let deciding = match about(code) {
        Some(Decision::Deny) => all(named.denies),
        Some(Decision::Allow) => all(named.allows),
        None => Vec::new(),
    };
    let reason = Reason::of(code, deciding);
    Verdict {
        decision: outcome(grant.as_ref()),
        summary: summary(&reason, policies.len()),
        reason,
        grant,
        report,
    }
}

/// The first policies that decide, each the first of its class.
#[derive(Default)]
struct Named {
    tally: Tally,
    denies: First,
    allows: First,
    reports: First,
}

impl Visitor for Named {
    fn is_wanted(&self, candidate: Candidate) -> bool {
        let Candidate { policy, effect } = candidate;
        match effect.decision {
            Decision::Deny if !effect.report_only => self.denies.is_changed_by(policy),
            _ if self.tally.is_denied() => false,
            Decision::Deny => self.reports.is_changed_by(policy),
            Decision::Allow => self.allows.is_changed_by(policy) || self.tally.is_wanted(candidate),
        }
    }

    fn matched(&mut self, candidate: Candidate) {
        let Candidate { policy, effect } = candidate;
        self.tally.matched(candidate);
        match effect.decision {
            Decision::Deny if effect.report_only => self.reports.add(policy),
            Decision::Deny => self.denies.add(policy),
            Decision::Allow => self.allows.add(policy),
        }
    }
}

/// The first policies of those that were added, ascending: one more than are named.
#[derive(Default)]
struct First(Vec<usize>);

impl First {
    fn is_changed_by(&self, policy: usize) -> bool {
        self.0.len() <= MAX_NAMED || self.0.last().is_some_and(|last| policy < *last)
    }

    fn add(&mut self, policy: usize) {
        if let Err(place) = self.0.binary_search(&policy) {
            self.0.insert(place, policy);
            self.0.truncate(MAX_NAMED + 1);
        }
    }

    /// The same with the other policies of their classes.
    fn with_repeated(mut self, policies: &PolicySet) -> Vec<usize> {
        for first in self.0.clone() {
            let others = policies.index().repeated(first);
            others.take(MAX_NAMED + 1).for_each(|other| self.add(other));
        }
        self.0
    }
}
