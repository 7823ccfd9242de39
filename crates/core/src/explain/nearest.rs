//! The nearest miss: the applicable allow that needs the fewest changes.

use super::evidence::{
    Change, NearestMiss, PolicyEvidence, PolicyOutcome, RuleEvidence, RuleOutcome, ValueEvidence,
};
use super::hints::{HintSources, Mismatch};
use super::sentences::stopped;
use crate::claims::Claims;
use crate::pattern::{Trace, escape};
use crate::policy::{CompiledPolicy, Decision, Rule};
use crate::text::list::enumerate;

/// The applicable allow with the fewest failing rules; among equals the one whose values got
/// furthest, then the first.
pub(super) fn nearest_miss(
    evidence: &[PolicyEvidence],
    compiled: &[CompiledPolicy],
    claims: &Claims,
    sources: HintSources,
) -> Option<NearestMiss> {
    let candidate = evidence
        .iter()
        .filter(|policy| {
            policy.decision == Decision::Allow && policy.outcome == PolicyOutcome::NotMatched
        })
        .min_by_key(|policy| {
            let failed = failed_rules(policy);
            let distance: usize = failed.clone().map(distance).sum();
            (failed.count(), distance)
        })?;
    let rules = &compiled.get(candidate.index)?.rules;
    let changes: Vec<Change> = candidate
        .rules
        .iter()
        .zip(rules)
        .filter(|(evidence, _)| evidence.outcome != RuleOutcome::Matched)
        .map(|(evidence, rule)| change(evidence, rule, claims, sources))
        .collect();
    let claims: Vec<String> = changes
        .iter()
        .map(|change| format!("`{}`", change.claim))
        .collect();
    let what = if changes.len() == 1 {
        "only its rule on"
    } else {
        "its rules on"
    };
    let verb = if changes.len() == 1 { "does" } else { "do" };
    let sentence = format!(
        "policy {} came nearest: {what} {} {verb} not match",
        candidate.index + 1,
        enumerate(&claims)
    );
    Some(NearestMiss {
        policy: candidate.index,
        changes,
        sentence,
    })
}

fn failed_rules(policy: &PolicyEvidence) -> impl Iterator<Item = &RuleEvidence> + Clone {
    policy
        .rules
        .iter()
        .filter(|rule| rule.outcome != RuleOutcome::Matched)
}

/// How much of the nearest value remained when the match stopped. A rule without values counts most.
fn distance(rule: &RuleEvidence) -> usize {
    nearest_value(rule).map_or(usize::from(u16::MAX), left)
}

fn left(value: &ValueEvidence) -> usize {
    match &value.trace {
        Trace::Matched { .. } => 0,
        Trace::Stopped(stop) => stop.found.chars().count() + stop.expected.chars().count(),
    }
}

fn nearest_value(rule: &RuleEvidence) -> Option<&ValueEvidence> {
    rule.values.iter().min_by_key(|value| left(value))
}

fn change(evidence: &RuleEvidence, rule: &Rule, claims: &Claims, sources: HintSources) -> Change {
    let value = nearest_value(evidence);
    let suggested = value.map(|value| escape(&value.text, rule.pattern.dialect()));
    let caution = value
        .zip(suggested.as_deref())
        .and_then(|(value, suggested)| {
            Mismatch::of(rule, &value.text, claims, sources).caution(suggested)
        });
    Change {
        claim: evidence.claim.clone(),
        pattern: evidence.pattern.clone(),
        seen: value.map(|value| value.text.clone()),
        suggested_pattern: suggested,
        caution,
        sentence: value.map_or_else(|| evidence.sentence.clone(), stopped),
    }
}
