//! One policy as a form.

use claimgate::policy::{Decision, TokenType};
use leptos::prelude::*;

use super::field::{Checkbox, Select, TextField, same};
use crate::state::draft::{PolicyDraft, RuleDraft, target_label};

/// The policy at `place`, counted from 0.
#[component]
pub(crate) fn PolicyCard(
    policy: PolicyDraft,
    #[prop(into)] place: Signal<usize>,
    #[prop(into)] list: String,
    remove: Callback<usize>,
) -> impl IntoView {
    let title = move || format!("Policy {}", place.get() + 1);
    view! {
        <fieldset class="card policy" class:policy--deny=move || *policy.decision.read() == "deny">
            <legend>{title}</legend>
            <button
                type="button"
                class="button button--quiet policy__remove"
                aria-label=move || format!("Remove policy {}", place.get() + 1)
                on:click=move |_| remove.run(policy.key)
            >
                "Remove"
            </button>
            <div class="field-row field-row--even">
                <Select label="Decision" value=policy.decision options=same(Decision::ALL.map(Decision::as_str)) />
                <Select label="Token type" value=policy.token_type options=same(TokenType::ALL.map(TokenType::as_str)) />
            </div>
            <Target policy=policy />
            <RuleRows policy=policy list=list />
        </fieldset>
    }
}

#[component]
fn Target(policy: PolicyDraft) -> impl IntoView {
    let label = Memo::new(move |_| target_label(&policy.token_type.read()));
    let allows = Memo::new(move |_| *policy.decision.read() == "allow");
    move || match label.get() {
        Some(label) => {
            let hint = match label {
                "Team name" => "Wildcards are allowed.",
                "User login" => "Compared without regard to case; no wildcards.",
                _ => "The runner's name, compared exactly; no wildcards.",
            };
            view! { <TextField label=label value=policy.target hint=hint mono=true /> }.into_any()
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

#[component]
fn RuleRows(policy: PolicyDraft, list: String) -> impl IntoView {
    let remove = move |key| policy.rules.update(|rules| rules.retain(|rule| rule.key != key));
    let add = move |_| policy.rules.update(|rules| rules.push(RuleDraft::new("", "")));
    let list = StoredValue::new(list);
    view! {
        <div class="rules" role="group" aria-label="Rules">
            <p class="rules__head">
                <strong>"Rules"</strong>
                <span class="hint">
                    "All must match. " <code>"*"</code> " any text, " <code>"?"</code> " zero or one character, "
                    <code>"."</code> " exactly one character."
                </span>
            </p>
            <For each=move || policy.rules.get() key=|rule| rule.key let:rule>
                <div class="rule-row">
                    <TextField label="Claim" value=rule.claim mono=true list=list.get_value() placeholder="sub" />
                    <TextField label="Pattern" value=rule.pattern mono=true placeholder="repo:octo-org/octo-repo:*" />
                    <button
                        type="button"
                        class="button button--quiet"
                        aria-label=move || format!("Remove rule {}", rule.claim.get())
                        on:click=move |_| remove(rule.key)
                    >
                        "✕"
                    </button>
                </div>
            </For>
            <button type="button" class="button" on:click=add>"Add rule"</button>
        </div>
    }
}
