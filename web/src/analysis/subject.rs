//! What the section on who gets in is about.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;

use crate::editor::state::PolicyState;
use crate::state::store::use_store;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::playground::share::SharedIssuer;

/// What the parts of the section share.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    /// The edited policies, or the last ones without errors.
    pub(super) policies: Signal<Vec<PolicyDefinition>>,
    /// The issuer's settings.
    pub(super) settings: Signal<Settings>,
    /// What is one's own, as stated; empty if the policies say it.
    pub(super) mine: RwSignal<String>,
    /// The editor of the policies.
    pub(super) editor: RwSignal<Option<PolicyState>>,
    /// The issuer's name and URL.
    pub(super) issuer: StoredValue<SharedIssuer>,
}

impl Subject {
    /// The policies of an issuer's editor.
    pub(super) fn of(
        issuer: &StoredIssuer,
        editor: RwSignal<Option<PolicyState>>,
        mine: RwSignal<String>,
    ) -> Self {
        let (store, id) = (use_store(), issuer.id.clone());
        let opened = Settings::of(issuer);
        let settings = Memo::new(move |_| {
            let issuers = store.issuers.read();
            let current = issuers.iter().find(|issuer| issuer.id == id);
            current.map_or_else(|| opened.clone(), Settings::of)
        });
        let saved = issuer.policies.clone();
        let policies = Memo::new(move |last: Option<&Vec<PolicyDefinition>>| {
            let edited = editor.get().filter(|state| !has_errors(*state));
            let edited = edited.and_then(|state| state.written.get().ok());
            edited.unwrap_or_else(|| last.cloned().unwrap_or_else(|| saved.clone()))
        });
        Self {
            policies: policies.into(),
            settings: settings.into(),
            mine,
            editor,
            issuer: StoredValue::new(SharedIssuer {
                name: issuer.name.clone(),
                url: issuer.url.clone(),
            }),
        }
    }
}

/// Whether the edited policies have errors.
pub(super) fn has_errors(state: PolicyState) -> bool {
    !state.compiled.read().errors.is_empty()
}
