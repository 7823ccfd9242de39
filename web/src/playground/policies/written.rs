//! Policies to read: each rule highlights its claim, and says whether it matches the token.

use std::collections::HashMap;

use claimgate::explain::{PolicyOutcome, RuleOutcome};
use claimgate::policy::{Decision, PolicyDefinition};
use leptos::prelude::*;

use super::claim_button::claim_button;
use crate::explanation::tone::chip_class;
use crate::playground::bench::{Bench, Highlight};
use crate::ui::untrusted_text::{untrusted_text, wrapped_text};
use claimgate_workbench::playground::evaluate::Answer;
use claimgate_workbench::playground::rule_mark::{RuleMark, rule_mark};

/// Read-only policies; each rule highlights its claim.
#[component]
pub(crate) fn Rules(bench: Bench, policies: Vec<PolicyDefinition>) -> impl IntoView {
    if policies.is_empty() {
        return view! { <p class="hint">"There are no policies: everything is denied."</p> }
            .into_any();
    }
    let outcomes = Memo::new(move |_| outcomes(bench));
    let items = policies
        .into_iter()
        .enumerate()
        .map(|(index, policy)| policy_item(bench, index, &policy, outcomes));
    view! { <ol class="written-policies" aria-label="Written rules">{items.collect_view()}</ol> }
        .into_any()
}

/// Whether each rule matches, and what that means, by policy and claim.
type Outcomes = HashMap<(usize, String), (bool, RuleMark)>;

/// The outcomes of the rules of policies that apply.
fn outcomes(bench: Bench) -> Outcomes {
    let answered = bench.answered.read();
    let explanation = match answered.as_ref().map(|answered| &answered.answer) {
        Some(Answer::Report(report)) => report.explanation.as_ref(),
        _ => None,
    };
    let Some(explanation) = explanation else {
        return Outcomes::new();
    };
    let policies = explanation.policies.iter();
    policies
        .filter(|policy| policy.outcome != PolicyOutcome::NotApplicable)
        .flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)))
        .map(|(policy, rule)| {
            let matches = rule.outcome == RuleOutcome::Matched;
            let mark = rule_mark(policy, matches, explanation.decision);
            ((policy.index, rule.claim.clone()), (matches, mark))
        })
        .collect()
}

/// The mark of a rule's outcome; empty for a policy that does not apply.
fn outcome_mark(
    outcomes: Memo<Outcomes>,
    policy: usize,
    claim: String,
) -> impl Fn() -> Option<AnyView> {
    let key = (policy, claim);
    move || {
        let (matches, mark) = outcomes.with(|found| found.get(&key).copied())?;
        let word = if matches { "matches" } else { "does not match" };
        Some(view! {
            <span class=chip_class(mark.tone) title=word>
                <span aria-hidden="true">{mark.symbol}</span><span class="visually-hidden">{word}</span>
            </span>
        }.into_any())
    }
}

fn policy_item(
    bench: Bench,
    index: usize,
    policy: &PolicyDefinition,
    outcomes: Memo<Outcomes>,
) -> AnyView {
    let is_deny = policy.decision == Decision::Deny;
    let target = policy
        .team_name
        .as_ref()
        .or(policy.user_login.as_ref())
        .or(policy.runner_id.as_ref());
    let admin = policy
        .authorized_permissions
        .as_ref()
        .is_some_and(|list| list.iter().any(|item| item == "admin"));
    let rules = policy
        .rules
        .iter()
        .map(|(claim, pattern)| rule_item(bench, index, claim, pattern, outcomes))
        .collect_view();
    view! {
        <li class="written-policy" class:written-policy--deny=is_deny>
            <p>
                <strong>{format!("Policy {}", index + 1)}</strong> " "
                <strong class="decision-word" class:decision-word--deny=is_deny>{policy.decision.as_str()}</strong> " " {policy.token_type.as_str()}
                {target.map(|target| view! { " " <code>{untrusted_text(target)}</code> })}
                {admin.then_some(" with admin")}
                {policy.role_id.as_ref().map(|role| view! { " as role " <code>{untrusted_text(role)}</code> })}
            </p>
            <ul class="rule-items">{rules}</ul>
        </li>
    }
    .into_any()
}

fn rule_item(
    bench: Bench,
    policy: usize,
    claim: &str,
    pattern: &str,
    outcomes: Memo<Outcomes>,
) -> AnyView {
    let path = claim.to_owned();
    let highlight = Highlight {
        policy: Some(policy),
        claim: path.clone(),
    };
    view! {
        <li
            class:lit=move || bench.is_rule_highlighted(policy, &path)
            on:mouseenter=move |_| bench.highlight.set(Some(highlight.clone()))
            on:mouseleave=move |_| bench.highlight.set(None)
        >
            {claim_button(bench, policy, claim)} " " <code>{wrapped_text(pattern)}</code> " "
            {outcome_mark(outcomes, policy, claim.to_owned())}
        </li>
    }
    .into_any()
}
