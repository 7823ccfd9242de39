//! Fixes, which are proved to open nothing.

use claimgate::issuer::IssuerDefinition;
use claimgate::policy::{Decision, PolicyDefinition};

use super::context::Context;
use super::finding::{Edit, SafeFix};
use crate::model::PolicyModel;
use crate::pin::is_same_claim;
use crate::questions::{Analysis, Relation, difference, stays_useful};

/// The most policies of an issuer that fixes are looked for.
const MAX_POLICIES: usize = 100;

/// The fix, if the changed policies admit the same or less, no sample less, and no changed rule or added
/// deny makes an allow useless.
pub(super) fn verified(
    cx: &mut Context<'_>,
    title: impl Into<String>,
    edits: Vec<Edit>,
) -> Option<SafeFix> {
    if cx.policies().len() > MAX_POLICIES || !cx.may_fix() {
        return None;
    }
    let issuer = IssuerDefinition {
        policies: apply(&cx.issuer.policies, &edits),
        ..cx.issuer.clone()
    };
    let changed = PolicyModel::new(&issuer, cx.dialect).ok()?;
    let changed = match cx.options.without_facts {
        true => changed.without_facts(),
        false => changed,
    };
    let effect = difference(cx.model, &changed).relation;
    let is_narrower = matches!(effect, Relation::Equivalent | Relation::Narrower);
    let removes = |edit: &Edit| matches!(edit, Edit::RemovePolicy { .. });
    let is_useful =
        || edits.iter().any(removes) || stays_useful(cx.model, &mut Analysis::new(&changed));
    let is_safe = is_narrower && keeps_samples(cx, &changed) && is_useful();
    is_safe.then_some(SafeFix {
        title: title.into(),
        edits,
        effect,
    })
}

/// The fix that gives a policy this rule: a claim path and a pattern.
pub(super) fn with_rule(
    cx: &mut Context<'_>,
    title: impl Into<String>,
    policy: usize,
    (claim, pattern): (&str, &str),
) -> Option<SafeFix> {
    let edit = Edit::SetRule {
        policy,
        claim: claim.to_owned(),
        pattern: pattern.to_owned(),
    };
    verified(cx, title, vec![edit])
}

fn keeps_samples(cx: &Context<'_>, changed: &PolicyModel) -> bool {
    let mut samples = cx.options.samples.iter();
    samples.all(|(claims, request)| {
        !cx.model.admits(claims, request) || changed.admits(claims, request)
    })
}

/// Policies with changes. Indices are those before the changes.
///
/// ```
/// use claimgate::policy::parse_policies;
/// use claimgate_analysis::{Edit, apply};
///
/// let text = r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme*"}}"#;
/// let policies = parse_policies(text)?;
/// let edit = Edit::SetRule { policy: 0, claim: "sub".to_owned(), pattern: "repo:acme/*".to_owned() };
/// assert_eq!(apply(&policies, &[edit])[0].rules[0].1, "repo:acme/*");
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[must_use]
pub fn apply(policies: &[PolicyDefinition], edits: &[Edit]) -> Vec<PolicyDefinition> {
    let mut changed: Vec<Option<PolicyDefinition>> = policies.iter().cloned().map(Some).collect();
    for edit in edits {
        match edit {
            Edit::SetRule {
                policy,
                claim,
                pattern,
            } => {
                if let Some(Some(own)) = changed.get_mut(*policy) {
                    set_rule(own, claim, pattern);
                }
            }
            Edit::RemovePolicy { policy } => {
                if let Some(own) = changed.get_mut(*policy) {
                    *own = None;
                }
            }
            Edit::AddDeny {
                like,
                claim,
                pattern,
            } => {
                let made = policies.get(*like).map(|own| deny(own, claim, pattern));
                changed.push(made);
            }
        }
    }
    changed.into_iter().flatten().collect()
}

/// A deny for the type of token and the target of a policy.
fn deny(like: &PolicyDefinition, claim: &str, pattern: &str) -> PolicyDefinition {
    let mut policy = PolicyDefinition::new(Decision::Deny, like.token_type).rule(claim, pattern);
    policy.team_name.clone_from(&like.team_name);
    policy.user_login.clone_from(&like.user_login);
    policy.runner_id.clone_from(&like.runner_id);
    policy
}

fn set_rule(policy: &mut PolicyDefinition, claim: &str, pattern: &str) {
    let found = policy
        .rules
        .iter_mut()
        .find(|(own, _)| is_same_claim(own, claim));
    match found {
        Some((_, own)) => pattern.clone_into(own),
        None => policy.rules.push((claim.to_owned(), pattern.to_owned())),
    }
}
