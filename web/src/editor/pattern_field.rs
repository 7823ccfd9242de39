//! A pattern field with highlighted wildcards, and suggestions for the claim.

use leptos::prelude::*;

use super::at::AtPattern;
use super::state::PolicyState;
use crate::state::draft::unique;
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::inline_code::inline_code;

/// The field. `key` is its draft's key, `claim` the claim of its rule.
#[component]
pub(crate) fn PatternField(
    state: PolicyState,
    key: usize,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(into)] claim: Signal<Option<String>>,
    #[prop(into)] error: Signal<String>,
    #[prop(optional)] hide_label: bool,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] placeholder: &'static str,
) -> impl IntoView {
    let notes = format!("pattern-{}", unique());
    let choices = Signal::derive(move || choices(state, claim.read().as_deref()));
    let cursor = Callback::new(move |cursor| {
        let pattern = value.get_untracked();
        state.at.set(Some(AtPattern {
            key: Some(key),
            policy: None,
            claim: claim.get_untracked(),
            pattern,
            cursor,
        }));
    });
    view! {
        <div class="field">
            <Combobox
                label=label
                hide_label=hide_label
                value=value
                choices=choices
                list_label="Useful patterns"
                placeholder=placeholder
                is_pattern=true
                described_by=notes.clone()
                invalid=Signal::derive(move || !error.read().is_empty())
                on_cursor=cursor
            />
            <div id=notes class="notes">
                {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
                {move || (!error.read().is_empty()).then(|| view! { <p class="error">{inline_code(&error.read())}</p> })}
            </div>
        </div>
    }
}

/// Suggested patterns for a claim, then its known values.
fn choices(state: PolicyState, claim: Option<&str>) -> Vec<Choice> {
    let known = state.known.read();
    let Some(known) = known
        .iter()
        .find(|known| Some(known.path.as_str()) == claim)
    else {
        return Vec::new();
    };
    let choice = |value: &String, doc: &str| Choice {
        value: value.clone(),
        doc: doc.to_owned(),
    };
    let patterns = known
        .patterns
        .iter()
        .map(|pattern| choice(pattern, "pattern"));
    let values = known
        .values
        .iter()
        .filter(|value| !known.patterns.contains(value));
    patterns
        .chain(values.map(|value| choice(value, "known value")))
        .collect()
}
