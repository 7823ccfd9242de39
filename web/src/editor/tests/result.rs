//! Whether the tests are as expected, beside what saves the policies.

use leptos::prelude::*;

use crate::editor::focus::focus_soon;
use crate::editor::state::PolicyState;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::policies::trials::{Tally, Trial};

/// How many failing tests the save bar names.
const NAMED: usize = 2;

/// How many tests are as expected, with links to those that are not.
#[component]
pub(crate) fn TestResult(state: PolicyState) -> impl IntoView {
    let tally = Memo::new(move |_| Tally::of(&state.trials.read()));
    let failing = Memo::new(move |_| failing(&state.trials.read()));
    move || {
        let sentence = tally.get().sentence()?;
        let failing = failing.get();
        let more = failing.len().saturating_sub(NAMED);
        let links = failing.into_iter().take(NAMED).map(|(id, name)| {
            view! { " " <TestLink id=id name=name /> }
        });
        let class = if more + links.len() == 0 {
            "good"
        } else {
            "bad"
        };
        Some(view! {
            <p class="test-result" role="status">
                <span class=class>{sentence}</span>
                {links.collect_view()}
                {(more > 0).then(|| format!(" and {more} more"))}
            </p>
        })
    }
}

/// The tests that are not as expected: their identifiers and names.
fn failing(trials: &[Trial]) -> Vec<(String, String)> {
    let failing = trials.iter().filter(|trial| trial.passes() == Some(false));
    failing
        .map(|trial| (trial.sample.id.clone(), trial.sample.name.clone()))
        .collect()
}

/// A button that goes to a test.
#[component]
fn TestLink(id: String, name: String) -> impl IntoView {
    view! {
        <button type="button" class="place" on:click=move |_| focus_soon(element_id(&id))>{untrusted_text(&name)}</button>
    }
}

/// The identifier of a test's element.
pub(super) fn element_id(id: &str) -> String {
    format!("test-{id}")
}

/// Before saving: the tests that are not as expected, and those whose decision changes.
#[component]
pub(crate) fn TestReview(
    trials: Vec<Trial>,
    /// Called before a link leads to a test; none where there are no tests to go to.
    leave: Option<Callback<()>>,
) -> impl IntoView {
    let tally = Tally::of(&trials);
    let missed = trials.iter().filter_map(|trial| {
        let id = element_id(&trial.sample.id);
        let name = untrusted_text(&trial.sample.name);
        let miss = trial.miss()?;
        let name = match leave {
            None => name.into_any(),
            Some(leave) => {
                let go = move |_| {
                    leave.run(());
                    focus_soon(id.clone());
                };
                view! { <button type="button" class="place" on:click=go>{name}</button> }.into_any()
            }
        };
        Some(view! { <li>{name} ": " <strong>{miss}</strong></li> })
    });
    let missed = missed.collect_view();
    let turned: Vec<_> = trials.iter().filter(|trial| trial.changes()).collect();
    let item = |trial: &&Trial| {
        view! { <li>{untrusted_text(&trial.sample.name)} ": " <strong>{trial.turn()}</strong></li> }
    };
    view! {
        {tally.sentence().map(|sentence| match tally.is_good() {
            true => view! { <p class="good">"✓ Tests: " {sentence}</p> }.into_any(),
            false => view! {
                <div class="notice notice--bad">
                    <h3>"Tests: " {sentence}</h3>
                    <ul>{missed}</ul>
                </div>
            }
            .into_any(),
        })}
        {if turned.is_empty() {
            view! { <p class="hint">"Every test is decided as before."</p> }.into_any()
        } else {
            view! {
                <div class="notice notice--note">
                    <h3>"Tests whose decision changes"</h3>
                    <ul>{turned.iter().map(item).collect_view()}</ul>
                </div>
            }
            .into_any()
        }}
    }
}
