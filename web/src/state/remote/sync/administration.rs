//! Requests of the pages that administer the server. Unlike changes of issuers, they are not made by the
//! store, and their pages wait for the answers.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::Sync;
use crate::state::remote::client::{self, RequestError};
use crate::state::remote::{Access, session};
use claimgate_formats::percent_encode;

impl Sync {
    /// Sends a request; `path` is the whole one.
    pub(crate) async fn send(
        self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, RequestError> {
        let answer = self.call(method, path, body, "").await;
        answer
            .map(|answer| answer.body)
            .map_err(|error| self.note_expiry(error))
    }

    /// Requests a text that is not JSON; `path` is the whole one.
    pub(crate) async fn text(self, path: &str) -> Result<String, String> {
        let token = self.remote.token.get_value();
        let text = client::text(&token, path).await;
        text.map_err(|error| self.note_expiry(error).message())
    }

    /// The path of a resource of the organization, again when another one is chosen.
    pub(crate) fn organization_path(self, rest: &str) -> String {
        format!(
            "/api/orgs/{}{rest}",
            percent_encode(&self.remote.organization.get())
        )
    }

    /// Whether requests can be made. An effect that depends on it runs again after the person has
    /// signed in again, or has switched to another organization.
    pub(crate) fn is_signed_in(self) -> bool {
        self.remote.access.get() == Access::SignedIn
    }

    /// Whether the token is the bootstrap token.
    pub(crate) fn is_root(self) -> bool {
        self.remote.is_root.get()
    }

    /// Creates an organization, and adds it to the list of those that can be chosen.
    pub(crate) async fn create_organization(self, name: String) -> Result<(), RequestError> {
        self.send("POST", "/api/orgs", Some(json!({ "name": name })))
            .await?;
        self.remote.organizations.update(|names| {
            names.push(name);
            names.sort();
        });
        Ok(())
    }

    /// Deletes an organization. If it is the one that is shown, another one is opened, or the page asks
    /// for a first one.
    pub(crate) async fn delete_organization(self, name: &str) -> Result<(), RequestError> {
        let path = format!("/api/orgs/{}", percent_encode(name));
        self.send("DELETE", &path, None).await?;
        let remote = self.remote;
        if remote.organization.get_untracked() != name {
            remote
                .organizations
                .update(|names| names.retain(|other| other != name));
            return Ok(());
        }
        let (token, keep) = (remote.token.get_value(), session::stored().is_some());
        self.close();
        remote.organization.set(String::new());
        remote.access.set(Access::Loading);
        // Problems are reported at the sign-in form.
        let _ = self.sign_in(token, keep).await;
        Ok(())
    }
}
