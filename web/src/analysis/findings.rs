//! What the analysis finds in edited policies, with the token or the proof, and fixes.

use claimgate::diagnostic::Severity;
use claimgate::policy::PolicyDefinition;
use claimgate_analysis::{Finding, Findings, SafeFix};
use leptos::prelude::*;

use super::proof::Proved;
use super::witness::Token;
use super::worker::live;
use crate::ui::inline_code::inline_code;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::policies::place_name::place_name;

/// Findings, and the policies that they are on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checked {
    /// The policies.
    pub(crate) policies: Vec<PolicyDefinition>,
    /// The findings.
    pub(crate) findings: Vec<Finding>,
}

/// Checks policies in a worker, again whenever they change; `policies` is `None` while they have errors.
pub(crate) fn checked(
    settings: Signal<Settings>,
    policies: Signal<Option<Vec<PolicyDefinition>>>,
) -> Memo<Option<Checked>> {
    let asked = live::<Findings>(move || {
        let policies = policies.read();
        let settings = settings.read();
        policies.as_ref().map(|policies| settings.analyze(policies))
    });
    Memo::new(move |last: Option<&Option<Checked>>| {
        let last = last.cloned().flatten();
        if asked.is_busy.get() {
            return last;
        }
        let policies = policies.get_untracked();
        match (asked.answer.get(), policies) {
            (Some(Ok(found)), Some(policies)) => Some(Checked {
                policies,
                findings: found.findings,
            }),
            _ => None,
        }
    })
}

/// A finding, with a button that leads to its place, and buttons that fix it.
#[component]
pub(crate) fn FindingItem(
    finding: Finding,
    /// Leads to the place of a path.
    go: Callback<String>,
    /// Replaces the policies that the finding is on.
    fix: Callback<SafeFix>,
) -> impl IntoView {
    let Finding {
        diagnostic,
        witness,
        proof,
        fixes,
        ..
    } = finding;
    let (class, word) = match diagnostic.severity {
        Severity::Error => ("badge badge--bad", "error"),
        Severity::Warning => ("badge badge--note", "warning"),
        _ => ("badge", "note"),
    };
    let path = diagnostic.path.clone();
    let place = (!path.is_empty()).then(|| {
        let label = place_name(&path);
        view! { <button type="button" class="place" on:click=move |_| go.run(path.clone())>{inline_code(&label)}</button> " " }
    });
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
            <p><span class=class>{word}</span> " " {place} {inline_code(&diagnostic.message)} " " <code class="finding__code">{code}</code></p>
            {diagnostic.help.as_deref().map(|help| view! { <p class="hint">{inline_code(help)}</p> })}
            {witness.map(|witness| view! {
                <details class="more"><summary>"A token that shows it"</summary><Token witness=*witness /></details>
            })}
            {proof.map(|proof| view! { <Proved proof=*proof about=format!("of: {}", diagnostic.message) /> })}
            <div class="actions">{fixes}</div>
        </li>
    }
}
