//! Decisions without evidence.

use serde::Serialize;

use super::evidence::{Outcome, Permissions, Reason, ReasonCode, Report};
use super::fold::{Tally, about};
use super::sentences::{report, summary};
use crate::claims::{Claims, TrustedClaims};
use crate::policy::{CompiledPolicy, PolicySet, RequestedToken, Visitor};

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
/// only if a claim is a number or a boolean, or if a role is granted.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::{Outcome, decide};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
///
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:octo-org/*");
/// let policies = PolicySet::compile(&[allow], Dialect::Pulumi).unwrap();
/// let claims = Claims::from_json(r#"{"sub": "repo:octo-org/octo-repo:pull_request"}"#)?;
/// let claims = TrustedClaims::dangerous_assume_verified(claims);
/// let decided = decide(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert_eq!((decided.decision, decided.policy), (Outcome::Allowed, Some(0)));
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
#[must_use]
pub fn decide(policies: &PolicySet, claims: &TrustedClaims, request: &RequestedToken) -> Decided {
    let mut count = Count {
        policies: policies.policies(),
        tally: Tally::default(),
    };
    policies
        .index()
        .matching(claims.claims(), request, &mut count);
    let tally = count.tally;
    let (reason, grant) = tally.verdict(request);
    let decision = if grant.is_some() {
        Outcome::Allowed
    } else {
        Outcome::Denied
    };
    Decided {
        decision,
        reason,
        policy: tally.first(reason),
        grant,
    }
}

/// A decision with all policies that decided, without evidence.
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
/// let policies = PolicySet::compile(&[allow("a*"), allow("b*"), allow("*a")], Dialect::Pulumi).unwrap();
/// let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"sub": "a"}"#)?);
/// let verdict = verdict(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert_eq!(verdict.summary, "allowed by policies 1 and 3");
/// # Ok::<(), claimgate::claims::ClaimsError>(())
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
    let mut all = All(Vec::new());
    policies.index().matching(claims, request, &mut all);
    let mut matching = all.0;
    let repeated: Vec<usize> = matching
        .iter()
        .flat_map(|first| policies.index().repeated(*first))
        .collect();
    matching.extend(repeated);
    matching.sort_unstable();
    matching.dedup();
    let compiled = policies.policies();
    let mut tally = Tally::default();
    for (index, policy) in matching
        .iter()
        .filter_map(|index| Some((*index, compiled.get(*index)?)))
    {
        tally.add(index, policy);
    }
    let (code, grant) = tally.verdict(request);
    let about = about(code);
    let is_reported = |index: &usize| {
        compiled
            .get(*index)
            .is_some_and(|policy| policy.report_only)
    };
    let report = tally.would_be_denied().then(|| {
        let reported = matching.iter().copied().filter(is_reported);
        report(reported.collect())
    });
    matching.retain(|index| {
        let is_about = compiled.get(*index).map(|policy| policy.decision) == about;
        about.is_some() && is_about && !is_reported(index)
    });
    let reason = Reason {
        code,
        policies: matching,
    };
    let decision = if grant.is_some() {
        Outcome::Allowed
    } else {
        Outcome::Denied
    };
    Verdict {
        decision,
        summary: summary(&reason, compiled.len()),
        reason,
        grant,
        report,
    }
}

/// Every policy that is the first of its class and matches.
struct All(Vec<usize>);

impl Visitor for All {
    fn is_wanted(&self, _: usize) -> bool {
        true
    }

    fn matched(&mut self, policy: usize) {
        self.0.push(policy);
    }
}

struct Count<'a> {
    policies: &'a [CompiledPolicy],
    tally: Tally<'a>,
}

impl Visitor for Count<'_> {
    fn is_wanted(&self, policy: usize) -> bool {
        let changes = |compiled| self.tally.is_changed_by(policy, compiled);
        self.policies.get(policy).is_some_and(changes)
    }

    fn matched(&mut self, policy: usize) {
        if let Some(compiled) = self.policies.get(policy) {
            self.tally.add(policy, compiled);
        }
    }
}
