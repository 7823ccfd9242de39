//! Signing in and out, and the organization that is shown.

use leptos::prelude::*;

use super::{Sync, read_issuers};
use crate::state::remote::client::{self, RequestError};
use crate::state::remote::{Access, session};

impl Sync {
    /// Signs in and loads the issuers. Changes that were not sent before a token expired are sent
    /// now.
    pub(crate) async fn sign_in(self, token: String, keep: bool) -> Result<(), String> {
        let remote = self.remote;
        remote.refusal.set(String::new());
        let result = self.open(&token, keep).await;
        if let Err(sentence) = &result {
            remote.refusal.set(sentence.clone());
            if remote.access.get_untracked() == Access::Loading {
                remote.access.set(Access::SignedOut);
            }
        }
        result
    }

    async fn open(self, token: &str, keep: bool) -> Result<(), String> {
        let remote = self.remote;
        let user = client::call(token, "GET", "/api/user", None, "")
            .await
            .map_err(|error| error.message())?
            .body;
        let names = user["organizations"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let names: Vec<String> = names
            .iter()
            .filter_map(|one| one["name"].as_str().map(str::to_owned))
            .collect();
        let known = remote.organization.get_untracked();
        let chosen = names
            .iter()
            .find(|name| **name == known)
            .or(names.first())
            .cloned();
        let Some(chosen) = chosen else {
            if user["siteAdmin"] != true {
                return Err("this token does not belong to an organization".to_owned());
            }
            remote.token.set_value(token.to_owned());
            if keep {
                session::store(token, "");
            }
            remote.access.set(Access::Founding);
            return Ok(());
        };
        if chosen != known && remote.is_ready.get_untracked() {
            return Err(format!(
                "this token is not for the organization `{known}`, whose changes are not saved yet"
            ));
        }
        let list = read_issuers(token, &chosen)
            .await
            .map_err(|error| error.message())?;
        remote
            .login
            .set(user["githubLogin"].as_str().unwrap_or_default().to_owned());
        remote
            .token_id
            .set(user["id"].as_str().unwrap_or_default().to_owned());
        remote.is_root.set(user["siteAdmin"] == true);
        remote.organizations.set(names);
        remote.organization.set(chosen.clone());
        remote.token.set_value(token.to_owned());
        if keep {
            session::store(token, &chosen);
        } else {
            session::clear();
        }
        self.take(&list)?;
        remote.is_ready.set(true);
        remote.access.set(Access::SignedIn);
        self.send_changes();
        Ok(())
    }

    /// Creates the server's first organization and selects it.
    pub(crate) async fn found(self, name: String) -> Result<(), String> {
        let body = serde_json::json!({ "name": name });
        self.call("POST", "/api/orgs", Some(body), "")
            .await
            .map_err(|error| error.message())?;
        let keep = session::stored().is_some();
        self.sign_in(self.remote.token.get_value(), keep).await
    }

    /// Selects another organization.
    pub(crate) async fn choose(self, organization: String) -> Result<(), String> {
        let token = self.remote.token.get_value();
        let keep = session::stored().is_some();
        self.close();
        self.remote.organization.set(organization);
        self.remote.access.set(Access::Loading);
        self.sign_in(token, keep).await
    }

    /// Forgets the token and all displayed issuers.
    pub(crate) fn sign_out(self) {
        session::clear();
        self.close();
        self.remote.organization.set(String::new());
        self.remote.access.set(Access::SignedOut);
    }

    pub(super) fn close(self) {
        let remote = self.remote;
        remote.session.update_value(|session| *session += 1);
        remote.token.set_value(String::new());
        remote.server.set_value(Vec::new());
        remote.failed_changes.set(Vec::new());
        remote
            .unsaved_tests
            .update(std::collections::BTreeMap::clear);
        remote
            .tests_problem
            .update(std::collections::BTreeMap::clear);
        remote.is_running.set_value(false);
        remote.is_busy.set(false);
        remote.is_ready.set(false);
        self.store.clear_remote();
    }

    /// Updates the session after an error, and returns the error.
    pub(super) fn note_expiry(self, error: RequestError) -> RequestError {
        if error == RequestError::SignedOut
            && self.remote.access.get_untracked() == Access::SignedIn
        {
            session::clear();
            self.remote.access.set(Access::Expired);
        }
        error
    }
}
