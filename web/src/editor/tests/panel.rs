//! The tests of an issuer, and the edited policies' decision on each.

use leptos::prelude::*;

use super::files::TestFiles;
use super::form::{Editing, TestForm, example_sample};
use super::result::HEADING;
use super::row::TestRow;
use super::server::ServerTests;
use crate::editor::state::PolicyState;
use crate::ui::empty_state::EmptyState;
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;
use claimgate_formats::Sample;
use claimgate_providers::Filled;
use claimgate_workbench::policies::trials::{Tally, Trial};

/// The panel.
#[component]
pub(crate) fn TestPanel(state: PolicyState, example: Option<Filled>, url: String) -> impl IntoView {
    let trials = state.trials;
    let turned = Memo::new(move |_| trials.read().iter().filter(|trial| trial.changes()).count());
    let tally = Memo::new(move |_| Tally::of(&trials.read()));
    let is_stale = Memo::new(move |_| state.compiled.read().set.is_none());
    let editing = RwSignal::new(None::<Editing>);
    let removed = RwSignal::new(None::<(usize, Sample)>);
    let ids = Memo::new(move |_| {
        let trials = trials.read();
        let id = |trial: &Trial| trial.sample.id.clone();
        trials.iter().map(id).collect::<Vec<_>>()
    });
    let url = StoredValue::new(url);
    view! {
        <section class="stack samples" aria-labelledby=HEADING>
            <div>
                <h2 id=HEADING tabindex="-1">"Tests"{move || tally.get().sentence().filter(|_| !is_stale.get()).map(|sentence| view! {
                    " " <span class="count" class:count--missed=move || !tally.get().is_good()>{sentence}</span>
                })}</h2>
                <p class="hint">"Claims of tokens, each with the decision that you expect. The decisions update as you type."</p>
                <ServerTests state=state />
            </div>
            <p class="samples__news" role="status">{move || changes_note(turned.get(), is_stale.get())}</p>
            <Show when=move || ids.read().is_empty() && editing.read().is_none()><Empty /></Show>
            <ul class="sample-list" aria-label="Tests" class:stale=move || is_stale.get()>
                <For each=move || ids.get() key=String::clone let:id>
                    <TestRow state=state id=id editing=editing removed=removed url=url />
                </For>
            </ul>
            <div role="status">
                {move || removed.get().map(|(_, sample)| view! {
                    <p class="samples__undo">
                        "Deleted " <strong>{untrusted_text(&sample.name)}</strong> "."
                        <button type="button" class="button button--small" on:click=move |_| bring_back(state, removed)>
                            {icon(Icon::Undo)} "Undo"
                        </button>
                    </p>
                })}
            </div>
            {move || editing.get().map(|editing_now| view! {
                <TestForm state=state editing=editing_now close=Callback::new(move |()| editing.set(None)) />
            })}
            <Show when=move || editing.read().is_none()><Add state=state example=example.clone() editing=editing /></Show>
            <TestFiles state=state url=url />
        </section>
    }
}

fn changes_note(turned: usize, is_stale: bool) -> Option<String> {
    match (turned, is_stale) {
        (_, true) => Some(
            "These policies have errors. The last version without errors decides the tests."
                .to_owned(),
        ),
        (0, false) => None,
        (1, false) => Some("1 decision differs from the saved policies.".to_owned()),
        (count, false) => Some(format!("{count} decisions differ from the saved policies.")),
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <EmptyState title="No tests yet" is_nested=true>
            "A test has the claims of a token and the decision that you expect: a deployment that must be allowed, or a pull \
             request that must be denied."
        </EmptyState>
    }
}

#[component]
fn Add(
    state: PolicyState,
    example: Option<Filled>,
    editing: RwSignal<Option<Editing>>,
) -> impl IntoView {
    let with_example = example.map(|example| {
        let add = move |_| {
            let sample = example_sample(&example);
            state.store.change(&state.id.read_value(), |issuer| issuer.samples.push(sample));
        };
        view! { <button type="button" class="button" on:click=add>"Add the provider's example"</button> }
    });
    view! {
        <div class="actions">
            <button type="button" class="button" on:click=move |_| editing.set(Some(Editing::new()))>
                {icon(Icon::Plus)} "Add test"
            </button>
            {with_example}
        </div>
    }
}

fn bring_back(state: PolicyState, removed: RwSignal<Option<(usize, Sample)>>) {
    if let Some((place, sample)) = removed.get_untracked() {
        state.store.change(&state.id.read_value(), |issuer| {
            let place = place.min(issuer.samples.len());
            issuer.samples.insert(place, sample);
        });
        removed.set(None);
    }
}
