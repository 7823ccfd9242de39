//! The policies as a form.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use super::card::PolicyCard;
use super::state::{PolicyState, focus_in};
use super::step::Step;
use crate::state::draft::{PolicyDraft, PolicyFields, fields_of};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::policies::sentence::sentence;

/// All policies, one card each.
#[component]
pub(crate) fn PolicyForm(state: PolicyState, starter: Vec<PolicyDefinition>) -> impl IntoView {
    let drafts = state.drafts;
    let add = move |_| {
        let blank = PolicyFields::blank();
        let draft = state.own(|| (&blank).into());
        drafts.update(|drafts| drafts.push(draft));
        focus_card(blank.key);
    };
    let moved = RwSignal::new(String::new());
    let step = Callback::new(move |(key, step)| take(state, moved, key, step));
    let place = move |key: usize| {
        Signal::derive(move || {
            drafts
                .read()
                .iter()
                .position(|draft| draft.key == key)
                .unwrap_or_default()
        })
    };
    view! {
        <Show when=move || drafts.read().is_empty()>
            <Empty state=state starter=starter.clone() />
        </Show>
        <For each=move || drafts.get() key=|draft| draft.key let:draft>
            <FoldedCard state=state policy=draft place=place(draft.key) step=step />
        </For>
        <p class="visually-hidden" role="status">{moved}</p>
        <div class="actions">
            <button type="button" class="button" on:click=add>"Add policy"</button>
            <Show when=move || { drafts.read().len() > 1 }>
                <span class="hint">"Their order changes no decision."</span>
            </Show>
        </div>
    }
}

/// With more policies than this, cards are folded at first.
const UNFOLDED: usize = 8;

/// A card, or one line in its place.
#[component]
fn FoldedCard(
    state: PolicyState,
    policy: PolicyDraft,
    place: Signal<usize>,
    step: Callback<(usize, Step)>,
) -> impl IntoView {
    let is_blank = policy.rules.with_untracked(|rules| {
        rules
            .iter()
            .all(|rule| rule.claim.read_untracked().is_empty())
    });
    let is_open =
        RwSignal::new(is_blank || state.drafts.with_untracked(|all| all.len() <= UNFOLDED));
    Effect::new(move || {
        if state.wanted.get() == Some(policy.key) {
            is_open.set(true);
        }
    });
    move || {
        if is_open.get() {
            return view! { <PolicyCard state=state policy=policy place=place step=step /> }
                .into_any();
        }
        view! {
            <button
                type="button"
                id=format!("policy-{}", policy.key)
                class="policy-line"
                class:policy-line--deny=move || *policy.decision.read() == "deny"
                aria-expanded="false"
                on:click=move |_| {
                    is_open.set(true);
                    focus_card(policy.key);
                }
            >
                <strong>{move || format!("Policy {}", place.get() + 1)}</strong> " "
                {move || inline_code(&sentence(&policy.fields()))}
            </button>
        }
        .into_any()
    }
}

#[component]
fn Empty(state: PolicyState, starter: Vec<PolicyDefinition>) -> impl IntoView {
    let has_starter = !starter.is_empty();
    view! {
        <div class="card empty">
            <h3>"Everything is denied"</h3>
            <p>"There are no policies, and what no policy allows is denied. Add an allow policy for the tokens that you expect."</p>
            {has_starter.then(move || view! {
                <button type="button" class="button" on:click=move |_| state.set_policies(&starter)>
                    "Use the starter policy"
                </button>
            })}
        </div>
    }
}

fn take(state: PolicyState, moved: RwSignal<String>, key: usize, step: Step) {
    let mut fields = untrack(|| fields_of(state.drafts));
    let Some(place) = fields.iter().position(|fields| fields.key == key) else {
        return;
    };
    let mut focused = key;
    match step {
        Step::Up if place > 0 => fields.swap(place, place - 1),
        Step::Down if place + 1 < fields.len() => fields.swap(place, place + 1),
        Step::Up | Step::Down => return,
        Step::Duplicate => {
            let twin = fields[place].duplicate();
            focused = twin.key;
            fields.insert(place + 1, twin);
        }
        Step::Remove => {
            fields.remove(place);
        }
    }
    state.restore(&fields);
    let number = fields
        .iter()
        .position(|fields| fields.key == focused)
        .unwrap_or_default()
        + 1;
    moved.set(match step {
        Step::Up | Step::Down => format!(
            "Now policy {number} of {}. Order changes no decision.",
            fields.len()
        ),
        Step::Duplicate => format!("Duplicated as policy {number}."),
        Step::Remove => format!("Removed policy {}. Undo brings it back.", place + 1),
    });
    match step {
        Step::Remove => {
            let next = fields.get(place).or(fields.last()).map(|fields| fields.key);
            next.into_iter().for_each(focus_card);
        }
        Step::Duplicate => focus_card(focused),
        // Moving an element takes its focus away.
        Step::Up | Step::Down => refocus(),
    }
}

/// Focuses the first field of a card, once it exists.
fn focus_card(key: usize) {
    request_animation_frame(move || {
        let id = format!("policy-{key}-fields");
        focus_in(document().get_element_by_id(&id));
    });
}

/// Restores the focus after the page has changed.
fn refocus() {
    use wasm_bindgen::JsCast;
    let focused = document()
        .active_element()
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    request_animation_frame(move || {
        if let Some(element) = focused {
            let _ = element.focus();
            element.scroll_into_view_with_bool(false);
        }
    });
}
