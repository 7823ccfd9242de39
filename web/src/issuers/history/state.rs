//! What the page has loaded.

use std::collections::HashMap;

use claimgate::policy::PolicyDefinition;
use claimgate_api::RevisionEntry;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use crate::state::remote::sync::Sync;
use claimgate_workbench::remote::revisions::{Pair, page, policies};

/// How many revisions are loaded at a time.
const PAGE: usize = 100;

/// The revisions of an issuer's policies.
#[derive(Clone, Copy)]
pub(super) struct History {
    pub(super) sync: Sync,
    /// The identifier of the issuer.
    pub(super) issuer: Memo<String>,
    /// The loaded revisions, the newest first.
    pub(super) revisions: RwSignal<Vec<RevisionEntry>>,
    /// The version before which there may be more.
    pub(super) next: RwSignal<Option<i64>>,
    /// Why something could not be loaded; empty if it could.
    pub(super) problem: RwSignal<String>,
    /// Whether the list is being loaded.
    pub(super) is_busy: RwSignal<bool>,
    /// The revisions that are compared.
    pub(super) pair: Memo<Option<Pair>>,
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
        let revisions = RwSignal::new(Vec::new());
        Self {
            sync,
            issuer,
            revisions,
            next: RwSignal::default(),
            problem: RwSignal::default(),
            is_busy: RwSignal::default(),
            pair: Memo::new(move |_| {
                let (from, to) = asked.get();
                Pair::of(from, to, &revisions.read())
            }),
            bodies: RwSignal::default(),
        }
    }

    /// Loads the newest revisions, or those before a version.
    pub(super) fn load(self, before: Option<i64>) {
        let Some(path) = self.path() else { return };
        let before_words = before.map_or_else(String::new, |before| format!("&before={before}"));
        self.is_busy.set(true);
        spawn_local(async move {
            let answer = self.get(format!("{path}?limit={PAGE}{before_words}")).await;
            // The page may be gone.
            if self.is_busy.try_set(false).is_some() {
                return;
            }
            match answer.and_then(|body| page(&body)) {
                Ok(body) => {
                    self.problem.set(String::new());
                    self.next.set(body.next);
                    self.revisions.update(|revisions| match before {
                        Some(_) => revisions.extend(body.revisions),
                        None => *revisions = body.revisions,
                    });
                }
                Err(sentence) => self.problem.set(sentence),
            }
        });
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
