//! Why: policies and their rules, failures first.

use claimgate::explain::{Explanation, NearestMiss, PolicyEvidence, PolicyOutcome, RuleOutcome};
use claimgate::policy::Decision;
use leptos::prelude::*;

use super::rule_line::RuleLine;

/// A symbol, a word and a style for a policy's outcome.
fn look(policy: &PolicyEvidence) -> (&'static str, &'static str, &'static str) {
    match (policy.outcome, policy.decision) {
        (PolicyOutcome::Matched, Decision::Allow) => ("✓", "matched: allows", "mark mark--good"),
        (PolicyOutcome::Matched, Decision::Deny) => ("✕", "matched: denies", "mark mark--bad"),
        (PolicyOutcome::NotMatched, _) => ("○", "not matched", "mark mark--note"),
        (PolicyOutcome::NotApplicable, _) => ("–", "does not apply", "mark"),
    }
}

/// Deciding policies first, then the others that apply, then the rest.
fn order(explanation: &Explanation) -> Vec<PolicyEvidence> {
    let mut policies = explanation.policies.clone();
    policies.sort_by_key(|policy| match policy.outcome {
        _ if explanation.reason.policies.contains(&policy.index) => 0,
        PolicyOutcome::Matched => 1,
        PolicyOutcome::NotMatched => 2,
        PolicyOutcome::NotApplicable => 3,
    });
    policies
}

/// The explanation.
#[component]
pub(crate) fn ExplanationView(explanation: Explanation) -> impl IntoView {
    let policies = order(&explanation);
    let default = explanation.default_denial;
    let (symbol, class) = if default.applied { ("✕", "mark mark--bad") } else { ("–", "mark") };
    let entry = view! {
        <li class="evidence evidence--default">
            <span class=class aria-hidden="true">{symbol}</span>
            <div>
                <p><strong>"Default denial"</strong> " "
                    <span class="word">{if default.applied { "applied" } else { "not applied" }}</span></p>
                <p class="sentence">{default.sentence}</p>
            </div>
        </li>
    };
    view! {
        {explanation.nearest_miss.map(|miss| view! { <NearestMissBox miss=miss /> })}
        <ul class="explanation" aria-label="Policies">
            {policies.into_iter().map(|policy| view! { <PolicyEntry policy=policy /> }).collect_view()}
            {entry}
        </ul>
    }
}

#[component]
fn PolicyEntry(policy: PolicyEvidence) -> impl IntoView {
    let (symbol, word, class) = look(&policy);
    let open = policy.outcome != PolicyOutcome::NotApplicable;
    let mut rules = policy.rules;
    rules.sort_by_key(|rule| rule.outcome == RuleOutcome::Matched);
    let title = policy.title;
    view! {
        <li class="evidence">
            <details open=open>
                <summary>
                    <span class=class aria-hidden="true">{symbol}</span>
                    <span><strong class="title">{title}</strong> " " <span class="word">{word}</span></span>
                </summary>
                <p class="sentence">{policy.sentence}</p>
                <ul class="rule-list">
                    {rules.into_iter().map(|rule| view! { <RuleLine rule=rule /> }).collect_view()}
                </ul>
            </details>
        </li>
    }
}

#[component]
fn NearestMissBox(miss: NearestMiss) -> impl IntoView {
    let changes = miss.changes.into_iter().map(|change| {
        view! {
            <li>
                <p>{change.sentence}</p>
                {change.suggested_pattern.map(|pattern| view! {
                    <p class="hint">"A pattern for just this value: " <code>{pattern}</code></p>
                })}
            </li>
        }
    });
    view! {
        <section class="notice notice--note" aria-label="Nearest miss">
            <h3>"Nearest miss"</h3>
            <p>{miss.sentence}</p>
            <ul>{changes.collect_view()}</ul>
        </section>
    }
}
