//! The rules of a policy: a claim and a pattern in each row.

use leptos::prelude::*;

use crate::editor::findings::beside::Beside;
use crate::editor::focus::focus_in_soon;
use crate::editor::pattern_field::PatternField;
use crate::editor::pattern_help::PatternHelp;
use crate::editor::state::PolicyState;
use crate::state::draft::{PolicyDraft, RuleDraft, RuleFields};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;

/// The rules, below one header.
#[component]
pub(super) fn Rules(state: PolicyState, policy: PolicyDraft, place: Memo<usize>) -> impl IntoView {
    let add = move |_| {
        let rule = RuleFields::new("", "");
        let draft = state.own(|| (&rule).into());
        policy.rules.update(|rules| rules.push(draft));
        focus_in_soon(format!("rule-{}", rule.key));
    };
    let missing =
        Signal::derive(move || state.error_at(&format!("policies[{}].rules", place.get())));
    let has_rules = Memo::new(move |_| !policy.rules.read().is_empty());
    view! {
        <div class="rules" role="group" aria-label="Rules">
            // Each field has a label of its own for screen readers.
            <Show when=move || has_rules.get()>
                <p class="rule-head" aria-hidden="true"><span>"Claim"</span> <span>"Pattern"</span></p>
            </Show>
            <For each=move || policy.rules.get() key=|rule| rule.key let:rule>
                <RuleRow state=state policy=policy rule=rule place=place />
            </For>
            {move || (!missing.read().is_empty()).then(|| view! { <p class="error">{inline_code(&missing.read())}</p> })}
            <div class="actions">
                <button type="button" class="button button--small" on:click=add>{icon(Icon::Plus)} "Add rule"</button>
                <Show when=move || { policy.rules.read().len() > 1 }><span class="hint">"All rules must match."</span></Show>
            </div>
        </div>
    }
}

#[component]
fn RuleRow(
    state: PolicyState,
    policy: PolicyDraft,
    rule: RuleDraft,
    place: Memo<usize>,
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
        state.known.read().iter().map(choice).collect()
    });
    let doc = move || {
        let known = state.known.read();
        known
            .iter()
            .find(|claim| claim.path == *rule.claim.read())
            .map(|claim| claim.doc.clone())
    };
    let path = move || format!("policies[{}].rules.{}", place.get(), rule.claim.read());
    let claim_error = Signal::derive(move || state.error_of(&path(), is_of_claim));
    let error = Signal::derive(move || state.error_of(&path(), |code| !is_of_claim(code)));
    let notes = format!("rule-{}-notes", rule.key);
    let claim = Signal::derive(move || Some(rule.claim.get()));
    let allows = Signal::derive(move || *policy.decision.read() == "allow");
    view! {
        <div class="rule-row" id=format!("rule-{}", rule.key)>
            <div class="field">
                <Combobox
                    label="Claim"
                    hide_label=true
                    value=rule.claim
                    choices=claims
                    list_label="Known claims"
                    placeholder="sub"
                    described_by=notes.clone()
                    invalid=Signal::derive(move || !claim_error.read().is_empty())
                />
                <div id=notes class="notes">
                    {move || (!claim_error.read().is_empty()).then(|| view! { <p class="error">{inline_code(&claim_error.read())}</p> })}
                    {move || doc().map(|doc| view! { <p class="hint">{doc}</p> })}
                </div>
            </div>
            <PatternField
                state=state
                key=rule.key
                label="Pattern"
                hide_label=true
                value=rule.pattern
                claim=claim
                error=error
                placeholder="repo:octo-org/octo-repo:*"
            />
            <button
                type="button"
                class="button button--icon"
                aria-label=move || format!("Remove rule {}", rule.claim.get())
                on:click=remove
            >
                {icon(Icon::Close)}
            </button>
        </div>
        <PatternHelp state=state key=rule.key allows=allows />
        <Beside state=state place=place claim=claim />
    }
}

/// Whether an error of a rule is about its claim, and not about its pattern.
fn is_of_claim(code: &str) -> bool {
    code.starts_with("claim-path") || matches!(code, "rule-repeated" | "rule-blank")
}
