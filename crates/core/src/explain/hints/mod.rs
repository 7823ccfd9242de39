//! Hints on common mistakes: why a rule that looks right does not match, and what to write instead.
//!
//! Hints are derived after the decision and do not affect it.

mod languages;
mod rule;
mod sources;
mod spelling;
mod unseen;

use super::evidence::{Outcome, PolicyEvidence, PolicyOutcome, Reason, ReasonCode, RuleOutcome};
use crate::claims::Claims;
use crate::diagnostic::Diagnostic;
use crate::policy::{CompiledPolicy, Decision, Rule};

pub use sources::{Difference, HintSources, Mismatch, Normalize, ProviderHints};

/// The largest number of hints: more would not be read.
const MANY: usize = 20;

/// The largest number of policies that are examined: each one costs several matches.
const MANY_POLICIES: usize = 2_000;

/// How many bytes of patterns and values are examined: each one costs several matches.
const MANY_BYTES: usize = 1_000_000;

/// About how many bytes a name costs that is compared with a missing claim's.
const NAME: usize = 16;

/// What hints are derived from.
#[derive(Clone, Copy)]
pub(super) struct Hinter<'a> {
    pub(super) evidence: &'a [PolicyEvidence],
    pub(super) compiled: &'a [CompiledPolicy],
    pub(super) claims: &'a Claims,
    pub(super) sources: HintSources,
}

impl Hinter<'_> {
    /// The hints, in the policies' order. `is_match` is whether a rule matches the token.
    pub(super) fn hints(
        self,
        reason: &Reason,
        decision: Outcome,
        is_match: &mut dyn FnMut(&Rule) -> bool,
    ) -> Vec<Diagnostic> {
        let mut left = MANY_BYTES;
        let mut hints = Vec::new();
        shadowed(self.evidence, reason, &mut hints);
        for (policy, compiled) in self.evidence.iter().zip(self.compiled).take(MANY_POLICIES) {
            let own = self.policy(policy, compiled, decision, &mut left);
            hints.extend(own);
            if hints.len() >= MANY {
                break;
            }
        }
        if reason.code == ReasonCode::DefaultDeny {
            hints.extend(other_type(self.evidence, self.compiled, is_match));
            hints.extend(other_document(self.claims));
        }
        hints.truncate(MANY);
        hints
    }

    fn policy(
        self,
        policy: &PolicyEvidence,
        compiled: &CompiledPolicy,
        decision: Outcome,
        left: &mut usize,
    ) -> Vec<Diagnostic> {
        // After an allow, hints on other allows are useless; a deny that does not match may be a mistake.
        let is_missed = policy.outcome == PolicyOutcome::NotMatched
            && (decision == Outcome::Denied || compiled.effect.decision == Decision::Deny);
        let is_granted = policy.outcome == PolicyOutcome::Matched && decision == Outcome::Allowed;
        let mut hints = Vec::new();
        for (seen, rule) in policy.rules.iter().zip(&compiled.rules) {
            let size = match seen.outcome {
                RuleOutcome::MissingClaim => NAME * self.claims.iter().count(),
                _ => seen.values.iter().map(|value| value.text.len()).sum(),
            };
            let Some(rest) = left.checked_sub(size + rule.pattern.source().len()) else {
                break;
            };
            *left = rest;
            let own = match seen.outcome {
                RuleOutcome::Matched if is_granted => rule::on_match(seen, rule),
                RuleOutcome::MissingClaim if is_missed => {
                    rule::on_missing(&rule.path, self.claims, self.sources)
                }
                RuleOutcome::Mismatch if is_missed => rule::on_mismatch(
                    seen,
                    rule,
                    compiled.effect.decision,
                    self.claims,
                    self.sources,
                ),
                _ => continue,
            };
            let place = || format!("policies[{}].rules.{}", policy.index, rule.path);
            hints.extend(own.into_iter().map(|hint| hint.at(place())));
        }
        hints
    }
}

/// A matching allow that a deny overrides.
fn shadowed(evidence: &[PolicyEvidence], reason: &Reason, hints: &mut Vec<Diagnostic>) {
    let allow = |policy: &&PolicyEvidence| {
        policy.outcome == PolicyOutcome::Matched && policy.decision == Decision::Allow
    };
    let (ReasonCode::DenyMatched, Some(deny), Some(allow)) = (
        reason.code,
        reason.policies.first(),
        evidence.iter().find(allow),
    ) else {
        return;
    };
    let message = format!(
        "policy {} allows this, but policy {} denies it",
        allow.index + 1,
        deny + 1
    );
    let help =
        "a deny wins over any allow, however narrow, and regardless of order: narrow the deny";
    hints.push(
        Diagnostic::note("deny-shadows-allow", message)
            .at(format!("policies[{}]", allow.index))
            .help(help),
    );
}

/// An allow whose rules match, but which does not apply to the requested token.
fn other_type(
    evidence: &[PolicyEvidence],
    compiled: &[CompiledPolicy],
    is_match: &mut dyn FnMut(&Rule) -> bool,
) -> Option<Diagnostic> {
    let (policy, _) = evidence.iter().zip(compiled).find(|(policy, compiled)| {
        policy.outcome == PolicyOutcome::NotApplicable
            && compiled.effect.decision == Decision::Allow
            && compiled.rules.iter().all(&mut *is_match)
    })?;
    let token_type = policy.token_type.as_str();
    let message = format!(
        "policy {} matches this token, but applies to another request: {}",
        policy.index + 1,
        policy.sentence
    );
    let help = format!(
        "request a token of type {token_type} with its target, or add a policy for this request"
    );
    Some(
        Diagnostic::note("wrong-token-type", message)
            .at(format!("policies[{}].tokenType", policy.index))
            .help(help),
    )
}

/// Claims that are another document: a key set, a discovery document, the header of a token, an error.
fn other_document(claims: &Claims) -> Option<Diagnostic> {
    const DOCUMENTS: [(&[&str], &str); 7] = [
        (&["keys"], "a key set"),
        (&["payload", "signature"], "a token in the JSON form of JWS"),
        (
            &["payload", "signatures"],
            "a token in the JSON form of JWS",
        ),
        (&["header", "payload"], "a decoded token with its header"),
        (&["issuer", "jwks_uri"], "a discovery document"),
        (&["alg", "kid"], "the header of a token"),
        (&["error"], "an error"),
    ];
    let has = |name: &&str| claims.get(name).is_some();
    if ["iss", "sub", "aud", "exp"].iter().any(has) {
        return None;
    }
    let (_, what) = DOCUMENTS.iter().find(|(names, _)| names.iter().all(has))?;
    let message = format!("this looks like {what}, and not like the claims of a token");
    let help = "pass a token, or its claims in JSON: `{\"iss\": …, \"sub\": …}`";
    Some(Diagnostic::note("claims-unlikely", message).help(help))
}
