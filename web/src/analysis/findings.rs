//! What the analysis finds in edited policies, with the token or the proof, and fixes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use claimgate::diagnostic::{Diagnostic, Severity};
use claimgate::policy::PolicyDefinition;
use claimgate_analysis::{Edited, Finding, SafeFix};
use leptos::prelude::*;

use super::proof::Proved;
use super::witness::Token;
use super::worker::{REST, live_of};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::analysis::idle::{Idle, idle};
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::policies::place_name::place_name;
use claimgate_workbench::shell::docs::of_finding;

/// How long the first policies rest before they are checked: the page comes first.
const FIRST_REST: Duration = Duration::from_secs(1);

/// What is found in policies.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// The policies, if the analysis has looked at them: fixes are of them.
    pub(crate) policies: Option<Vec<PolicyDefinition>>,
    /// The findings.
    pub(crate) findings: Vec<Finding>,
    /// What the guard finds on the change.
    pub(crate) guard: Vec<Finding>,
    /// The policies without effect.
    pub(crate) idle: BTreeMap<usize, Idle>,
}

impl Found {
    /// What was read off the text of the policies.
    pub(crate) fn read(diagnostics: &[Diagnostic]) -> Self {
        Self {
            findings: diagnostics.iter().cloned().map(Finding::from).collect(),
            ..Self::default()
        }
    }

    fn analyzed(policies: Vec<PolicyDefinition>, answer: Edited) -> Self {
        let findings = answer.found.findings;
        Self {
            policies: Some(policies),
            idle: idle(&findings),
            findings,
            guard: answer.guard,
        }
    }
}

/// Checks policies in a worker, again whenever they change. While they have errors, `policies` is `None`, and
/// the last answer stays.
pub(crate) fn checked(
    settings: Signal<Settings>,
    saved: Signal<Vec<PolicyDefinition>>,
    policies: Signal<Option<Vec<PolicyDefinition>>>,
) -> Memo<Option<Arc<Found>>> {
    let is_first = StoredValue::new(true);
    let rest = move || {
        settings.track();
        saved.track();
        let is_some = policies.read().as_ref().is_some_and(|own| !own.is_empty());
        is_some.then(|| match is_first.try_update_value(std::mem::take) {
            Some(true) => FIRST_REST,
            _ => REST,
        })
    };
    let about = StoredValue::new(Vec::new());
    let question = move || {
        let edited = policies.get().unwrap_or_default();
        let question = settings.read().edited(&saved.read(), &edited);
        about.set_value(edited);
        question
    };
    let asked = live_of::<Edited>(rest, question);
    Memo::new_with_compare(
        move |last: Option<&Option<Arc<Found>>>| {
            let last = last.cloned().flatten();
            if asked.is_busy.get() {
                return last;
            }
            match asked.answer.get() {
                Some(Ok(answer)) => Some(Arc::new(Found::analyzed(about.get_value(), answer))),
                Some(Err(_)) => None,
                None => last,
            }
        },
        is_another,
    )
}

/// Whether an answer is another one: for memos, which would compare all findings.
pub(crate) fn is_another(
    one: Option<&Option<Arc<Found>>>,
    other: Option<&Option<Arc<Found>>>,
) -> bool {
    let address =
        |answer: Option<&Option<Arc<Found>>>| answer.map(|own| own.as_ref().map(Arc::as_ptr));
    address(one) != address(other)
}

/// How a finding is shown.
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
        .map(|policy| place_button(format!("policies[{policy}]"), go))
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
                <details class="more"><summary>"A token that shows it"</summary><Token witness=*witness /></details>
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

/// A button that leads to the place of a path.
pub(crate) fn place_button(path: String, go: Callback<String>) -> AnyView {
    let label = place_name(&path);
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
