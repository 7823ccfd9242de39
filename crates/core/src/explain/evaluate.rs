//! Evaluates policies on claims: records evidence, and derives the decision from it.

use super::cost::{Cost, cost_on};
use super::evidence::{
    Explanation, Outcome, Permissions, PolicyEvidence, PolicyOutcome, Reason, ReasonCode, Report,
    RuleEvidence, RuleOutcome,
};
use super::fold::{Tally, about};
use super::hints::{HintSources, Hinter};
use super::nearest::nearest_miss;
use super::sentences::{default_denial, matches, report, shortened, stopped, summary};
use super::values::{Lookup, Recorded, Seen};
use crate::claims::TrustedClaims;
use crate::policy::{CompiledPolicy, PolicySet, RequestedToken, Rule};

/// Decides whether `claims` may have the token that `request` asks for, and says why.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::{Outcome, explain};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
///
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:octo-org/*");
/// let policies = PolicySet::compile(&[allow], Dialect::Pulumi)?;
/// let claims = Claims::from_json(r#"{"sub": "repo:octo-org/octo-repo:pull_request"}"#)?;
/// let claims = TrustedClaims::dangerous_assume_verified(claims);
/// let explanation = explain(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert_eq!(explanation.decision, Outcome::Allowed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain(
    policies: &PolicySet,
    claims: &TrustedClaims,
    request: &RequestedToken,
) -> Explanation {
    explain_with(policies, claims, request, HintSources::NONE)
}

/// Like [`explain`](fn@explain), with hints that draw on more than the engine knows.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::{HintSources, explain_with};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{PolicySet, RequestedToken, parse_policies};
///
/// let policy = r#"{"decision": "allow", "tokenType": "organization", "rules": {"name": "Ada"}}"#;
/// let policies = PolicySet::compile(&parse_policies(policy)?, Dialect::Pulumi)?;
/// let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(r#"{"name": "Ａｄａ"}"#)?);
/// // A host would pass its own: NFKC, as `String.prototype.normalize` has it.
/// let sources = HintSources { normalize: Some(str::to_owned), ..HintSources::NONE };
/// let explanation = explain_with(&policies, &claims, &RequestedToken::Organization { admin: false }, sources);
/// assert_eq!(explanation.hints[0].code, "invisible-characters");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_with(
    policies: &PolicySet,
    claims: &TrustedClaims,
    request: &RequestedToken,
    sources: HintSources,
) -> Explanation {
    let cost = cost_on(policies, claims.claims(), request);
    if !cost.is_within() {
        let summary = cost.denial();
        return Explanation {
            cost,
            ..not_evaluated(ReasonCode::DecisionTooCostly, summary, request)
        };
    }
    let compiled = policies.policies();
    let mut lookup = Lookup::new(claims.claims());
    let evidence: Vec<_> = compiled
        .iter()
        .enumerate()
        .map(|(index, policy)| policy_evidence(index, policy, &mut lookup, request))
        .collect();
    let (reason, grant, report) = fold(&evidence, compiled, request);
    let decision = if grant.is_some() {
        Outcome::Allowed
    } else {
        Outcome::Denied
    };
    let nearest_miss = (reason.code == ReasonCode::DefaultDeny)
        .then(|| nearest_miss(&evidence, compiled, claims.claims(), sources))
        .flatten();
    // Hints compare rules of policies for other token types too, which the cost does not include.
    let can_afford = policies.index().cost_of_all(claims.claims()) <= cost.limit;
    let mut is_match = |rule: &Rule| can_afford && lookup.is_match(rule);
    let hints = Hinter {
        evidence: &evidence,
        compiled,
        claims: claims.claims(),
        sources,
    }
    .hints(&reason, decision, &mut is_match);
    Explanation {
        decision,
        summary: summary(&reason, evidence.len()),
        default_denial: default_denial(&reason, &evidence),
        reason,
        request: request.clone(),
        policies: evidence,
        nearest_miss,
        grant,
        report,
        hints,
        cost,
    }
}

/// A denial before any policy was evaluated.
pub(crate) fn not_evaluated(
    code: ReasonCode,
    summary: String,
    request: &RequestedToken,
) -> Explanation {
    let reason = Reason::of(code, Vec::new());
    Explanation {
        decision: Outcome::Denied,
        summary,
        default_denial: default_denial(&reason, &[]),
        reason,
        request: request.clone(),
        policies: Vec::new(),
        nearest_miss: None,
        grant: None,
        report: None,
        hints: Vec::new(),
        cost: Cost::none(),
    }
}

fn policy_evidence(
    index: usize,
    policy: &CompiledPolicy,
    lookup: &mut Lookup<'_>,
    request: &RequestedToken,
) -> PolicyEvidence {
    let token_type = policy.target.token_type();
    let title = format!(
        "policy {}: {} {}{}",
        index + 1,
        policy.effect.decision.as_str(),
        token_type.as_str(),
        if policy.effect.report_only {
            ", report-only"
        } else {
            ""
        }
    );
    let not_applicable = policy.target.mismatch(request);
    let rules = match not_applicable {
        Some(_) => Vec::new(),
        None => policy
            .rules
            .iter()
            .map(|rule| rule_evidence(rule, lookup))
            .collect(),
    };
    let failed = rules
        .iter()
        .filter(|rule| rule.outcome != RuleOutcome::Matched)
        .count();
    let (outcome, sentence) = match (not_applicable, failed, rules.len()) {
        (Some(reason), ..) => (
            PolicyOutcome::NotApplicable,
            format!("does not apply: {reason}"),
        ),
        (None, 0, 0) => (
            PolicyOutcome::Matched,
            "has no rule, and so matches every token".to_owned(),
        ),
        (None, 0, 1) => (PolicyOutcome::Matched, "its rule matches".to_owned()),
        (None, 0, 2) => (PolicyOutcome::Matched, "both rules match".to_owned()),
        (None, 0, all) => (PolicyOutcome::Matched, format!("all {all} rules match")),
        (None, _, 1) => (
            PolicyOutcome::NotMatched,
            "its rule does not match".to_owned(),
        ),
        (None, failed, all) => {
            let verb = if failed == 1 { "does" } else { "do" };
            (
                PolicyOutcome::NotMatched,
                format!("{failed} of {all} rules {verb} not match"),
            )
        }
    };
    PolicyEvidence {
        index,
        decision: policy.effect.decision,
        report_only: policy.effect.report_only,
        token_type,
        title,
        outcome,
        sentence,
        rules,
    }
}

fn rule_evidence(rule: &Rule, lookup: &mut Lookup<'_>) -> RuleEvidence {
    let (outcome, matched, sentence) = match lookup.find(rule) {
        Seen::Missing(sentence) => (RuleOutcome::MissingClaim, None, sentence.clone()),
        Seen::Unusable(kind) => {
            let sentence = format!("claim `{}` is {kind}, which no pattern matches", rule.path);
            (RuleOutcome::UnusableValue, None, sentence)
        }
        Seen::Values(values) => {
            let all = values.texts.as_slice();
            let place = values.first_match(&rule.pattern);
            let outcome = match place {
                Some(_) => RuleOutcome::Matched,
                None => RuleOutcome::Mismatch,
            };
            let sentence = match (place.and_then(|place| all.get(place)), all) {
                (Some((_, text)), [_]) => matches(text),
                (Some((_, text)), _) => {
                    let text = shortened(text);
                    format!("`{text}`, one of {} elements, matches", all.len())
                }
                (None, [(_, only)]) => format!("`{}` does not match", shortened(only)),
                (None, _) => format!("none of {} elements matches", all.len()),
            };
            (outcome, place, sentence)
        }
    };
    let Recorded { values, left_out } = lookup.record(rule, matched);
    let sentence = match (outcome, values.as_slice(), left_out) {
        (RuleOutcome::Mismatch, [only], 0) => stopped(only),
        _ => sentence,
    };
    RuleEvidence {
        claim: rule.path.source().to_owned(),
        pattern: rule.pattern.source().to_owned(),
        outcome,
        values,
        values_left_out: left_out,
        sentence,
    }
}

/// The decision, from the evidence alone.
fn fold(
    evidence: &[PolicyEvidence],
    compiled: &[CompiledPolicy],
    request: &RequestedToken,
) -> (Reason, Option<Permissions>, Option<Report>) {
    let matched = || {
        evidence
            .iter()
            .filter(|policy| policy.outcome == PolicyOutcome::Matched)
    };
    let mut tally = Tally::default();
    for (policy, compiled) in
        matched().filter_map(|policy| Some((policy, compiled.get(policy.index)?)))
    {
        tally.add(policy.index, compiled.effect);
    }
    let (code, grant) = tally.verdict(request, compiled);
    let about = about(code);
    let indices = |is_wanted: &dyn Fn(&&PolicyEvidence) -> bool| {
        let wanted = matched().filter(is_wanted);
        wanted.map(|policy| policy.index).collect::<Vec<_>>()
    };
    let policies = indices(&|policy| Some(policy.decision) == about && !policy.report_only);
    let report = tally
        .would_be_denied()
        .then(|| report(indices(&|policy| policy.report_only)));
    (Reason::of(code, policies), grant, report)
}
