//! The fields of one policy.

use claimgate::policy::{Decision, TokenType};
use leptos::prelude::*;

use super::rules::Rules;
use crate::editor::findings::beside::Beside;
use crate::editor::findings::guard::GuardNotice;
use crate::editor::pattern_field::PatternField;
use crate::editor::pattern_help::PatternHelp;
use crate::editor::state::PolicyState;
use crate::state::draft::{PolicyDraft, RuleDraft, target_label};
use crate::ui::field::{Checkbox, Select, TextField, same};
use claimgate_workbench::policies::list_change::ListChange;

/// The policy at `place`, counted from 0.
#[component]
pub(super) fn PolicyCard(
    state: PolicyState,
    policy: PolicyDraft,
    place: Memo<usize>,
    step: Callback<ListChange>,
) -> impl IntoView {
    let id = format!("policy-{}-fields", policy.key);
    view! {
        <div class="policy__card" role="group" id=id aria-label=move || format!("Policy {}", place.get() + 1)>
            <div class="field-row field-row--even">
                <Select label="Decision" value=policy.decision options=same(Decision::ALL.map(Decision::as_str)) />
                <Select label="Token type" value=policy.token_type options=same(TokenType::ALL.map(TokenType::as_str)) />
            </div>
            <div id=format!("target-{}", policy.key) class="policy__target"><Target state=state policy=policy place=place /></div>
            <Rules state=state policy=policy place=place />
            // Below the fields: what arrives while one types does not move them.
            <GuardNotice state=state place=place />
            <Beside state=state place=place claim=Signal::stored(None::<String>) />
            {state.store.remote.is_some().then(|| view! { <ReportOnly policy=policy /> })}
            <Provisional policy=policy />
            <Names policy=policy />
            <CardTools place=place count=Signal::derive(move || state.drafts.read().len()) step=step />
        </div>
    }
}

/// What the policy lacks to decide, and the choice of a deny without rules.
#[component]
fn Provisional(policy: PolicyDraft) -> impl IntoView {
    let gap = Memo::new(move |_| policy.fields().gap());
    let is_bare = Memo::new(move |_| {
        let rules = policy.rules.read();
        let is_blank =
            |rule: &RuleDraft| rule.claim.read().is_empty() && rule.pattern.read().is_empty();
        *policy.decision.read() == "deny" && rules.iter().all(is_blank)
    });
    Effect::new(move || {
        // The choice stands for the rules: blank rows would contradict it.
        if policy.every_token.get() && is_bare.get_untracked() {
            policy.rules.set(Vec::new());
        }
    });
    view! {
        {move || is_bare.get().then(|| view! { <Checkbox label="Deny every token" value=policy.every_token /> })}
        <p role="status" class="note">
            {move || gap.get().map(|gap| format!("Incomplete: {gap}, so this policy does not decide yet."))}
        </p>
    }
}

/// Whether a deny is report-only.
#[component]
fn ReportOnly(policy: PolicyDraft) -> impl IntoView {
    let denies = Memo::new(move |_| *policy.decision.read() == "deny");
    let id = StoredValue::new(format!("report-{}", policy.key));
    move || {
        denies.get().then(|| {
            let id = id.get_value();
            view! {
                <div>
                    <Checkbox label="Report only" value=policy.report_only described_by=id.clone() />
                    <p id=id class="hint">
                        "It denies nothing. What it would have denied is in the audit log."
                    </p>
                </div>
            }
        })
    }
}

/// Its name and its note, folded while both are empty.
#[component]
fn Names(policy: PolicyDraft) -> impl IntoView {
    let is_named = untrack(|| !policy.name.read().is_empty() || !policy.note.read().is_empty());
    view! {
        <details class="more" open=is_named>
            <summary>"Name and note"</summary>
            <div class="field-row field-row--even">
                <TextField label="Policy name" value=policy.name placeholder="Release workflow" />
                <TextField label="Note" value=policy.note placeholder="Why it is needed" />
            </div>
        </details>
    }
}

#[component]
fn CardTools(
    place: Memo<usize>,
    count: Signal<usize>,
    step: Callback<ListChange>,
) -> impl IntoView {
    let tool =
        move |text: &'static str, keys: &'static str, change: ListChange, can: Signal<bool>| {
            view! {
                <button
                    type="button"
                    class="button button--quiet button--tool"
                    aria-label=move || format!("{text} policy {}", place.get() + 1)
                    aria-disabled=move || (!can.get()).then_some("true")
                    title=keys
                    on:click=move |_| step.run(change)
                >
                    {text}
                </button>
            }
        };
    let always = Signal::stored(true);
    view! {
        <div class="policy__tools">
            {tool("Move up", "Alt+Shift+Up", ListChange::Up, Signal::derive(move || place.get() > 0))}
            {tool("Move down", "Alt+Shift+Down", ListChange::Down, Signal::derive(move || place.get() + 1 < count.get()))}
            {tool("Duplicate", "", ListChange::Duplicate, always)}
            {tool("Delete", "", ListChange::Delete, always)}
        </div>
    }
}

#[component]
fn Target(state: PolicyState, policy: PolicyDraft, place: Memo<usize>) -> impl IntoView {
    let label = Memo::new(move |_| target_label(&policy.token_type.read()));
    let allows = Memo::new(move |_| *policy.decision.read() == "allow");
    let error = move |name: &'static str| {
        Signal::derive(move || state.error_at(&format!("policies[{}].{name}", place.get())))
    };
    move || {
        match label.get() {
        Some("Team name") => view! {
            <PatternField
                state=state
                key=policy.key
                label="Team name"
                value=policy.target
                claim=Signal::stored(None::<String>)
                error=error("teamName")
                hint="The team that a client may request. Wildcards are allowed."
            />
            <PatternHelp state=state key=policy.key allows=allows />
        }
        .into_any(),
        Some(label) => {
            let (name, hint) = match label {
                "User login" => ("userLogin", "Not case-sensitive; no wildcards."),
                _ => ("runnerID", "The runner's name, compared exactly; no wildcards."),
            };
            view! { <TextField label=label value=policy.target hint=hint error=error(name) mono=true /> }.into_any()
        }
        None if allows.get() => view! {
            <div class="field-row field-row--even">
                <Checkbox label="Admin permission" value=policy.admin />
                <TextField label="Role ID" value=policy.role placeholder="Optional: a custom role" mono=true />
            </div>
        }
        .into_any(),
        None => ().into_any(),
    }
    }
}
