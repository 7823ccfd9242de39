//! What the page has loaded.

use std::collections::HashMap;

use claimgate::policy::PolicyDefinition;
use claimgate_api::RevisionEntry;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use crate::connected::list::List;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::remote::revisions::{Pair, policies};

/// The revisions of an issuer's policies.
#[derive(Clone, Copy)]
pub(super) struct History {
    pub(super) sync: Sync,
    /// The identifier of the issuer.
    pub(super) issuer: Memo<String>,
    /// The revisions.
    pub(super) list: List<RevisionEntry>,
    /// Why policies could not be loaded; empty if they could.
    pub(super) problem: RwSignal<String>,
    /// The revisions that are compared.
    pub(super) pair: Memo<Option<Pair>>,
    /// The revision that the person has asked to restore.
    pub(super) restoring: RwSignal<Option<i64>>,
    /// The policies of revisions that were compared.
    bodies: RwSignal<HashMap<i64, Vec<PolicyDefinition>>>,
}

impl History {
    /// Nothing loaded yet. `asked` has the two revisions that the address names.
    pub(super) fn new(
        sync: Sync,
        issuer: Memo<String>,
        asked: Memo<(Option<i64>, Option<i64>)>,
    ) -> Self {
        let list = List::new(sync);
        Self {
            sync,
            issuer,
            list,
            problem: RwSignal::default(),
            pair: Memo::new(move |_| {
                let (from, to) = asked.get();
                Pair::of(from, to, &list.entries.read())
            }),
            restoring: RwSignal::default(),
            bodies: RwSignal::default(),
        }
    }

    /// The newest revision that is loaded, tracked.
    pub(super) fn newest(self) -> Option<i64> {
        let revisions = self.list.entries.read();
        revisions.first().map(|newest| newest.version)
    }

    /// The issuer's settings, as they are now.
    pub(super) fn settings(self) -> Option<Settings> {
        let issuer = use_store().find(&self.issuer.read_untracked());
        issuer.as_ref().map(Settings::of)
    }

    /// Loads the newest revisions.
    pub(super) fn load(self) {
        if let Some(path) = self.path() {
            let path = untrack(|| self.sync.organization_path(&path));
            self.list.begin(path, String::new());
        }
    }

    /// The policies of a revision, tracked; none until they are loaded.
    pub(super) fn policies(self, version: i64) -> Option<Vec<PolicyDefinition>> {
        match version {
            // Before the first revision there were none.
            0 => Some(Vec::new()),
            _ => self.bodies.read().get(&version).cloned(),
        }
    }

    /// Loads the policies of a revision, unless they are known: a revision never changes.
    pub(super) fn fetch(self, version: i64) {
        let is_known = self
            .bodies
            .with_untracked(|bodies| bodies.contains_key(&version));
        let Some(path) = self.path().filter(|_| version > 0 && !is_known) else {
            return;
        };
        spawn_local(async move {
            let answer = self.get(format!("{path}/{version}")).await;
            match answer.and_then(|body| policies(&body)) {
                Ok(policies) => {
                    self.bodies
                        .try_update(|bodies| bodies.insert(version, policies));
                }
                Err(sentence) => {
                    self.problem.try_set(sentence);
                }
            }
        });
    }

    /// Loads the policies of the compared revisions after a failure.
    pub(super) fn fetch_again(self) {
        self.problem.set(String::new());
        if let Some(Pair { from, to }) = self.pair.get_untracked() {
            self.fetch(from);
            self.fetch(to);
        }
    }

    async fn get(self, path: String) -> Result<Value, String> {
        let path = untrack(|| self.sync.organization_path(&path));
        let answer = self.sync.send("GET", &path, None).await;
        answer.map_err(|error| error.message())
    }

    fn path(self) -> Option<String> {
        let (policy, _) = self.sync.policy(&self.issuer.read_untracked())?;
        Some(format!("/auth/policies/{policy}/revisions"))
    }
}
