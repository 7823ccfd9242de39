//! What all providers of one evaluation share.

use std::cell::RefCell;
use std::sync::Arc;

use claimgate_environments::{Context, HostError};
use tokio::runtime::Handle;

use super::super::names::Name;
use super::super::scope::Scope;
use crate::app::App;
use crate::openid::claims::Facts;
use crate::tokens::record::TokenKind;
use crate::tokens::user::login;

/// What all providers of one evaluation share. It blocks, so it belongs on a thread for that.
pub(in crate::environments) struct Shared {
    pub(super) app: Arc<App>,
    pub(super) runtime: Handle,
    facts: Facts,
    /// How long the session is, in seconds.
    pub(super) seconds: i64,
    issued: RefCell<Vec<Issued>>,
}

/// A token that was signed, for the audit log.
#[derive(Clone, Debug)]
pub(in crate::environments) struct Issued {
    /// The environment that declares the login.
    pub(in crate::environments) environment: String,
    pub(in crate::environments) provider: &'static str,
    pub(in crate::environments) claims: serde_json::Value,
}

impl Shared {
    /// That of a scope, for a session of so many seconds.
    pub(in crate::environments) fn new(scope: &Scope, seconds: i64) -> Self {
        let token = &scope.caller.token;
        let team = token.target.clone();
        Self {
            app: Arc::clone(&scope.app),
            runtime: Handle::current(),
            facts: Facts {
                organization: scope.organization.name.clone(),
                organization_id: scope.organization.id,
                user: login(token),
                token_type: token.kind.as_str().to_owned(),
                team: team.filter(|_| token.kind == TokenKind::Team),
                ..Facts::default()
            },
            seconds,
            issued: RefCell::default(),
        }
    }

    /// What is said about an evaluation in a token.
    pub(super) fn facts(&self, context: &Context) -> Facts {
        Facts {
            root: context.root_environment().to_owned(),
            current: context.current_environment().to_owned(),
            ..self.facts.clone()
        }
    }

    /// The id of an environment, by its name `project/name`.
    ///
    /// # Errors
    /// That it is not saved.
    pub(super) fn environment_id(&self, name: &str) -> Result<String, HostError> {
        let unsaved = || HostError::from("tokens of this version need an environment that is saved");
        let (project, environment) = name.split_once('/').ok_or_else(unsaved)?;
        let name = Name {
            project: project.to_owned(),
            name: environment.to_owned(),
        };
        let found = self.app.store.environment(self.facts.organization_id, &name);
        let found = self.runtime.block_on(found).map_err(|error| {
            tracing::error!(%error, "an environment cannot be read");
            HostError::from("the database failed; the server's log says how")
        })?;
        Ok(found.ok_or_else(unsaved)?.id)
    }

    /// Notes a token that was signed.
    pub(super) fn note(&self, issued: Issued) {
        self.issued.borrow_mut().push(issued);
    }

    /// The tokens that were signed.
    pub(in crate::environments) fn into_issued(self) -> Vec<Issued> {
        self.issued.into_inner()
    }
}
