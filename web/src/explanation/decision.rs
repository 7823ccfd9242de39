//! The explanation: policies and their rules, failures first.

use claimgate::explain::{
    Explanation, NearestMiss, Outcome, PolicyEvidence, PolicyOutcome, RuleEvidence, RuleOutcome,
};
use claimgate::text::list::enumerate;
use leptos::prelude::*;

use super::rule_line::RuleLine;
use super::tone::mark_class;
use crate::playground::bench::use_bench;
use crate::state::store::use_store;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_text, wrapped_text};
use claimgate_workbench::playground::rule_mark::{policy_mark, rule_mark};
use claimgate_workbench::playground::scratch::{apply, apply_to_copy};

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
    let mut policies: Vec<_> = policies
        .into_iter()
        .map(|policy| (is_unfolded(&explanation, &policy), policy))
        .collect();
    policies.sort_by_key(|(is_unfolded, _)| !is_unfolded);
    let unfolded = policies
        .iter()
        .filter(|(is_unfolded, _)| *is_unfolded)
        .count();
    let rest = policies.split_off(policies.len().min(unfolded.max(UNFOLDED)));
    let decision = explanation.decision;
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
                <p><strong>"Default denial"</strong></p>
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
            {policies.into_iter().map(|(open, policy)| view! { <PolicyEntry policy=policy decision=decision open=open /> }).collect_view()}
            {entry}
        </ul>
        {(!rest.is_empty()).then(|| view! { <Rest policies=rest decision=decision /> })}
    }
}

/// The policies beyond the first ones, in one line until it is opened.
#[component]
fn Rest(policies: Vec<(bool, PolicyEvidence)>, decision: Outcome) -> impl IntoView {
    let label = match policies.len() {
        1 => "1 more policy that does not match or apply".to_owned(),
        count => format!("{count} more policies that do not match or apply"),
    };
    let is_open = RwSignal::new(false);
    let policies = StoredValue::new(policies);
    let entry =
        move |(_, policy)| view! { <PolicyEntry policy=policy decision=decision open=false /> };
    view! {
        <details class="more explanation__rest" on:toggle:target=move |event| is_open.set(event.target().open())>
            <summary>{label}</summary>
            {move || is_open.get().then(|| view! {
                <ul class="explanation" aria-label="Others">
                    {policies.get_value().into_iter().map(entry).collect_view()}
                </ul>
            })}
        </details>
    }
}

#[component]
fn PolicyEntry(policy: PolicyEvidence, decision: Outcome, open: bool) -> impl IntoView {
    let (mark, word) = policy_mark(&policy, decision);
    let (symbol, class) = (mark.symbol, mark_class(mark.tone));
    let (index, title, sentence) = (policy.index, policy.title.clone(), policy.sentence.clone());
    let policy = StoredValue::new(policy);
    let aside = use_bench().is_some_and(|bench| bench.aside.read_untracked().contains(&index));
    let (symbol, word, class) = if aside {
        ("…", "incomplete: left out", "mark mark--note")
    } else {
        (symbol, word, class)
    };
    let (title, sentence) = match aside {
        true => (
            format!("policy {}", index + 1),
            "It does not decide until it is complete.".to_owned(),
        ),
        false => (title, sentence),
    };
    // Folded rules are not rendered: with forty policies that is most of the work.
    let is_open = RwSignal::new(open);
    view! {
        <li class="evidence">
            <details open=open on:toggle:target=move |event| is_open.set(event.target().open())>
                <summary>
                    <span class=class aria-hidden="true">{symbol}</span>
                    <span><strong class="title">{title}</strong> " " <span class="word">{word}</span></span>
                </summary>
                <p class="sentence">{inline_code(&sentence)}</p>
                {move || is_open.get().then(|| rule_lists(&policy.read_value(), decision))}
            </details>
        </li>
    }
}

