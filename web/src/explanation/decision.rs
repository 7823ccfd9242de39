//! The explanation: policies and their rules, failures first.

use claimgate::explain::{
    Explanation, NearestMiss, PolicyEvidence, PolicyOutcome, RuleEvidence, RuleOutcome,
};
use claimgate::policy::Decision;
use leptos::html;
use leptos::prelude::*;

use super::rule_line::RuleLine;
use crate::playground::bench::use_bench;
use crate::state::store::use_store;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::scratch::apply;

/// Symbol, word and style of a policy's outcome.
fn look(policy: &PolicyEvidence) -> (&'static str, &'static str, &'static str) {
    match (policy.outcome, policy.decision) {
        (PolicyOutcome::Matched, Decision::Deny) if policy.report_only => {
            ("!", "matched: would deny, report-only", "mark mark--note")
        }
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

/// How many policies are shown with their rules unfolded. With more, only those that decided or
/// came nearest are.
const UNFOLDED: usize = 8;

/// Whether the rules of a policy are unfolded at first.
fn is_unfolded(explanation: &Explanation, policy: &PolicyEvidence) -> bool {
    let is_nearest = explanation
        .nearest_miss
        .as_ref()
        .is_some_and(|miss| miss.policy == policy.index);
    match policy.outcome {
        PolicyOutcome::NotApplicable => false,
        PolicyOutcome::Matched => true,
        PolicyOutcome::NotMatched => explanation.policies.len() <= UNFOLDED || is_nearest,
    }
}

/// The explanation.
#[component]
pub(crate) fn ExplanationView(explanation: Explanation) -> impl IntoView {
    let policies = order(&explanation);
    let policies: Vec<_> = policies
        .into_iter()
        .map(|policy| (is_unfolded(&explanation, &policy), policy))
        .collect();
    let default = explanation.default_denial;
    let (symbol, class) = if default.applied {
        ("✕", "mark mark--bad")
    } else {
        ("–", "mark")
    };
    let entry = view! {
        <li class="evidence evidence--default">
            <span class=class aria-hidden="true">{symbol}</span>
            <div>
                <p><strong>"Default denial"</strong> " "
                    <span class="word">{if default.applied { "applied" } else { "not applied" }}</span></p>
                <p class="sentence">{inline_code(&default.sentence)}</p>
            </div>
        </li>
    };
    let report = explanation.report.map(|report| {
        view! {
            <p class="notice notice--note">
                "With report-only policies enforced: " {inline_code(&report.summary)} "."
            </p>
        }
    });
    view! {
        {report}
        {explanation.nearest_miss.map(|miss| view! { <NearestMissBox miss=miss /> })}
        <ul class="explanation" aria-label="Policies">
            {policies.into_iter().map(|(open, policy)| view! { <PolicyEntry policy=policy open=open /> }).collect_view()}
            {entry}
        </ul>
    }
}

#[component]
fn PolicyEntry(policy: PolicyEvidence, open: bool) -> impl IntoView {
    let (symbol, word, class) = look(&policy);
    let mut rules = policy.rules;
    rules.sort_by_key(|rule| rule.outcome == RuleOutcome::Matched);
    let rules = StoredValue::new(rules);
    let (index, title) = (policy.index, policy.title);
    // Folded rules are not rendered: with forty policies that is most of the work.
    let is_open = RwSignal::new(open);
    let details = NodeRef::<html::Details>::new();
    let toggled = move |_| {
        is_open.set(
            details
                .get_untracked()
                .is_some_and(|details| details.open()),
        );
    };
    let lines = move || {
        let line = |rule: RuleEvidence| view! { <RuleLine policy=index rule=rule /> };
        is_open
            .get()
            .then(|| rules.get_value().into_iter().map(line).collect_view())
    };
    view! {
        <li class="evidence">
            <details open=open node_ref=details on:toggle=toggled>
                <summary>
                    <span class=class aria-hidden="true">{symbol}</span>
                    <span><strong class="title">{title}</strong> " " <span class="word">{word}</span></span>
                </summary>
                <p class="sentence">{inline_code(&policy.sentence)}</p>
                <ul class="rule-list">{lines}</ul>
            </details>
        </li>
    }
}

#[component]
fn NearestMissBox(miss: NearestMiss) -> impl IntoView {
    let changes = miss.changes.iter().map(|change| {
        view! {
            <li>
                <p>{inline_code(&change.sentence)}</p>
                {change.suggested_pattern.as_ref().map(|pattern| view! {
                    <p class="hint">"A pattern for just this value: " <code>{untrusted_text(pattern)}</code></p>
                })}
                {change.caution.as_ref().map(|caution| view! {
                    <p class="hint">"Careful: this admits " {inline_code(caution)} "."</p>
                })}
            </li>
        }
    });
    view! {
        <section class="notice notice--note" aria-label="Nearest miss">
            <h3>"Nearest miss"</h3>
            <p>{inline_code(&miss.sentence)}</p>
            <ul>{changes.collect_view()}</ul>
            <ApplyMiss miss=miss.clone() />
        </section>
    }
}

/// In the playground: a button that applies the fix to a scratch copy.
#[component]
fn ApplyMiss(miss: NearestMiss) -> impl IntoView {
    let bench = use_bench()?;
    let store = use_store();
    let policies = apply(&bench.decided_untracked(), &miss)?;
    let dropped: Vec<_> = miss
        .changes
        .iter()
        .filter(|change| change.suggested_pattern.is_none())
        .map(|change| change.claim.clone())
        .collect();
    let label = if untrack(|| bench.is_scratch()) {
        "Try this in the scratch set"
    } else {
        "Try this on a scratch copy"
    };
    let note = (!dropped.is_empty()).then(|| {
        let names = dropped.into_iter().map(|claim| view! { " " <code>{untrusted_text(&claim)}</code> });
        view! { <p class="hint">"This takes out the rules on claims that the token does not have:" {names.collect_view()}</p> }
    });
    Some(view! {
        {note}
        <div class="actions">
            <button type="button" class="button" on:click=move |_| bench.change(store, &policies)>{label}</button>
        </div>
    })
}
