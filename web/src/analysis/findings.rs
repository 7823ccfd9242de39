//! What the analysis finds in edited policies, with the token or the proof, and fixes.

use claimgate::diagnostic::Severity;
use claimgate_analysis::{Finding, SafeFix};
use leptos::prelude::*;

use super::proof::Proved;
use super::witness::Token;
use crate::ui::inline_code::inline_code;
use claimgate_workbench::policies::place_name::place_name;
use claimgate_workbench::shell::docs::of_finding;

/// What can be done about a finding.
#[derive(Clone, Copy)]
pub(crate) struct FindingActions {
    /// Leads to the place of a path.
    pub(crate) go: Callback<String>,
    /// Replaces the policies that the finding is on.
    pub(crate) fix: Callback<SafeFix>,
}

/// A finding, with its token or proof, and buttons that fix it.
#[component]
pub(crate) fn FindingItem(
    finding: Finding,
    actions: FindingActions,
    /// Whether it is shown in its place, so that no button has to lead there.
    #[prop(optional)]
    is_beside: bool,
) -> impl IntoView {
    let Finding {
        diagnostic,
        witness,
        proof,
        fixes,
        because_of,
        ..
    } = finding;
    let FindingActions { go, fix } = actions;
    let (class, word) = severity(diagnostic.severity);
    let path = diagnostic.path.clone();
    let place = (!is_beside && !path.is_empty()).then(|| view! { {place_button(path, go)} " " });
    let causes = because_of
        .into_iter()
        .map(|policy| policy_button(policy, go))
        .collect_view();
    let fixes = fixes
        .into_iter()
        .map(|own| {
            let label = format!("Apply fix: {}", own.title);
            view! {
                <button type="button" class="button button--small" on:click=move |_| fix.run(own.clone())>{inline_code(&label)}</button>
            }
        })
        .collect_view();
    let code = diagnostic.code.to_string();
    view! {
        <li class="finding">
            <p><span class=class>{word}</span> " " {place} {inline_code(&diagnostic.message)} " " {documented(code)}</p>
            {diagnostic.help.as_deref().map(|help| view! { <p class="hint">{inline_code(help)}</p> })}
            <div class="finding__causes">{causes}</div>
            {witness.map(|witness| view! {
                <details class="more"><summary>"A token that proves it"</summary><Token witness=*witness /></details>
            })}
            {proof.map(|proof| view! { <Proved proof=*proof about=format!("of: {}", diagnostic.message) /> })}
            <div class="actions">{fixes}</div>
        </li>
    }
}

/// The class and the word of a finding's severity.
pub(crate) fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("badge badge--bad", "error"),
        Severity::Warning => ("badge badge--note", "warning"),
        _ => ("badge", "note"),
    }
}

/// A button that leads to a policy, counted from 0.
pub(crate) fn policy_button(policy: usize, go: Callback<String>) -> AnyView {
    place_button(format!("policies[{policy}]"), go)
}

/// A button that leads to the place of a path.
pub(crate) fn place_button(path: String, go: Callback<String>) -> AnyView {
    let label = match path.as_str() {
        "" => "Go there".to_owned(),
        path => place_name(path),
    };
    view! { <button type="button" class="place" on:click=move |_| go.run(path.clone())>{inline_code(&label)}</button> }
        .into_any()
}

/// The code of a finding, with a link to its documentation.
fn documented(code: String) -> AnyView {
    let address = of_finding(&code);
    view! {
        <a class="finding__code" href=address target="_blank" rel="noopener">
            <code>{code}</code> <span class="visually-hidden">" (documentation, opens in a new tab)"</span>
        </a>
    }
    .into_any()
}
