//! Whether the tests are as expected, beside what saves the policies.

use claimgate::text::list;
use leptos::prelude::*;

use crate::editor::focus::focus_soon;
use crate::editor::state::PolicyState;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::policies::trials::{Tally, Trial};

/// The identifier of the heading of the tests.
pub(super) const HEADING: &str = "tests-heading";

/// How many failing tests the save bar names.
const NAMED: usize = 2;

/// How many tests are as expected, with links to those that are not; or how many errors the policies have.
#[component]
pub(crate) fn TestResult(state: PolicyState) -> impl IntoView {
    let tally = Memo::new(move |_| Tally::of(&state.trials.read()));
    let failing = Memo::new(move |_| failing(&state.trials.read()));
    let errors = Memo::new(move |_| shown_errors(state));
    let left_out = Memo::new(move |_| state.incomplete());
    move || {
        if errors.get() > 0 {
            return Some(errors_in_place(errors.get()));
        }
        let sentence = tally.get().sentence()?;
        let failing = failing.get();
        let left_out = left_out.get();
        let without = (!left_out.is_empty())
            .then(|| view! { <span class="hint">" without " {list::policies(&left_out)}</span> });
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
                <button type="button" class="place" title="Go to the tests" on:click=move |_| focus_soon(HEADING.to_owned())>
                    <span class=class>{sentence}</span>
                </button>
                {without}
                {links.collect_view()}
                {(more > 0).then(|| format!(" and {more} more"))}
            </p>
        }.into_any())
    }
}

/// How many errors the policies have, once they are shown: nothing decides the tests until they are corrected.
fn shown_errors(state: PolicyState) -> usize {
    let compiled = state.compiled.read();
    match state.tried.get() || compiled.set.is_none() {
        true => compiled.errors.len(),
        false => 0,
    }
}

/// The number of errors, in place of tests of an earlier version, with a link to them.
fn errors_in_place(count: usize) -> AnyView {
    let label = match count {
        1 => "1 error".to_owned(),
        count => format!("{count} errors"),
    };
    view! {
        <p class="test-result" role="status">
            <button type="button" class="place" on:click=move |_| focus_soon("policy-errors".to_owned())>
                <span class="bad">{label}</span>
            </button>
            <span class="hint">" · the tests wait until they are corrected"</span>
        </p>
    }
    .into_any()
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
