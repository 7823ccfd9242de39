//! From policies and claims to evidence, and from evidence to the decision.

use super::evidence::{
    DefaultDenial, Explanation, Grant, Outcome, PolicyEvidence, PolicyOutcome, Reason, ReasonCode,
    Report, RuleEvidence, RuleOutcome, ValueEvidence,
};
use super::fold::Tally;
use super::hints::hints;
use super::nearest::nearest_miss;
use crate::claims::{Claims, Found, TrustedClaims, Usable, usable};
use crate::policy::{CompiledPolicy, Decision, PolicySet, RequestedToken, Rule};

/// Decides whether `claims` may have the token that `request` asks for, and says why.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::{Outcome, explain};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType};
///
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:octo-org/*");
/// let policies = PolicySet::compile(&[allow], Dialect::Pulumi).unwrap();
/// let claims = Claims::from_json(r#"{"sub": "repo:octo-org/octo-repo:pull_request"}"#)?;
/// let claims = TrustedClaims::dangerous_assume_verified(claims);
/// let explanation = explain(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert_eq!(explanation.decision, Outcome::Allowed);
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
#[must_use]
pub fn explain(
    policies: &PolicySet,
    claims: &TrustedClaims,
    request: &RequestedToken,
) -> Explanation {
    let compiled = policies.policies();
    let evidence: Vec<_> = compiled
        .iter()
        .enumerate()
        .map(|(index, policy)| policy_evidence(index, policy, claims.claims(), request))
        .collect();
    let (reason, grant, report) = fold(&evidence, compiled, request);
    let decision = if grant.is_some() {
        Outcome::Allowed
    } else {
        Outcome::Denied
    };
    let nearest_miss = (reason.code == ReasonCode::DefaultDeny)
        .then(|| nearest_miss(&evidence, compiled))
        .flatten();
    let hints = hints(&evidence, compiled, claims.claims(), &reason, decision);
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
    }
}

fn policy_evidence(
    index: usize,
    policy: &CompiledPolicy,
    claims: &Claims,
    request: &RequestedToken,
) -> PolicyEvidence {
    let token_type = policy.target.token_type();
    let title = format!(
        "policy {}: {} {}{}",
        index + 1,
        policy.decision.as_str(),
        token_type.as_str(),
        if policy.report_only {
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
            .map(|rule| rule_evidence(rule, claims))
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
        decision: policy.decision,
        report_only: policy.report_only,
        token_type,
        title,
        outcome,
        sentence,
        rules,
    }
}

fn rule_evidence(rule: &Rule, claims: &Claims) -> RuleEvidence {
    let (outcome, values, sentence) = match claims.find(&rule.path) {
        Found::Missing(sentence) => (RuleOutcome::MissingClaim, Vec::new(), sentence),
        Found::Value(value) => match usable(value) {
            Usable::Nothing(kind) => {
                let sentence = format!("claim `{}` is {kind}, which no pattern matches", rule.path);
                (RuleOutcome::UnusableValue, Vec::new(), sentence)
            }
            Usable::One(text) => matched_values(rule, vec![(None, text)]),
            Usable::Any(texts) => matched_values(
                rule,
                texts
                    .into_iter()
                    .map(|(index, text)| (Some(index), text))
                    .collect(),
            ),
        },
    };
    RuleEvidence {
        claim: rule.path.source().to_owned(),
        pattern: rule.pattern.source().to_owned(),
        outcome,
        values,
        sentence,
    }
}

fn matched_values(
    rule: &Rule,
    texts: Vec<(Option<usize>, String)>,
) -> (RuleOutcome, Vec<ValueEvidence>, String) {
    let values: Vec<_> = texts
        .into_iter()
        .map(|(index, text)| ValueEvidence {
            trace: rule.pattern.trace(&text),
            index,
            text,
        })
        .collect();
    let matched = values.iter().find(|value| value.trace.is_match());
    let outcome = if matched.is_some() {
        RuleOutcome::Matched
    } else {
        RuleOutcome::Mismatch
    };
    let sentence = match (matched, values.as_slice()) {
        (Some(value), [_]) => format!("`{}` matches", value.text),
        (Some(value), all) => format!("`{}`, one of {} elements, matches", value.text, all.len()),
        (None, [only]) => stopped(only),
        (None, all) => format!("none of {} elements matches", all.len()),
    };
    (outcome, values, sentence)
}

pub(super) fn stopped(value: &ValueEvidence) -> String {
    match &value.trace {
        crate::pattern::Trace::Stopped(stop) => stop.sentence.clone(),
        crate::pattern::Trace::Matched { .. } => format!("`{}` matches", value.text),
    }
}

/// The decision, from the evidence alone.
fn fold(
    evidence: &[PolicyEvidence],
    compiled: &[CompiledPolicy],
    request: &RequestedToken,
) -> (Reason, Option<Grant>, Option<Report>) {
    let matched = || {
        evidence
            .iter()
            .filter(|policy| policy.outcome == PolicyOutcome::Matched)
    };
    let mut tally = Tally::default();
    for (policy, compiled) in
        matched().filter_map(|policy| Some((policy, compiled.get(policy.index)?)))
    {
        tally.add(policy.index, compiled);
    }
    let (code, grant) = tally.verdict(request);
    let about = about(code);
    let indices = |is_wanted: &dyn Fn(&&PolicyEvidence) -> bool| {
        let wanted = matched().filter(is_wanted);
        wanted.map(|policy| policy.index).collect::<Vec<_>>()
    };
    let policies = indices(&|policy| Some(policy.decision) == about && !policy.report_only);
    let report = tally
        .would_be_denied()
        .then(|| report(indices(&|policy| policy.report_only)));
    (Reason { code, policies }, grant, report)
}

/// What these report-only policies would have denied.
pub(super) fn report(policies: Vec<usize>) -> Report {
    let reason = Reason {
        code: ReasonCode::DenyMatched,
        policies,
    };
    Report {
        summary: summary(&reason, usize::MAX),
        policies: reason.policies,
    }
}

/// Which policies a reason is about.
pub(super) fn about(code: ReasonCode) -> Option<Decision> {
    match code {
        ReasonCode::DenyMatched => Some(Decision::Deny),
        ReasonCode::DefaultDeny => None,
        ReasonCode::AllowMatched | ReasonCode::AdminNotGranted | ReasonCode::RoleAmbiguous => {
            Some(Decision::Allow)
        }
    }
}

/// The decision in one sentence; `all` is how many policies there are.
pub(super) fn summary(reason: &Reason, all: usize) -> String {
    let named = name_policies(&reason.policies);
    match reason.code {
        ReasonCode::AllowMatched => format!("allowed by {named}"),
        ReasonCode::DenyMatched => {
            format!("denied by {named}: a matching deny wins over any allow")
        }
        ReasonCode::DefaultDeny if all == 0 => "denied by default: there is no policy".to_owned(),
        ReasonCode::DefaultDeny => "denied by default: no allow policy matches".to_owned(),
        ReasonCode::AdminNotGranted => {
            format!(
                "denied: scope `admin` was asked for, and {named} does not list it in `authorizedPermissions`"
            )
        }
        ReasonCode::RoleAmbiguous => {
            format!("denied: {named} match and give different values of `roleID`")
        }
    }
}

/// `policy 1`, `policies 1 and 3`, `policies 1, 2 and 3`.
fn name_policies(indices: &[usize]) -> String {
    let numbers: Vec<String> = indices
        .iter()
        .map(|index| (index + 1).to_string())
        .collect();
    match numbers.as_slice() {
        [] => "no policy".to_owned(),
        [only] => format!("policy {only}"),
        all => format!("policies {}", enumerate(all)),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn enumerate(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn default_denial(reason: &Reason, evidence: &[PolicyEvidence]) -> DefaultDenial {
    let applied = reason.code == ReasonCode::DefaultDeny;
    let applicable = evidence
        .iter()
        .filter(|p| p.decision == Decision::Allow && p.outcome != PolicyOutcome::NotApplicable)
        .count();
    let sentence = match (applied, evidence.len(), applicable) {
        (false, ..) => "not needed: a policy decided".to_owned(),
        (true, 0, _) => {
            "applied: there is no policy, and nothing is allowed unless a policy allows it"
                .to_owned()
        }
        (true, _, 0) => "applied: no allow policy is for this token type and target".to_owned(),
        (true, _, 1) => "applied: the only allow policy for this request does not match".to_owned(),
        (true, _, all) => {
            format!("applied: none of the {all} allow policies for this request matches")
        }
    };
    DefaultDenial { applied, sentence }
}
