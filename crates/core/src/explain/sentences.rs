//! The sentences of an explanation.

use std::borrow::Cow;

use super::evidence::{
    DefaultDenial, PolicyEvidence, PolicyOutcome, Reason, ReasonCode, Report, ValueEvidence,
};
use crate::pattern::{Trace, shorten_to};
use crate::policy::Decision;
use crate::text::list::policies_and;

/// What these report-only policies would have denied.
pub(super) fn report(policies: Vec<usize>) -> Report {
    let reason = Reason::of(ReasonCode::DenyMatched, policies);
    Report {
        summary: summary(&reason, usize::MAX),
        policies: reason.policies,
        others: reason.others,
    }
}

/// The decision in one sentence; `all` is how many policies there are.
pub(super) fn summary(reason: &Reason, all: usize) -> String {
    let named = name_policies(reason);
    match reason.code {
        ReasonCode::AllowMatched => format!("allowed by {named}"),
        ReasonCode::DenyMatched => {
            format!("denied by {named}: a matching deny wins over any allow")
        }
        ReasonCode::DefaultDeny if all == 0 => "denied by default: there is no policy".to_owned(),
        ReasonCode::DefaultDeny => "denied by default: no allow policy matches".to_owned(),
        ReasonCode::AdminNotGranted => {
            format!(
                "denied: scope `admin` is requested, and {named} does not list it in `authorizedPermissions`"
            )
        }
        ReasonCode::RoleAmbiguous => {
            format!("denied: {named} match and give different values of `roleID`")
        }
        ReasonCode::DecisionTooCostly => "denied: the decision is too costly".to_owned(),
        ReasonCode::AudienceNotAccepted => {
            "denied: the issuer does not accept the audience".to_owned()
        }
    }
}

fn name_policies(reason: &Reason) -> String {
    let more: &[&str] = if reason.others { &["others"] } else { &[] };
    policies_and(&reason.policies, more)
}

pub(super) fn default_denial(reason: &Reason, evidence: &[PolicyEvidence]) -> DefaultDenial {
    let applied = reason.code == ReasonCode::DefaultDeny;
    let applicable = evidence
        .iter()
        .filter(|p| p.decision == Decision::Allow && p.outcome != PolicyOutcome::NotApplicable)
        .count();
    let sentence = match (applied, evidence.len(), applicable) {
        (false, ..)
            if matches!(
                reason.code,
                ReasonCode::DecisionTooCostly | ReasonCode::AudienceNotAccepted
            ) =>
        {
            "not needed: the policies were not evaluated".to_owned()
        }
        (false, ..) => "not needed: a policy decided".to_owned(),
        (true, 0, _) => {
            "applied: there is no policy, and nothing is allowed unless a policy allows it"
                .to_owned()
        }
        (true, _, 0) => "applied: no allow policy applies to this token type and target".to_owned(),
        (true, _, 1) => "applied: the only allow policy for this request does not match".to_owned(),
        (true, _, all) => {
            format!("applied: none of the {all} allow policies for this request matches")
        }
    };
    DefaultDenial { applied, sentence }
}

/// Where the match of one value stopped.
pub(super) fn stopped(value: &ValueEvidence) -> String {
    match &value.trace {
        Trace::Stopped(stop) => stop.sentence.clone(),
        Trace::Matched { .. } => matches(&value.text),
    }
}

/// That a value matches.
pub(super) fn matches(value: &str) -> String {
    format!("`{}` matches", shortened(value))
}

/// A value in a sentence.
pub(super) fn shortened(value: &str) -> Cow<'_, str> {
    shorten_to(value, 200)
}
