//! The list of policies.

use claimgate::pattern::Dialect;
use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use super::drag::cancel_on_escape;
use super::row::PolicyRow;
use super::state::ListState;
use super::toolbar::Toolbar;
use crate::editor::state::PolicyState;
use crate::ui::empty_state::EmptyState;
use crate::ui::icon::{Icon, icon};

/// All policies, a line each.
#[component]
pub(crate) fn PolicyList(state: PolicyState, starter: Vec<PolicyDefinition>) -> impl IntoView {
    let list = ListState::new(state);
    let is_empty = Memo::new(move |_| state.drafts.read().is_empty());
    let is_end = move || {
        list.moving
            .get()
            .is_some_and(|(_, before)| before.is_none())
    };
    cancel_on_escape(list);
    view! {
        <Show when=move || is_empty.get()>
            <Empty state=state starter=starter.clone() />
        </Show>
        <Show when=move || list.is_long.get()><Toolbar list=list /></Show>
        <Show when=move || !is_empty.get()><Legend dialect=state.dialect /></Show>
        <div role="status" class="policy-note">{move || list.note().map(|note| view! {
            <p>
                {note.sentence.clone()}
                {note.offers_undo.then(|| view! {
                    <button type="button" class="button button--small" on:click=move |_| list.undo(&note)>
                        {icon(Icon::Undo)} "Undo"
                    </button>
                })}
            </p>
        })}</div>
        <ol class="policies" class:policies--drop-last=is_end aria-label="Policies in the form">
            <For each=move || list.visible.get() key=|draft| draft.key let:draft>
                <PolicyRow list=list policy=draft />
            </For>
        </ol>
        <div class="actions">
            <button type="button" class="button" id="add-policy" on:click=move |_| list.add()>
                {icon(Icon::Plus)} "Add policy"
            </button>
            <Show when=move || { state.drafts.read().len() > 1 }>
                <span class="hint">"The order of policies does not matter."</span>
            </Show>
        </div>
    }
}

/// What the wildcards of patterns match, once for all of them.
#[component]
fn Legend(dialect: Signal<Dialect>) -> impl IntoView {
    let is_pulumi = move || dialect.get() == Dialect::Pulumi;
    view! {
        <p class="hint legend">
            "In patterns: "
            <span><code class="wild wild--many">"*"</code> " any text"</span>
            <span>
                <code class="wild wild--optional">"?"</code>
                {move || if is_pulumi() { " zero or one character" } else { " exactly one character" }}
            </span>
            {move || is_pulumi().then(|| view! {
                <span><code class="wild wild--one">"."</code> " exactly one character"</span>
            })}
        </p>
    }
}

#[component]
fn Empty(state: PolicyState, starter: Vec<PolicyDefinition>) -> impl IntoView {
    let action = match starter.is_empty() {
        true => ().into_any(),
        false => view! {
            <button type="button" class="button" on:click=move |_| state.set_policies(&starter)>"Use the starter policy"</button>
        }
        .into_any(),
    };
    view! {
        <EmptyState title="Everything is denied" is_nested=true action=action>
            "There are no policies, and what no policy allows is denied. Add an allow policy for the tokens that you expect."
        </EmptyState>
    }
}
