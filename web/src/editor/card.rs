//! One policy as a form.

use claimgate::policy::{Decision, TokenType};
use leptos::ev;
use leptos::prelude::*;

use super::pattern_field::PatternField;
use super::pattern_help::PatternHelp;
use super::state::PolicyState;
use super::step::Step;
use crate::state::draft::{PolicyDraft, RuleDraft, RuleFields, target_label};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::{Checkbox, Select, TextField, same};
use crate::ui::inline_code::inline_code;

/// The policy at `place`, counted from 0.
#[component]
pub(crate) fn PolicyCard(
    state: PolicyState,
    policy: PolicyDraft,
    #[prop(into)] place: Signal<usize>,
    step: Callback<(usize, Step)>,
) -> impl IntoView {
    let title = move || format!("Policy {}", place.get() + 1);
    let keys = move |event: ev::KeyboardEvent| {
        let change = match event.key().as_str() {
            "ArrowUp" => Step::Up,
            "ArrowDown" => Step::Down,
            _ => return,
        };
        if event.alt_key() && event.shift_key() {
            event.prevent_default();
            step.run((policy.key, change));
        }
    };
    let id = format!("policy-{}", policy.key);
    let fields = format!("{id}-fields");
    view! {
        <fieldset id=id class="card policy" class:policy--deny=move || *policy.decision.read() == "deny" on:keydown=keys>
            <legend>{title}</legend>
            <CardTools key=policy.key place=place count=Signal::derive(move || state.drafts.read().len()) step=step />
            <div class="field-row field-row--even" id=fields>
                <Select label="Decision" value=policy.decision options=same(Decision::ALL.map(Decision::as_str)) />
                <Select label="Token type" value=policy.token_type options=same(TokenType::ALL.map(TokenType::as_str)) />
            </div>
            <div id=format!("target-{}", policy.key) class="policy__target"><Target state=state policy=policy place=place /></div>
            <RuleRows state=state policy=policy place=place />
            {state.store.remote.is_some().then(|| view! { <ReportOnly policy=policy /> })}
            <Provisional policy=policy />
        </fieldset>
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
            {move || gap.get().map(|gap| format!("Provisional: {gap}, so this policy does not decide yet."))}
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

#[component]
fn CardTools(
    key: usize,
    place: Signal<usize>,
    count: Signal<usize>,
    step: Callback<(usize, Step)>,
) -> impl IntoView {
    let tool = move |text: &'static str, label: &'static str, change: Step, can: Signal<bool>| {
        view! {
            <button
                type="button"
                class="button button--quiet button--tool"
                aria-label=move || format!("{label} policy {}", place.get() + 1)
                aria-disabled=move || (!can.get()).then_some("true")
                title=match change {
                    Step::Up => "Alt+Shift+Up",
                    Step::Down => "Alt+Shift+Down",
                    _ => "",
                }
                on:click=move |_| step.run((key, change))
            >
                {text}
            </button>
        }
    };
    let always = Signal::stored(true);
    view! {
        <div class="policy__tools">
            {tool("↑", "Move up", Step::Up, Signal::derive(move || place.get() > 0))}
            {tool("↓", "Move down", Step::Down, Signal::derive(move || place.get() + 1 < count.get()))}
            {tool("Duplicate", "Duplicate", Step::Duplicate, always)}
            {tool("Remove", "Remove", Step::Remove, always)}
        </div>
    }
}

#[component]
fn Target(state: PolicyState, policy: PolicyDraft, place: Signal<usize>) -> impl IntoView {
    let label = Memo::new(move |_| target_label(&policy.token_type.read()));
    let allows = Memo::new(move |_| *policy.decision.read() == "allow");
    let error = move |name: &'static str| {
        Signal::derive(move || error_at(state, &format!("policies[{}].{name}", place.get())))
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
            <PatternHelp state=state key=policy.key />
        }
        .into_any(),
        Some(label) => {
            let (name, hint) = match label {
                "User login" => ("userLogin", "Compared without regard to case; no wildcards."),
                _ => ("runnerID", "The runner's name, compared exactly; no wildcards."),
            };
            view! { <TextField label=label value=policy.target hint=hint error=error(name) mono=true /> }.into_any()
        }
        None if allows.get() => view! {
            <div class="field-row field-row--even">
                <Checkbox label="Admin permission" value=policy.admin />
                <TextField label="Role ID" value=policy.role hint="Optional: a custom role for the token." mono=true />
            </div>
        }
        .into_any(),
        None => ().into_any(),
    }
    }
}

