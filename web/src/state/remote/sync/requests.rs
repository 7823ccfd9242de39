//! What the server is told, a request a step.

use leptos::prelude::*;
use serde_json::Value;

use super::{Sync, encode};
use crate::state::remote::client::{self, Answer, Failure};
use crate::state::remote::mapping;
use crate::state::remote::plan::{self, Confirmed};
use crate::state::storage::StoredIssuer;

impl Sync {
    pub(super) async fn create(self, issuer: &StoredIssuer) -> Result<Confirmed, Failure> {
        let deleted = self.remote.deleted.with_value(|deleted| plan::find(deleted, &issuer.id).cloned());
        let body = mapping::new_body(issuer, deleted.as_ref());
        let answer = self.call("POST", &self.issuers_path(), Some(body), "").await?;
        let known = StoredIssuer { policies: Vec::new(), ..issuer.clone() };
        let created = mapping::issuer(&answer.body, Some(&known)).map_err(Failure::Refused)?;
        let created = Confirmed { own: mapping::own(&answer.body), ..Confirmed::new(created, answer.version) };
        let path = self.path(&format!("/auth/policies/oidcissuers/{}", encode(&created.issuer.id)));
        let policies = self.call("GET", &path, None, "").await?.body;
        let mut created = mapping::with_policies(created, &policies).map_err(Failure::Refused)?;
        if let Some(deleted) = deleted {
            // Policies that only reported go on to do so.
            created.marks = deleted.marks;
        }
        Ok(created)
    }

    pub(super) async fn details(self, issuer: &StoredIssuer, known: Confirmed) -> Result<Confirmed, Failure> {
        let path = format!("{}/{}", self.issuers_path(), encode(&issuer.id));
        let body = mapping::details_body(issuer, &known.issuer);
        let answer = self.call("PATCH", &path, Some(body), &known.version).await?;
        let mut now = mapping::issuer(&answer.body, Some(issuer)).map_err(Failure::Refused)?;
        now.policies.clone_from(&known.issuer.policies);
        Ok(Confirmed { issuer: now, version: answer.version, ..known })
    }

    pub(super) async fn policies(self, issuer: &StoredIssuer, known: Confirmed) -> Result<Confirmed, Failure> {
        let path = self.path(&format!("/auth/policies/{}", encode(&known.policy)));
        let deleted = self.remote.deleted.with_value(|deleted| {
            deleted.iter().rev().find(|other| other.issuer.url == issuer.url && other.marks == known.marks).cloned()
        });
        // Put back after it was deleted, an issuer has the policies still that it had.
        let before = deleted.filter(|_| known.issuer.policies.is_empty()).map(|deleted| deleted.issuer.policies);
        let before = before.as_ref().unwrap_or(&known.issuer.policies);
        let body = mapping::policies_body(&issuer.policies, before, &known.marks);
        let answer = self.call("PATCH", &path, Some(body), &known.policy_version).await?;
        let mut now = mapping::with_policies(known, &answer.body).map_err(Failure::Refused)?;
        now.issuer.samples.clone_from(&issuer.samples);
        now.issuer.preset.clone_from(&issuer.preset);
        Ok(now)
    }

    pub(super) async fn delete(self, id: &str, session: u32) -> Result<(), Failure> {
        let path = format!("{}/{}", self.issuers_path(), encode(id));
        match self.call("DELETE", &path, None, "").await {
            // Somebody else was faster, and wanted the same.
            Ok(_) | Err(Failure::Missing) => {}
            Err(failure) => return Err(failure),
        }
        if self.remote.session.get_value() == session {
            let place = |server: &Vec<Confirmed>| server.iter().position(|known| known.issuer.id == id);
            let gone = self.remote.server.try_update_value(|server| place(server).map(|place| server.remove(place)));
            self.remote.deleted.update_value(|deleted| deleted.extend(gone.flatten()));
        }
        Ok(())
    }

    pub(super) async fn call(
        self,
        method: &str,
        path: &str,
        body: Option<Value>,
        version: &str,
    ) -> Result<Answer, Failure> {
        let token = self.remote.token.get_value();
        client::call(&token, method, path, body, version).await
    }

    pub(super) fn path(self, rest: &str) -> String {
        format!("/api/orgs/{}{rest}", encode(&self.remote.organization.get_untracked()))
    }

    pub(super) fn issuers_path(self) -> String {
        self.path("/oidc/issuers")
    }
}
