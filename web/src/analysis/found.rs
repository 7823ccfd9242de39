//! What the analysis finds in edited policies, asked of a worker.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use claimgate::diagnostic::Diagnostic;
use claimgate::policy::PolicyDefinition;
use claimgate_analysis::{Edited, Finding};
use leptos::prelude::*;

use super::worker::{Live, REST, live_of};
use claimgate_workbench::analysis::idle::{Idle, idle};
use claimgate_workbench::analysis::question::Settings;

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

/// Checks policies in a worker, again whenever they change, once that is wanted. While they have errors,
/// `policies` is `None`, and the last answer stays.
pub(crate) fn checked(
    settings: Memo<Settings>,
    saved: Signal<Vec<PolicyDefinition>>,
    policies: Memo<Option<Vec<PolicyDefinition>>>,
    is_wanted: Memo<bool>,
) -> Live<Arc<Found>> {
    let is_first = StoredValue::new(true);
    let rest = move || {
        settings.track();
        saved.track();
        let is_some = policies.read().as_ref().is_some_and(|own| !own.is_empty());
        (is_some && is_wanted.get()).then(|| match is_first.try_update_value(std::mem::take) {
            Some(true) => FIRST_REST,
            _ => REST,
        })
    };
    let question = move || {
        let edited = policies.get().unwrap_or_default();
        (settings.read().edited(&saved.read(), &edited), edited)
    };
    live_of(rest, question, |edited, answer: Edited| {
        Arc::new(Found::analyzed(edited, answer))
    })
}
