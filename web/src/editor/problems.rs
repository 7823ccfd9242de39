//! The engine's messages on the policies, as a list with links to their places.

use claimgate::diagnostic::Diagnostic;
use claimgate_analysis::{SafeFix, apply};
use leptos::prelude::*;

use super::state::{PolicyState, PolicyView};
use crate::analysis::findings::{Checked, FindingItem};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::policies::place_name::place_name;

/// An entry of the list.
#[derive(Clone, PartialEq, Eq)]
struct Entry {
    path: String,
    message: String,
    help: Option<String>,
}

/// The list: errors, muted in a form until saving is tried, and warnings.
#[component]
pub(crate) fn Problems(state: PolicyState) -> impl IntoView {
    let errors = Memo::new(move |_| {
        let compiled = state.compiled.read();
        let errors = compiled.errors.iter();
        let entry = |error: &claimgate::diagnostic::Diagnostic| Entry {
            path: error.path.clone(),
            message: error.message.clone(),
            help: error.help.clone(),
        };
        errors.map(entry).collect::<Vec<_>>()
    });
    // A form that is being filled in is not wrong yet.
    let is_due = Memo::new(move |_| state.tried.get() || state.shown.get() == PolicyView::Json);
    let findings = Memo::new(move |_| {
        let entry = |finding: &Diagnostic| Entry {
            path: finding.path.clone(),
            message: finding.message.clone(),
            help: finding.help.clone(),
        };
        state
            .compiled
            .read()
            .findings
            .iter()
            .map(entry)
            .collect::<Vec<_>>()
    });
    view! {
        <div role=move || if state.tried.get() { "alert" } else { "status" }>
            {move || (!errors.read().is_empty()).then(|| view! {
                <div
                    class=if is_due.get() { "notice notice--bad" } else { "notice" }
                    id="policy-errors"
                    tabindex="-1"
                >
                    <h3>{if is_due.get() { "These policies cannot be saved" } else { "Not complete yet" }}</h3>
                    <ul>{list(state, &errors.read())}</ul>
                </div>
            })}
        </div>
        {move || match state.checked.get() {
            Some(checked) => analyzed(state, checked),
            None => (!findings.read().is_empty()).then(|| view! {
                <div class="notice notice--note">
                    <h3>"Worth a second look"</h3>
                    <ul>{list(state, &findings.read())}</ul>
                </div>
            })
            .into_any(),
        }}
    }
}

/// What the analysis found, with fixes of the policies that it is about.
fn analyzed(state: PolicyState, checked: Checked) -> AnyView {
    let Checked { policies, findings } = checked;
    if findings.is_empty() {
        return ().into_any();
    }
    let go = Callback::new(move |path: String| state.go_to(&path));
    let policies = StoredValue::new(policies);
    let fix = Callback::new(move |fix: SafeFix| {
        // Not after another edit: the places would be others.
        let is_fresh = state
            .written
            .with_untracked(|written| written.as_ref() == Ok(&*policies.read_value()));
        if is_fresh {
            state.set_policies(&apply(&policies.read_value(), &fix.edits));
        }
    });
    let items = findings
        .into_iter()
        .map(|finding| view! { <FindingItem finding=finding go=go fix=fix /> })
        .collect_view();
    view! {
        <div class="notice notice--note">
            <h3>"Worth a second look"</h3>
            <ul>{items}</ul>
        </div>
    }
    .into_any()
}

fn list(state: PolicyState, entries: &[Entry]) -> AnyView {
    let item = |entry: &Entry| {
        let path = entry.path.clone();
        let label = if path.is_empty() {
            "Go there".to_owned()
        } else {
            place_name(&path)
        };
        let can_go = !path.is_empty() || state.shown.get_untracked() == PolicyView::Json;
        let place = match can_go {
            true => view! {
                <button type="button" class="place" on:click=move |_| state.go_to(&path)>{inline_code(&label)}</button>
            }
            .into_any(),
            false => ().into_any(),
        };
        view! {
            <li>
                {place} " " {inline_code(&entry.message)}
                {entry.help.as_deref().map(|help| view! { <p class="hint">{inline_code(help)}</p> })}
            </li>
        }
    };
    entries.iter().map(item).collect_view().into_any()
}
