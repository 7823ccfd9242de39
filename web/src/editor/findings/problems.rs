//! The engine's messages on the policies, as a list with links to their places.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use leptos::prelude::*;

use super::guard::GuardSummary;
use crate::analysis::findings::{FindingItem, place_button, severity};
use crate::editor::state::{PolicyState, PolicyView};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::analysis::placed::is_on_policy;
use claimgate_workbench::policies::severities::Severities;

/// The list: errors, muted in a form until saving is tried, and warnings.
#[component]
pub(crate) fn Problems(state: PolicyState) -> impl IntoView {
    let errors = Memo::new(move |_| state.compiled.read().errors.clone());
    let is_text = Memo::new(move |_| state.shown.get() == PolicyView::Json);
    // A form that is being filled in is not wrong yet.
    let is_due = Memo::new(move |_| state.tried.get() || is_text.get());
    view! {
        <div role=move || if state.tried.get() { "alert" } else { "status" }>
            {move || (!errors.read().is_empty()).then(|| view! {
                <div
                    class=if is_due.get() { "notice notice--bad" } else { "notice" }
                    id="policy-errors"
                    tabindex="-1"
                >
                    <h3>{if is_due.get() { "These policies cannot be saved" } else { "Not complete yet" }}</h3>
                    <ul>{list(state, is_text.get(), &errors.read())}</ul>
                </div>
            })}
        </div>
        <GuardSummary state=state is_text=is_text />
        {move || match is_text.get() {
            true => in_full(state),
            false => in_short(state),
        }}
    }
}

/// The findings, with their tokens, proofs and fixes.
fn in_full(state: PolicyState) -> AnyView {
    let found = state.found.shown.get();
    if found.findings.is_empty() {
        return ().into_any();
    }
    let actions = state.finding_actions();
    let items = found
        .findings
        .iter()
        .map(|finding| view! { <FindingItem finding=finding.clone() actions=actions /> })
        .collect_view();
    view! {
        <div class="notice notice--note" class:stale=move || state.found.is_stale.get()>
            <h3>"Findings"</h3>
            <ul>{items}</ul>
        </div>
    }
    .into_any()
}

/// Links to the findings that the form shows beside rules and policies. Findings on other settings are in full.
fn in_short(state: PolicyState) -> AnyView {
    let found = state.found.shown.get();
    let actions = state.finding_actions();
    let (beside, others): (Vec<_>, Vec<_>) = found
        .findings
        .iter()
        .partition(|finding| is_on_policy(finding));
    let others = others
        .into_iter()
        .map(|finding| view! { <FindingItem finding=finding.clone() actions=actions /> })
        .collect_view();
    let links = beside.iter().map(|finding| {
        let (class, word) = severity(finding.diagnostic.severity);
        view! {
            <li>
                <span class=class>{word}</span> " " {place_button(finding.diagnostic.path.clone(), actions.go)} " "
                {inline_code(&finding.diagnostic.message)}
            </li>
        }
    });
    let count = Severities::of(beside.iter().map(|finding| finding.diagnostic.severity)).sentence();
    view! {
        {(!others.is_empty()).then(|| view! {
            <div class="notice notice--note"><h3>"Findings"</h3> <ul>{others}</ul></div>
        })}
        {(!beside.is_empty()).then(|| view! {
            <details class="more findings-list">
                <summary>{count} ", beside the rules"</summary>
                <ul class:stale=move || state.found.is_stale.get()>{links.collect_view()}</ul>
            </details>
        })}
    }
    .into_any()
}

fn list(state: PolicyState, is_text: bool, errors: &Diagnostics) -> AnyView {
    let go = state.finding_actions().go;
    let item = |error: &Diagnostic| {
        let can_go = is_text || !error.path.is_empty();
        let place = can_go.then(|| place_button(error.path.clone(), go));
        view! {
            <li>
                {place} " " {inline_code(&error.message)}
                {error.help.as_deref().map(|help| view! { <p class="hint">{inline_code(help)}</p> })}
            </li>
        }
    };
    errors.iter().map(item).collect_view().into_any()
}
