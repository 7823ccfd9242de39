//! One policy of the list: a line that unfolds to its form.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::card::PolicyCard;
use super::drag::Grip;
use super::state::{ListState, focus_fields, focus_line};
use crate::analysis::findings::policy_button;
use crate::editor::focus::{focus, focus_soon};
use crate::editor::sentence::sentence_view;
use crate::state::draft::PolicyDraft;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::idle::Idle;
use claimgate_workbench::policies::list_change::ListChange;
use claimgate_workbench::policies::sentence::sentence_in_list;
use claimgate_workbench::policies::trials::Facts;

/// The most policies that are named as the cause of another one's lack of effect.
const CAUSES: usize = 3;

/// The policy.
#[component]
pub(super) fn PolicyRow(list: ListState, policy: PolicyDraft) -> impl IntoView {
    let key = policy.key;
    let place = Memo::new(move |_| {
        let drafts = list.policies.drafts.read();
        drafts
            .iter()
            .position(|draft| draft.key == key)
            .unwrap_or_default()
    });
    let is_open = list.is_open(policy);
    let is_selected = Memo::new(move |_| list.selected.read().contains(&key));
    let idle = Memo::new(move |_| list.policies.found.idle.read().get(&place.get()).cloned());
    let step = Callback::new(move |change| take(list, key, change));
    let keys = move |event: ev::KeyboardEvent| {
        let change = match event.key().as_str() {
            "ArrowUp" => ListChange::Up,
            "ArrowDown" => ListChange::Down,
            _ => return,
        };
        if event.alt_key() && event.shift_key() {
            event.prevent_default();
            step.run(change);
        }
    };
    view! {
        <li
            id=format!("policy-{key}")
            class="policy"
            class:policy--deny=move || *policy.decision.read() == "deny"
            class:policy--open=move || is_open.get()
            class:policy--selected=move || is_selected.get() && list.is_long.get()
            class:policy--dragged=move || list.moving.get().is_some_and(|(dragged, _)| dragged == key)
            class:policy--drop-before=move || list.moving.get().is_some_and(|(_, before)| before == Some(key))
            class:policy--idle=move || idle.read().is_some()
            on:keydown=keys
        >
            <div class="policy__head">
                <Show when=move || { list.policies.drafts.read().len() > 1 }><Grip list=list key=key /></Show>
                <Show when=move || list.is_long.get()>
                    <label class="checkbox policy-select">
                        <input
                            type="checkbox"
                            prop:checked=move || is_selected.get()
                            on:change:target=move |event| select(list, key, event.target().checked())
                        />
                        <span class="visually-hidden">{move || format!("Select policy {}", place.get() + 1)}</span>
                    </label>
                </Show>
                <Line list=list policy=policy place=place is_open=is_open />
            </div>
            {move || idle.get().map(|idle| without_effect(list, idle))}
            {move || is_open.get().then(|| view! {
                <PolicyCard state=list.policies policy=policy place=place step=step />
            })}
        </li>
    }
}

/// Why a policy has no effect, with links to those that make it so.
fn without_effect(list: ListState, idle: Idle) -> AnyView {
    let go = list.policies.finding_actions().go;
    let more = idle.because_of.len().saturating_sub(CAUSES);
    let causes = idle.because_of.into_iter().take(CAUSES);
    let causes = causes
        .map(|policy| view! { " " {policy_button(policy, go)} })
        .collect_view();
    view! {
        <p class="policy__idle">
            {idle.phrase} {causes} {(more > 0).then(|| format!(" and {more} more"))}
        </p>
    }
    .into_any()
}

fn select(list: ListState, key: usize, is_selected: bool) {
    list.selected.update(|selected| {
        if is_selected {
            selected.insert(key);
        } else {
            selected.remove(&key);
        }
    });
}

/// The line: number, name, the policy in a sentence, its note, and what is known of it.
#[component]
fn Line(
    list: ListState,
    policy: PolicyDraft,
    place: Memo<usize>,
    is_open: Memo<bool>,
) -> impl IntoView {
    let key = policy.key;
    let toggle = move |_| list.fold(key, !is_open.get_untracked());
    let name = move || {
        let name = policy.name.read();
        (!name.is_empty())
            .then(|| view! { <strong class="policy__name">{untrusted_text(&name)}</strong> " " })
    };
    let note = move || {
        let note = policy.note.read();
        (!note.is_empty())
            .then(|| view! { " " <span class="policy__note">{untrusted_text(&note)}</span> })
    };
    view! {
        <button
            type="button"
            id=format!("policy-{key}-line")
            class="policy__line"
            aria-expanded=move || is_open.get().to_string()
            aria-controls=format!("policy-{key}-fields")
            on:click=toggle
            on:keydown=move |event| go(&event)
        >
            <span class="policy__number"><span class="visually-hidden">"Policy "</span> {move || place.get() + 1}</span> " "
            <span class="policy__sentence">{name} {move || written(policy)} {note}</span>
            <Known list=list place=place is_open=is_open />
        </button>
    }
}

