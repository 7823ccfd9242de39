//! Whose policies an answer on who gets in is about.

use claimgate::policy::PolicyDefinition;
use claimgate_analysis::Witness;
use leptos::prelude::*;

use crate::editor::state::PolicyState;
use crate::state::store::use_store;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::playground::share::SharedIssuer;

/// What the parts of the answer share.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    /// The edited policies, or the last ones without errors.
    pub(crate) policies: Signal<Vec<PolicyDefinition>>,
    /// The issuer's settings.
    pub(crate) settings: Signal<Settings>,
    /// What is one's own, as stated; empty if the policies say it.
    pub(crate) mine: RwSignal<String>,
    /// The editor of the policies.
    pub(crate) editor: RwSignal<Option<PolicyState>>,
    /// How a token is tried out.
    pub(crate) trial: Trial,
}

/// How a token is tried out.
#[derive(Clone, Copy)]
pub(crate) enum Trial {
    /// A link opens the playground, with the policies of the issuer with this name and URL.
    Link(StoredValue<SharedIssuer>),
    /// The page puts the token in its place.
    Here(Callback<Witness>),
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
            trial: Trial::Link(StoredValue::new(SharedIssuer {
                name: issuer.name.clone(),
                url: issuer.url.clone(),
            })),
        }
    }
}

/// Whether the edited policies have errors.
pub(super) fn has_errors(state: PolicyState) -> bool {
    !state.compiled.read().errors.is_empty()
}
