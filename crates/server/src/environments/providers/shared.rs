//! What all providers of one evaluation share.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use claimgate_api::ChangeAction;
use claimgate_environments::{ANONYMOUS, Context, HostError};
use serde_json::json;
use tokio::runtime::Handle;

use super::super::keys::transit::error::TransitError;
use super::super::names::Name;
use super::super::scope::Scope;
use super::super::store::change;
use crate::app::App;
use crate::db::store::Store;
use crate::keys::call::{Call, Reply};
use crate::keys::error::KeyError;
use crate::openid::claims::Facts;
use crate::openid::key::KeyProblem;
use crate::openid::provider::SignError;
use crate::organizations::record::Organization;
use crate::tokens::record::TokenKind;
use crate::tokens::user::login;

/// How many providers one evaluation opens, and secrets it reads, at most.
const MAX_OPENED: usize = 100;

/// How long one call takes, at most.
const CALL: Duration = Duration::from_secs(10);

/// What all providers of one evaluation share. It blocks, so it belongs on a thread for that.
pub(in crate::environments) struct Shared {
    pub(super) app: Arc<App>,
    pub(super) runtime: Handle,
    /// Changes by the caller.
    store: Store,
    organization: Organization,
    facts: Facts,
    /// How long the session is, in seconds.
    pub(super) seconds: i64,
    /// When the request that waits for the evaluation is given up.
    deadline: Instant,
    opened: Cell<usize>,
    /// Why the master key could not be used, which wraps the keys that sign.
    unavailable: OnceCell<TransitError>,
}

impl Shared {
    /// That of a scope, for a session of so many seconds.
    pub(in crate::environments) fn new(scope: &Scope, seconds: i64) -> Self {
        let token = &scope.caller.token;
        let team = token.target.clone();
        Self {
            app: Arc::clone(&scope.app),
            runtime: Handle::current(),
            store: scope.store(),
            organization: scope.organization.clone(),
            facts: Facts {
                organization: scope.organization.name.clone(),
                organization_id: scope.organization.id,
                user: login(token),
                token_type: token.kind.as_str().to_owned(),
                team: team.filter(|_| token.kind == TokenKind::Team),
                ..Facts::default()
            },
            seconds,
            deadline: Instant::now() + scope.app.timeout,
            opened: Cell::new(0),
            unavailable: OnceCell::new(),
        }
    }

    /// Why the master key could not be used, if it could not.
    pub(in crate::environments) fn into_unavailable(self) -> Option<TransitError> {
        self.unavailable.into_inner()
    }

    /// The signature of claims.
    ///
    /// # Errors
    /// That they cannot be signed; the log says why.
    pub(super) fn signed(
        &self,
        signed: impl Future<Output = Result<String, SignError>>,
    ) -> Result<String, HostError> {
        let signed = match &self.app.environments {
            Some(state) => state.wait(&self.runtime, signed),
            None => self.runtime.block_on(signed),
        };
        signed.map_err(|error| {
            tracing::error!(%error, "an ID token cannot be signed");
            if let SignError::Key(KeyProblem::Transit(error)) = error {
                let _ = self.unavailable.set(error);
            }
            HostError::from("the ID token cannot be signed; the server's log says why")
        })
    }

    /// Counts a provider that is opened.
    ///
    /// # Errors
    /// That the definition is not saved, so no permission is on it, or that there were too many.
    pub(super) fn admit(&self, context: &Context) -> Result<(), HostError> {
        if context.current_environment() == ANONYMOUS {
            let message = "providers are opened by saved environments only, since permissions are on those: save the definition, \
                           or import one that is saved";
            return Err(message.into());
        }
        self.count()
    }

    /// Counts a provider that is opened, or a secret that it reads.
    ///
    /// # Errors
    /// That there were too many.
    pub(super) fn count(&self) -> Result<(), HostError> {
        self.opened.set(self.opened.get() + 1);
        if self.opened.get() > MAX_OPENED {
            return Err(format!(
                "expected at most {MAX_OPENED} opened providers and secrets in one evaluation"
            )
            .into());
        }
        Ok(())
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
    /// That it was deleted, or cannot be read.
    pub(super) fn environment_id(&self, name: &str) -> Result<String, HostError> {
        let absent = || HostError(format!("environment {name:?} not found"));
        let (project, environment) = name.split_once('/').ok_or_else(absent)?;
        let name = Name {
            project: project.to_owned(),
            name: environment.to_owned(),
        };
        let found = self
            .app
            .store
            .environment(self.facts.organization_id, &name);
        let found = self.runtime.block_on(found).map_err(|error| {
            tracing::error!(%error, "an environment cannot be read");
            HostError::from("the environment cannot be read; the server's log says why")
        })?;
        Ok(found.ok_or_else(absent)?.id)
    }

    /// What the server calls in place of a cloud's endpoint.
    pub(super) fn endpoint(&self, cloud: &str) -> String {
        self.app.outgoing.endpoint(cloud)
    }

    /// Calls a service. `step` says what for, as in `the login at Vault`.
    ///
    /// # Errors
    /// That there is no answer, and why.
    pub(super) fn call(&self, step: &str, call: Call) -> Result<Reply, HostError> {
        let rest = self.deadline.saturating_duration_since(Instant::now());
        let reply = self.app.outgoing.call(call, rest.min(CALL));
        let reply = match &self.app.environments {
            Some(state) => state.wait(&self.runtime, reply),
            None => self.runtime.block_on(reply),
        };
        reply.map_err(|error| {
            let help = match &error {
                KeyError::AddressForbidden { .. } => {
                    "; --provider-network allows a network of your own"
                }
                _ => "",
            };
            HostError(format!("{step} failed: {error}{help}"))
        })
    }

    /// Records that a token was signed, by its claims.
    ///
    /// # Errors
    /// That it cannot be recorded; then it must not be given out.
    pub(super) fn record(
        &self,
        context: &Context,
        provider: &str,
        claims: &serde_json::Value,
    ) -> Result<(), HostError> {
        let detail = json!({
            "provider": provider, "declaredBy": context.current_environment(),
            "issuer": claims["iss"], "subject": claims["sub"], "audience": claims["aud"],
            "id": claims["jti"], "expires": claims["exp"],
        });
        let root = context.root_environment();
        let change = change(
            ChangeAction::EnvironmentTokenSigned,
            &self.organization,
            root,
        );
        let recorded = self.store.record(vec![change.with([None, Some(detail)])]);
        self.runtime.block_on(recorded).map_err(|error| {
            tracing::error!(%error, "an ID token cannot be recorded");
            HostError::from("the ID token cannot be recorded; the server's log says why")
        })
    }
}
