//! One test: the decision, whether it is expected, and its claims.

use claimgate::explain::Outcome;
use leptos::prelude::*;

use super::form::Editing;
use super::playground_link::PlaygroundLink;
use super::result::element_id;
use crate::editor::state::PolicyState;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::{Sample, outcome_word};
use claimgate_workbench::policies::trials::Trial;

/// The test.
#[component]
pub(super) fn TestRow(
    state: PolicyState,
    id: String,
    editing: RwSignal<Option<Editing>>,
    removed: RwSignal<Option<(usize, Sample)>>,
    url: StoredValue<String>,
) -> impl IntoView {
    let element = element_id(&id);
    let id = StoredValue::new(id);
    let is_own = move |trial: &Trial| trial.sample.id == *id.read_value();
    let trial = Memo::new(move |_| {
        state
            .trials
            .read()
            .iter()
            .find(|trial| is_own(trial))
            .cloned()
    });
    let sample = Memo::new(move |_| trial.get().map(|trial| trial.sample));
    let name = move || sample.get().map(|sample| sample.name).unwrap_or_default();
    let edit = move |_| editing.set(sample.get_untracked().map(Editing::of));
    let remove = move |_| {
        let place = state
            .trials
            .with_untracked(|trials| trials.iter().position(is_own));
        let (Some(place), Some(sample)) = (place, sample.get_untracked()) else {
            return;
        };
        state.store.change(&state.id.read_value(), |issuer| {
            issuer.samples.retain(|other| other.id != sample.id);
        });
        removed.set(Some((place, sample)));
    };
    view! {
        <li
            id=element
            tabindex="-1"
            class="sample"
            class:sample--turned=move || trial.read().as_ref().is_some_and(Trial::changes)
            class:sample--missed=move || trial.read().as_ref().and_then(Trial::passes) == Some(false)
        >
            {move || trial.get().map(|trial| decision(&trial))}
            <div class="sample__actions">
                <Accept state=state trial=trial />
                <PlaygroundLink state=state sample=sample url=url />
                <button type="button" class="button button--quiet button--tool" on:click=edit>
                    "Edit" <span class="visually-hidden">" " {name}</span>
                </button>
                <button type="button" class="button button--quiet button--tool" on:click=remove>
                    "Delete" <span class="visually-hidden">" " {name}</span>
                </button>
            </div>
            <details>
                <summary>"Claims"</summary>
                <pre>{move || sample.get().map(|sample| claims_text(&sample.claims))}</pre>
            </details>
        </li>
    }
}

/// The button that makes the present decision the expected one, where none is expected.
#[component]
fn Accept(state: PolicyState, trial: Memo<Option<Trial>>) -> impl IntoView {
    let open = Memo::new(move |_| {
        let trial = trial.get().filter(|trial| trial.sample.expect.is_none())?;
        Some((trial.sample.id, trial.sample.name, trial.now?.outcome))
    });
    let expect = move |_| {
        let Some((id, _, outcome)) = open.get_untracked() else {
            return;
        };
        state.store.change(&state.id.read_value(), |issuer| {
            let found = issuer.samples.iter_mut().find(|sample| sample.id == id);
            if let Some(sample) = found {
                sample.expect = Some(outcome);
            }
        });
    };
    move || {
        open.get().map(|(_, name, outcome)| {
            view! {
                <button type="button" class="button button--quiet button--tool" on:click=expect>
                    "Expect " {outcome_word(outcome)} <span class="visually-hidden">" for " {name}</span>
                </button>
            }
        })
    }
}

/// Text of several lines: line breaks are kept, other hidden characters are marked.
fn claims_text(text: &str) -> AnyView {
    text.lines()
        .map(|line| view! { {untrusted_text(line)} "\n" })
        .collect_view()
        .into_any()
}

fn decision(trial: &Trial) -> AnyView {
    let (decided, word) = match trial.now.as_ref().map(|decided| decided.outcome) {
        Some(Outcome::Allowed) => ("✓", "Allowed"),
        Some(Outcome::Denied) => ("✕", "Denied"),
        None => ("?", "Undecided"),
    };
    // Whether the test passes, because a denial may be what is expected; without an expectation, the decision.
    let (symbol, class) = match trial.passes() {
        Some(true) => ("✓", "mark mark--good"),
        Some(false) => ("✕", "mark mark--bad"),
        None => (decided, "mark"),
    };
    let was = trial
        .before
        .as_ref()
        .filter(|_| trial.changes())
        .map(|before| format!("was {}", outcome_word(before.outcome)));
    let sentence = match (&trial.problem, &trial.now) {
        (Some(problem), _) => format!("Its claims cannot be read: {problem}."),
        (None, Some(decided)) => decided.summary.clone(),
        (None, None) => "No version of the policies is without errors yet.".to_owned(),
    };
    let expected = trial.sample.expect.map(|expected| match trial.passes() {
        Some(true) => view! { <span class="badge badge--good">"as expected"</span> }.into_any(),
        _ => view! { <span class="badge badge--bad">"expected " {outcome_word(expected)}</span> }
            .into_any(),
    });
    view! {
        <div class="sample__head">
            <span class=class aria-hidden="true">{symbol}</span>
            <strong class="sample__name">{untrusted_text(&trial.sample.name)}</strong>
            <span class="sample__word">{word}</span>
            {was.map(|was| view! { <span class="badge badge--note">{was}</span> })}
            {expected}
        </div>
        <p class="sample__sentence">{untrusted_text(&sentence)}</p>
        {requested(&trial.sample).map(|requested| view! { <p class="hint">{untrusted_text(&requested)}</p> })}
    }
    .into_any()
}

/// The requested token, if it is not the default.
fn requested(sample: &Sample) -> Option<String> {
    match (sample.token_type.as_str(), sample.admin) {
        ("organization", false) => None,
        ("organization", true) => {
            Some("Requests an organization token with the scope admin.".to_owned())
        }
        (kind, _) => Some(format!("Requests a {kind} token for {}.", sample.target)),
    }
}
