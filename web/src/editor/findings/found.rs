//! What is found in the edited policies, while it still applies to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use crate::analysis::found::Found;
use crate::state::draft::PolicyDraft;
use claimgate_workbench::analysis::guard::guarded;
use claimgate_workbench::analysis::idle::Idle;
use claimgate_workbench::analysis::placed::still_fit;

/// The findings of the editor.
#[derive(Clone, Copy)]
pub(crate) struct FoundState {
    /// What the analysis found, once it has answered.
    pub(super) checked: RwSignal<Option<Arc<Found>>>,
    /// What is shown: that, or what can be read off the text of policies that it has not looked at.
    pub(crate) shown: Memo<Arc<Found>>,
    /// Whether that is about an earlier version of a policy.
    pub(crate) is_stale: Memo<bool>,
    /// The policies without effect.
    pub(crate) idle: Memo<BTreeMap<usize, Idle>>,
    /// The policies on which the guard has a finding, each with whether it is known to admit strangers.
    pub(crate) guarded: Memo<BTreeMap<usize, bool>>,
}

/// What findings are about.
#[derive(Clone, Copy)]
pub(crate) struct Edits {
    pub(crate) drafts: RwSignal<Vec<PolicyDraft>>,
    /// Whether they are edited as text.
    pub(crate) is_text: Signal<bool>,
    pub(crate) written: Memo<Result<Vec<PolicyDefinition>, Diagnostics>>,
    /// What can be read off their text: computed only while nothing else is known.
    pub(crate) on_text: Memo<Vec<Diagnostic>>,
}

impl FoundState {
    pub(crate) fn new(edits: Edits) -> Self {
        let Edits { written, .. } = edits;
        let checked = RwSignal::new(None::<Arc<Found>>);
        let shown = Memo::new_with_compare(
            move |_| {
                let fitting = checked.get().filter(|found| edits.fit(found));
                let read = || Arc::new(Found::read(&edits.on_text.read()));
                fitting.unwrap_or_else(read)
            },
            // The same by its address: comparing all findings takes longer.
            |one, other| one.map(Arc::as_ptr) != other.map(Arc::as_ptr),
        );
        let is_stale = Memo::new(move |_| {
            let shown = shown.read();
            let policies = shown.policies.as_ref();
            policies.is_some_and(|policies| written.read().as_ref() != Ok(policies))
        });
        Self {
            checked,
            shown,
            is_stale,
            idle: Memo::new(move |_| shown.read().idle.clone()),
            guarded: Memo::new(move |_| guarded(&shown.read().guard)),
        }
    }
}

impl Edits {
    /// Whether findings fit the policies: while a text cannot be read, as far as is known.
    fn fit(self, found: &Found) -> bool {
        let Some(policies) = &found.policies else {
            return false;
        };
        match &*self.written.read() {
            Ok(written) => still_fit(policies, written),
            Err(_) => self.is_text.get() || self.drafts.read().len() == policies.len(),
        }
    }
}
