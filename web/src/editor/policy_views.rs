//! Policies as a form or as JSON, with the engine's messages: an issuer's, or a scratch set.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use super::findings::problems::Problems;
use super::json::PolicyJson;
use super::list::policy_list::PolicyList;
use super::state::{PolicyState, PolicyView};
use crate::ui::code_editor::Mark;

/// The policies in the view that is chosen.
#[component]
pub(crate) fn PolicyViews(
    state: PolicyState,
    /// What an empty list offers to begin with.
    starter: Vec<PolicyDefinition>,
    /// The label of the text.
    json_label: &'static str,
    /// The label of the engine's messages.
    problems_label: &'static str,
    /// Marks of rules that are highlighted elsewhere on the page.
    #[prop(optional)]
    lit: Option<Memo<Vec<Mark>>>,
) -> impl IntoView {
    let is_json = Memo::new(move |_| state.shown.get() == PolicyView::Json);
    let lit = lit.unwrap_or_else(|| Memo::new(|_| Vec::new()));
    view! {
        <p class="error" role="status">{move || state.view_error.get()}</p>
        {move || if is_json.get() {
            view! { <PolicyJson state=state label=json_label lit=lit /> }.into_any()
        } else {
            view! { <PolicyList state=state starter=starter.clone() /> }.into_any()
        }}
        <div role="group" aria-label=problems_label><Problems state=state /></div>
    }
}

/// The choice of the view.
#[component]
pub(crate) fn ViewToggle(state: PolicyState) -> impl IntoView {
    let button = move |label: &'static str, shown: PolicyView| {
        view! {
            <button
                type="button"
                aria-pressed=move || (state.shown.get() == shown).to_string()
                on:click=move |_| if state.shown.get_untracked() != shown { state.show(shown) }
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label="View of the policies">
            {button("Form", PolicyView::Form)} {button("JSON", PolicyView::Json)}
        </div>
    }
}
