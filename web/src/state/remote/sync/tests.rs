//! The tests of issuers on the server. They are loaded when an issuer's page opens; from then on, changes
//! are sent like others.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

use super::Sync;
use crate::state::remote::client::RequestError;
use claimgate_formats::percent_encode;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::remote::plan::Confirmed;
use claimgate_workbench::remote::samples::{Stored, TestRequest, requests, stored, unsaved};

impl Sync {
    /// Loads the tests of an issuer, and shows them unless there are changes that are not sent yet.
    pub(crate) fn load_tests(self, id: String) {
        let session = self.remote.session.get_value();
        spawn_local(async move {
            let answer = self.stored_tests(&id).await;
            if self.remote.session.get_value() != session {
                return;
            }
            match answer {
                Ok(list) => {
                    self.remote.tests_problem.update(|all| {
                        all.remove(&id);
                    });
                    self.take_tests(&id, &list);
                }
                Err(error) => {
                    let message = self.note_expiry(error).message();
                    self.remote.tests_problem.update(|all| {
                        all.insert(id, message);
                    });
                }
            }
        });
    }

    fn take_tests(self, id: &str, list: &[Stored]) {
        let Some(shown) = self.store.find(id) else {
            return;
        };
        let samples: Vec<_> = list.iter().map(|known| known.sample.clone()).collect();
        let mut is_sent = true;
        self.remote.server.update_value(|server| {
            let Some(known) = server.iter_mut().find(|known| known.issuer.id == id) else {
                return;
            };
            is_sent = known.issuer.samples == shown.samples || !known.has_tests;
            if !known.has_tests {
                let only_here = unsaved(&shown.samples, list);
                self.remote.unsaved_tests.update(|all| {
                    all.insert(id.to_owned(), only_here);
                });
            }
            if is_sent {
                known.has_tests = true;
                known.issuer.samples.clone_from(&samples);
            }
        });
        if is_sent && shown.samples != samples {
            let mut issuers = self.store.issuers.get_untracked();
            for issuer in issuers.iter_mut().filter(|issuer| issuer.id == id) {
                issuer.samples.clone_from(&samples);
                issuer.revision += 1;
            }
            self.store.show_remote(issuers, Vec::new());
        }
    }

    /// Saves the tests that only this browser has with their issuer.
    pub(crate) fn save_unsaved_tests(self, id: &str) {
        let unsaved = self.drop_unsaved_tests(id);
        self.store
            .change(id, |issuer| issuer.samples.extend(unsaved));
    }

    /// Deletes the tests that only this browser has, and returns them.
    pub(crate) fn drop_unsaved_tests(self, id: &str) -> Vec<claimgate_formats::Sample> {
        let dropped = self.remote.unsaved_tests.try_update(|all| all.remove(id));
        self.send_changes();
        dropped.flatten().unwrap_or_default()
    }

    /// The issuers with the tests that only this browser has.
    pub(super) fn only_here(self, issuers: &[StoredIssuer]) -> Vec<StoredIssuer> {
        let unsaved = self.remote.unsaved_tests.read_untracked();
        let mut issuers = issuers.to_vec();
        for issuer in &mut issuers {
            if self.remote.has_tests(&issuer.id) {
                issuer.samples = unsaved.get(&issuer.id).cloned().unwrap_or_default();
            }
        }
        issuers
    }

    /// Sends the changes of an issuer's tests.
    pub(super) async fn tests(
        self,
        issuer: &StoredIssuer,
        known: Confirmed,
    ) -> Result<Confirmed, RequestError> {
        let list = self.stored_tests(&issuer.id).await?;
        let path = self.tests_path(&issuer.id);
        for request in requests(&known.issuer.samples, &issuer.samples, &list) {
            let sent = match request {
                TestRequest::Create(body) => self.call("POST", &path, Some(json!(body)), "").await,
                TestRequest::Replace(id, version, body) => {
                    let path = format!("{path}/{}", percent_encode(&id));
                    self.call("PUT", &path, Some(json!(body)), &format!("\"{version}\""))
                        .await
                }
                TestRequest::Delete(id, version) => {
                    let path = format!("{path}/{}", percent_encode(&id));
                    self.call("DELETE", &path, None, &format!("\"{version}\""))
                        .await
                }
            };
            if let Err(error) = sent {
                // Some may be saved already.
                self.load_tests(issuer.id.clone());
                return Err(error);
            }
        }
        let list = self.stored_tests(&issuer.id).await?;
        let mut now = known;
        now.issuer.samples = list.into_iter().map(|known| known.sample).collect();
        Ok(now)
    }

    async fn stored_tests(self, id: &str) -> Result<Vec<Stored>, RequestError> {
        let answer = self.call("GET", &self.tests_path(id), None, "").await?;
        stored(&answer.body).map_err(RequestError::Refused)
    }

    fn tests_path(self, id: &str) -> String {
        format!("{}/{}/samples", self.issuers_path(), percent_encode(id))
    }
}
