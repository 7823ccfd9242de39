//! Tests as files: export and import of `NAME.test.json`.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::editor::state::PolicyState;
use crate::state::download::{download, file_name, file_of};
use crate::state::store::new_id;
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use claimgate_formats::Sample;
use claimgate_workbench::policies::test_file::{Imported, from_file, to_file};

/// What came of an import.
#[derive(Clone, Default)]
struct Outcome {
    added: Option<String>,
    notes: Vec<String>,
    problems: Vec<String>,
}

/// The buttons, and what came of an import.
#[component]
pub(super) fn TestFiles(state: PolicyState, url: StoredValue<String>) -> impl IntoView {
    let outcome = RwSignal::new(Outcome::default());
    let has_tests = Memo::new(move |_| !state.samples.read().is_empty());
    let export = move |_| {
        let Some(issuer) = state.store.find(&state.id.read_value()) else {
            return;
        };
        let text = to_file(&url.read_value(), &issuer.samples);
        download(&file_name(&issuer.name, "test.json"), &text);
    };
    let read = move |holder: JsValue| {
        spawn_local(async move {
            let file = file_of(holder).await;
            let found = match file {
                Some((_, text)) => add(state, &text),
                None => Outcome {
                    problems: vec!["the file could not be read as text".to_owned()],
                    ..Outcome::default()
                },
            };
            outcome.try_set(found);
        });
    };
    view! {
        <details class="more">
            <summary>"Test files"</summary>
            <div class="stack--tight">
                <p class="hint">
                    "A file such as " <code>"github-actions.test.json"</code> " keeps tests beside the policies, for "
                    <code>"claimgate test"</code> "."
                </p>
                <Show when=move || has_tests.get()>
                    <div class="actions">
                        <button type="button" class="button button--small" on:click=export>
                            {icon(Icon::Download)} "Export tests"
                        </button>
                    </div>
                </Show>
                <label class="field">
                    <span class="label">"Import tests"</span>
                    <input
                        type="file"
                        accept=".json,application/json"
                        on:change:target=move |event| read(event.target().into())
                    />
                </label>
                <div role="status">{move || shown(&outcome.read())}</div>
            </div>
        </details>
    }
}

/// Adds the tests of a file that the issuer does not have.
fn add(state: PolicyState, text: &str) -> Outcome {
    let known = state.store.find(&state.id.read_value());
    let known = known.map(|issuer| issuer.samples).unwrap_or_default();
    let Imported { tests, notes } = match from_file(text, &known) {
        Ok(imported) => imported,
        Err(problems) => {
            return Outcome {
                problems,
                ..Outcome::default()
            };
        }
    };
    let is_new = |test: &Sample| {
        let is_same = |known: &Sample| {
            Sample {
                id: String::new(),
                ..known.clone()
            } == *test
        };
        !known.iter().any(is_same)
    };
    let total = tests.len();
    let new: Vec<_> = tests.into_iter().filter(is_new).collect();
    let count = new.len();
    state.store.change(&state.id.read_value(), |issuer| {
        let with_id = |test| Sample {
            id: new_id(),
            ..test
        };
        issuer.samples.extend(new.into_iter().map(with_id));
    });
    let added = match (count, total - count) {
        (1, 0) => "✓ Added 1 test.".to_owned(),
        (count, 0) => format!("✓ Added {count} tests."),
        (count, known) => format!("✓ Added {count} of {total} tests. {known} were there already."),
    };
    Outcome {
        added: Some(added),
        notes,
        ..Outcome::default()
    }
}

fn shown(outcome: &Outcome) -> AnyView {
    let list = |items: &[String]| {
        let item = |text: &String| view! { <li>{inline_code(text)}</li> };
        (!items.is_empty()).then(|| view! { <ul>{items.iter().map(item).collect_view()}</ul> })
    };
    let problems = (!outcome.problems.is_empty()).then(|| {
        view! {
            <div class="notice notice--bad">
                <h3>"This file cannot be imported"</h3>
                {list(&outcome.problems)}
            </div>
        }
    });
    view! {
        {outcome.added.clone().map(|added| view! { <p class="good">{added}</p> })}
        {list(&outcome.notes)}
        {problems}
    }
    .into_any()
}