#[component]
fn RuleRows(state: PolicyState, policy: PolicyDraft, place: Signal<usize>) -> impl IntoView {
    let add = move |_| {
        let rule = RuleFields::new("", "");
        let draft = state.own(|| (&rule).into());
        policy.rules.update(|rules| rules.push(draft));
        let id = format!("rule-{}", rule.key);
        request_animation_frame(move || {
            super::state::focus_in(document().get_element_by_id(&id));
        });
    };
    let missing =
        Signal::derive(move || error_at(state, &format!("policies[{}].rules", place.get())));
    view! {
        <div class="rules" role="group" aria-label="Rules">
            <p class="rules__head">
                <strong>"Rules"</strong>
                <span class="hint">
                    "All must match. " <code class="wild wild--many">"*"</code> " any text, "
                    <code class="wild wild--optional">"?"</code> " zero or one character, "
                    <code class="wild wild--one">"."</code> " exactly one character."
                </span>
            </p>
            <For each=move || policy.rules.get() key=|rule| rule.key let:rule>
                <RuleRow state=state policy=policy rule=rule place=place />
            </For>
            {move || (!missing.read().is_empty()).then(|| view! { <p class="error">{inline_code(&missing.read())}</p> })}
            <button type="button" class="button" on:click=add>"Add rule"</button>
        </div>
    }
}

#[component]
fn RuleRow(
    state: PolicyState,
    policy: PolicyDraft,
    rule: RuleDraft,
    place: Signal<usize>,
) -> impl IntoView {
    let remove = move |_| {
        policy
            .rules
            .update(|rules| rules.retain(|other| other.key != rule.key));
    };
    let claims = Signal::derive(move || {
        let choice = |claim: &claimgate_providers::KnownClaim| Choice {
            value: claim.path.clone(),
            doc: claim.doc.clone(),
        };
        state.known.read().iter().map(choice).collect::<Vec<_>>()
    });
    let doc = move || {
        let known = state.known.read();
        known
            .iter()
            .find(|claim| claim.path == *rule.claim.read())
            .map(|claim| claim.doc.clone())
    };
    let error = Signal::derive(move || {
        error_at(
            state,
            &format!("policies[{}].rules.{}", place.get(), rule.claim.read()),
        )
    });
    let claim = Signal::derive(move || Some(rule.claim.get()));
    view! {
        <div class="rule-row" id=format!("rule-{}", rule.key)>
            <div class="field">
                <Combobox label="Claim" value=rule.claim choices=claims list_label="Known claims" placeholder="sub" />
                {move || doc().map(|doc| view! { <p class="hint">{doc}</p> })}
            </div>
            <PatternField
                state=state
                key=rule.key
                label="Pattern"
                value=rule.pattern
                claim=claim
                error=error
                placeholder="repo:octo-org/octo-repo:*"
            />
            <button
                type="button"
                class="button button--quiet"
                aria-label=move || format!("Remove rule {}", rule.claim.get())
                on:click=remove
            >
                "✕"
            </button>
        </div>
        <PatternHelp state=state key=rule.key />
    }
}

/// The error at a path, once errors are visible: after saving was tried.
fn error_at(state: PolicyState, path: &str) -> String {
    if !state.tried.get() {
        return String::new();
    }
    let compiled = state.compiled.read();
    compiled
        .errors
        .iter()
        .find(|error| error.path == path)
        .map(|error| error.message.clone())
        .unwrap_or_default()
}