/// Failed rules first; the others are folded into one line, unless all match.
fn rule_lists(policy: &PolicyEvidence, decision: Outcome) -> AnyView {
    let is_match = |rule: &RuleEvidence| rule.outcome == RuleOutcome::Matched;
    let line = |rule: RuleEvidence| {
        let mark = rule_mark(policy, is_match(&rule), decision);
        view! { <RuleLine policy=policy.index rule=rule mark=mark /> }
    };
    let (matched, failed): (Vec<_>, Vec<_>) = policy.rules.iter().cloned().partition(is_match);
    if failed.is_empty() || matched.is_empty() {
        let lines = failed.into_iter().chain(matched).map(line).collect_view();
        return view! { <ul class="rule-list">{lines}</ul> }.into_any();
    }
    let names = enumerate(
        &matched
            .iter()
            .map(|rule| format!("`{}`", rule.claim))
            .collect::<Vec<_>>(),
    );
    let verb = if matched.len() == 1 {
        "matches"
    } else {
        "match"
    };
    let passed = rule_mark(policy, true, decision);
    view! {
        <ul class="rule-list">{failed.into_iter().map(line).collect_view()}</ul>
        <details class="more rule-list__passed">
            <summary>
                <span class=mark_class(passed.tone) aria-hidden="true">{passed.symbol}</span> " " {inline_code(&names)} " " {verb}
            </summary>
            <ul class="rule-list">{matched.into_iter().map(line).collect_view()}</ul>
        </details>
    }
    .into_any()
}

#[component]
fn NearestMissBox(miss: NearestMiss) -> impl IntoView {
    let changes = miss.changes.iter().map(|change| {
        let what = match &change.suggested_pattern {
            Some(pattern) => view! {
                "change " <code>{wrapped_text(&change.pattern)}</code> " to "
                <code>{wrapped_text(pattern)}</code> ", which admits only this value"
            }
            .into_any(),
            None => view! { {inline_code(&change.sentence)} }.into_any(),
        };
        // The job chooses the audience, so a wrong one is rather its mistake than the policy's.
        let is_request = change.claim == "aud" && change.suggested_pattern.is_some();
        view! {
            <li>
                {is_request.then(|| view! {
                    <p>"Have the job request its token for " <code>{wrapped_text(&change.pattern)}</code> " instead; or:"</p>
                })}
                <p><code>{untrusted_text(&change.claim)}</code> ": " {what} "."</p>
                {change.caution.as_ref().map(|caution| view! {
                    <p class="hint">"Careful: this admits " {inline_code(caution)} "."</p>
                })}
            </li>
        }
    });
    let number = miss.policy + 1;
    let count = match miss.changes.len() {
        1 => "one rule does not match".to_owned(),
        count => format!("{count} rules do not match"),
    };
    view! {
        <section class="notice notice--note" aria-label="Nearest miss">
            <h3>"Nearest miss"</h3>
            <p>{format!("Policy {number} came nearest: {count}.")}</p>
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
    let decided = bench.decided_untracked();
    let (policies, extended) = (apply(&decided, &miss)?, apply_to_copy(&decided, &miss)?);
    let dropped: Vec<_> = miss
        .changes
        .iter()
        .filter(|change| change.suggested_pattern.is_none())
        .map(|change| change.claim.clone())
        .collect();
    let label = if untrack(|| bench.is_scratch()) {
        "Try this in the scratch set"
    } else {
        "Try this in a scratch set"
    };
    let note = (!dropped.is_empty()).then(|| {
        let names = dropped.into_iter().map(|claim| view! { " " <code>{untrusted_text(&claim)}</code> });
        view! { <p class="hint">"This removes the rules on claims that the token does not have:" {names.collect_view()}</p> }
    });
    Some(view! {
        {note}
        <div class="actions">
            <button type="button" class="button" on:click=move |_| bench.change(store, &policies)>{label}</button>
            <button
                type="button"
                class="button button--quiet"
                title=format!("Policy {} stays as it is; a copy of it gets the change", miss.policy + 1)
                on:click=move |_| bench.change(store, &extended)
            >
                "Add a policy instead"
            </button>
        </div>
    })
}