/// The policy in a sentence.
fn written(policy: PolicyDraft) -> AnyView {
    let sentence = sentence_in_list(&policy.fields());
    let is_report = policy.report_only.get() && sentence.decision == "deny";
    sentence_view(sentence, is_report)
}

/// How many tests it decides, and what the engine found.
#[component]
fn Known(list: ListState, place: Memo<usize>, is_open: Memo<bool>) -> impl IntoView {
    let state = list.policies;
    let known = Memo::new(move |_| {
        let facts: Facts = state
            .facts
            .read()
            .get(place.get())
            .copied()
            .unwrap_or_default();
        // Errors of a form that is being filled in are shown once saving was tried.
        let errors = if state.tried.get() { facts.errors } else { 0 };
        let guarded = state.found.guarded.read().get(&place.get()).copied();
        (
            Facts { errors, ..facts },
            state.samples.read().len(),
            guarded,
        )
    });
    move || {
        let (facts, tests, guarded) = known.get();
        // Notes are counted where they are shown.
        let findings = match is_open.get() {
            true => facts.findings.sentence(),
            false => facts.findings.without_notes().sentence(),
        };
        let count = |count: usize, word: &str| {
            format!("{count} {word}{}", if count == 1 { "" } else { "s" })
        };
        view! {
            <span class="policy__facts">
                {(facts.errors > 0).then(|| view! { " " <span class="badge badge--bad">{count(facts.errors, "error")}</span> })}
                {guarded.map(|is_open| match is_open {
                    true => view! { " " <span class="badge badge--bad">"strangers admitted"</span> }.into_any(),
                    false => view! { " " <span class="badge badge--note">"strangers may be admitted"</span> }.into_any(),
                })}
                {(!findings.is_empty()).then(|| view! {
                    " " <span class="badge" class:badge--note=facts.findings.is_notable()>{findings}</span>
                })}
                {(tests > 0 && facts.hits > 0).then(|| view! {
                    " " <span class="badge policy__tests" title=format!("Decides {} of {}", facts.hits, count(tests, "test"))>
                        <span class="visually-hidden">"decides "</span> {count(facts.hits, "test")}
                    </span>
                })}
            </span>
        }
    }
}

/// Moves the focus to the line before or after.
fn go(event: &ev::KeyboardEvent) {
    let is_down = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    if event.alt_key() || event.shift_key() || event.ctrl_key() || event.meta_key() {
        return;
    }
    let row = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|line| line.closest(".policy").ok().flatten());
    let next = row.and_then(|row| match is_down {
        true => row.next_element_sibling(),
        false => row.previous_element_sibling(),
    });
    let line = next.and_then(|next| next.query_selector(".policy__line").ok().flatten());
    if line.is_some() {
        event.prevent_default();
        focus(line);
    }
}

/// Changes one policy, and keeps the focus in the list.
fn take(list: ListState, key: usize, change: ListChange) {
    let drafts = list.policies.drafts;
    let place = drafts.with_untracked(|all| all.iter().position(|draft| draft.key == key));
    let Some(place) = place.filter(|_| list.change(&[key], change)) else {
        return;
    };
    let at = |place: usize| drafts.with_untracked(|all| all.get(place).map(|draft| draft.key));
    match change {
        ListChange::Delete => match at(place).or_else(|| at(place.checked_sub(1)?)) {
            Some(next) => focus_line(next),
            None => focus_soon("add-policy".to_owned()),
        },
        ListChange::Duplicate => {
            if let Some(copy) = at(place + 1) {
                list.fold(copy, true);
                focus_fields(copy);
            }
        }
        // Moving an element takes its focus away.
        _ => refocus(),
    }
}

/// Restores the focus after the page has changed.
fn refocus() {
    let focused = document().active_element();
    request_animation_frame(move || {
        let element = focused.clone();
        focus(focused);
        if let Some(element) = element {
            element.scroll_into_view_with_bool(false);
        }
    });
}
