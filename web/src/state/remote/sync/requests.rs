//! The requests to the server, one for each step.

use leptos::prelude::*;
use serde_json::Value;

use super::Sync;
use crate::state::remote::client::{self, Answer, RequestError};
use claimgate_formats::percent_encode;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::remote::mapping;
use claimgate_workbench::remote::plan::{Confirmed, find};

impl Sync {
    pub(super) async fn create(self, issuer: &StoredIssuer) -> Result<Confirmed, RequestError> {
        let body = mapping::new_body(issuer);
        let answer = self
            .call("POST", &self.issuers_path(), Some(body), "")
            .await?;
        let known = StoredIssuer {
            policies: Vec::new(),
            samples: Vec::new(),
            ..issuer.clone()
        };
        let created = mapping::issuer(&answer.body, Some(&known)).map_err(RequestError::Refused)?;
        // A new issuer has no tests on the server.
        let created = Confirmed {
            has_tests: true,
            ..Confirmed::new(created, answer.version)
        };
        let path = self.path(&format!(
            "/auth/policies/oidcissuers/{}",
            percent_encode(&created.issuer.id)
        ));
        let policies = self.call("GET", &path, None, "").await?.body;
        mapping::with_policies(created, &policies).map_err(RequestError::Refused)
    }

    pub(super) async fn details(
        self,
        issuer: &StoredIssuer,
        known: Confirmed,
    ) -> Result<Confirmed, RequestError> {
        let path = format!("{}/{}", self.issuers_path(), percent_encode(&issuer.id));
        let body = mapping::details_body(issuer, &known.issuer);
        let answer = self
            .call("PATCH", &path, Some(body), &known.version)
            .await?;
        let mut now = mapping::issuer(&answer.body, Some(issuer)).map_err(RequestError::Refused)?;
        now.policies.clone_from(&known.issuer.policies);
        if known.has_tests {
            now.samples.clone_from(&known.issuer.samples);
        }
        Ok(Confirmed {
            issuer: now,
            version: answer.version,
            ..known
        })
    }

    pub(super) async fn policies(
        self,
        issuer: &StoredIssuer,
        known: Confirmed,
    ) -> Result<Confirmed, RequestError> {
        let path = self.path(&format!("/auth/policies/{}", percent_encode(&known.policy)));
        let body = mapping::policies_body(&issuer.policies);
        let answer = self
            .call("PATCH", &path, Some(body), &known.policy_version)
            .await?;
        let mut now = mapping::with_policies(known, &answer.body).map_err(RequestError::Refused)?;
        if !now.has_tests {
            now.issuer.samples.clone_from(&issuer.samples);
        }
        now.issuer.preset.clone_from(&issuer.preset);
        Ok(now)
    }

    /// The identifier and the version of an issuer's policies on the server.
    pub(crate) fn policy(self, issuer: &str) -> Option<(String, String)> {
        let of = |known: &Confirmed| (known.policy.clone(), known.policy_version.clone());
        self.remote
            .server
            .with_value(|server| find(server, issuer).map(of))
    }

    /// Restores a revision of an issuer's policies, unless someone else has changed them since they were
    /// loaded. The page gets them with the refresh that follows.
    pub(crate) async fn restore(self, issuer: String, version: i64) -> Result<(), RequestError> {
        let (policy, known) = self.policy(&issuer).ok_or(RequestError::Missing)?;
        let path = self.path(&format!(
            "/auth/policies/{}/revisions/{version}/restore",
            percent_encode(&policy)
        ));
        let answer = self.call("POST", &path, None, &known).await;
        // After a refusal too: the policies may have been changed.
        self.request_refresh();
        answer.map(|_| ()).map_err(|error| self.note_expiry(error))
    }

    pub(super) async fn delete(self, id: &str, session: u32) -> Result<(), RequestError> {
        let path = format!("{}/{}", self.issuers_path(), percent_encode(id));
        match self.call("DELETE", &path, None, "").await {
            // Someone else has deleted it already.
            Ok(_) | Err(RequestError::Missing) => {}
            Err(error) => return Err(error),
        }
        if self.remote.session.get_value() == session {
            self.remote
                .server
                .update_value(|server| server.retain(|known| known.issuer.id != id));
        }
        Ok(())
    }

    pub(super) async fn call(
        self,
        method: &str,
        path: &str,
        body: Option<Value>,
        version: &str,
    ) -> Result<Answer, RequestError> {
        let token = self.remote.token.get_value();
        client::call(&token, method, path, body, version).await
    }

    pub(super) fn path(self, rest: &str) -> String {
        format!(
            "/api/orgs/{}{rest}",
            percent_encode(&self.remote.organization.get_untracked())
        )
    }

    pub(super) fn issuers_path(self) -> String {
        self.path("/oidc/issuers")
    }
}
