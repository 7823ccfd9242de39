//! What a request is about: the caller, its organization, and what it may do there.

use std::sync::Arc;

use axum::http::StatusCode;
use claimgate_api::{ChangeAction, ErrorDetail};
use serde_json::json;

use super::access::grants::{Grant, Grants};
use super::access::permission::Permission;
use super::keys::data_key::{EnvironmentKeys, WrappedKey};
use super::keys::session_key::SessionSecret;
use super::keys::transit::error::TransitError;
use super::names::{Name, Version, check_organization};
use super::record::{Definition, EnvironmentRecord};
use super::state::KeyProblem;
use super::store::change;
use super::used::used;
use crate::app::App;
use crate::db::store::Store;
use crate::http::error::ApiError;
use crate::organizations::record::Organization;
use crate::tokens::caller::Caller;
use crate::tokens::user::login;

/// A caller in its organization.
pub(super) struct Scope {
    pub(super) app: Arc<App>,
    pub(super) caller: Caller,
    pub(super) organization: Organization,
    pub(super) grants: Grants,
}

impl Scope {
    /// The scope of a request on an organization with a name.
    ///
    /// # Errors
    /// 404 if environments are off, or the caller does not belong to the organization; 400 if it cannot have environments.
    pub(super) async fn new(
        app: &Arc<App>,
        caller: Caller,
        organization: &str,
    ) -> Result<Self, ApiError> {
        app.environments()?;
        let found = app.store.organization(organization).await?;
        let own = found
            .filter(|found| caller.is_root() || Some(found.id) == caller.token.organization_id);
        let organization = own.ok_or_else(not_found)?;
        check_organization(&organization.name)?;
        let grants = Grants::of(app, &caller, &organization).await?;
        Ok(Self {
            app: Arc::clone(app),
            caller,
            organization,
            grants,
        })
    }

    /// The store, for changes by the caller.
    pub(super) fn store(&self) -> Store {
        self.caller.store(&self.app)
    }

    /// The login of the caller.
    pub(super) fn login(&self) -> String {
        login(&self.caller.token)
    }

    /// What the keys of open sessions are derived from.
    pub(super) fn session_secret(&self) -> Result<Arc<SessionSecret>, ApiError> {
        Ok(Arc::clone(&self.app.environments()?.sessions))
    }

    /// Requires a permission on an environment by name, whether it exists or not: the answer to those who may not read it does
    /// not depend on that. A denied attempt is recorded.
    ///
    /// # Errors
    /// 404 without the permission to read, else 403.
    pub(super) async fn require(&self, name: &Name, needed: Permission) -> Result<Grant, ApiError> {
        let grant = self.grants.on(name);
        if grant.permission >= needed.max(Permission::Read) {
            return Ok(grant);
        }
        self.record_denial(name, needed, grant.permission).await?;
        if grant.permission < Permission::Read {
            return Err(not_found());
        }
        let message = format!(
            "expected the permission `{}` on environment `{name}`, found `{}`",
            needed.as_str(),
            grant.permission.as_str()
        );
        Err(ApiError::new(StatusCode::FORBIDDEN, message))
    }

    /// Records that the caller was denied something.
    pub(super) async fn record_denial(
        &self,
        name: &Name,
        needed: Permission,
        found: Permission,
    ) -> Result<(), ApiError> {
        let token = &self.caller.token;
        let subject = token.subject.as_deref().unwrap_or(&token.id);
        let state = self.app.environments()?;
        if !state.records_denial(self.organization.id, subject) {
            tracing::debug!(environment = %name, "a denied attempt is not recorded: there were too many");
            return Ok(());
        }
        let detail = json!({"expected": needed.as_str(), "found": found.as_str()});
        let change = change(ChangeAction::EnvironmentDenied, &self.organization, name);
        let change = change.with([None, Some(detail)]);
        self.store().record(vec![change]).await?;
        Ok(())
    }

    /// An environment, with what the caller may do with it.
    ///
    /// # Errors
    /// 404 or 403.
    pub(super) async fn environment(
        &self,
        [project, name]: &[String; 2],
        needed: Permission,
    ) -> Result<(EnvironmentRecord, Grant), ApiError> {
        let name = Name::read(project, name).ok_or_else(not_found)?;
        let grant = self.require(&name, needed).await?;
        let found = self.app.store.environment(self.organization.id, &name);
        Ok((found.await?.ok_or_else(not_found)?, grant))
    }

    /// A definition of an environment.
    ///
    /// # Errors
    /// 404 or 403.
    pub(super) async fn definition(
        &self,
        path: &[String; 2],
        version: Option<&str>,
        needed: Permission,
    ) -> Result<(Definition, Grant), ApiError> {
        let (environment, grant) = self.environment(path, needed).await?;
        let version = version.map_or(Some(Version::Latest), Version::parse);
        let version = version.ok_or_else(no_revision)?;
        let found = self.app.store.definition(environment, &version).await?;
        Ok((found.ok_or_else(no_revision)?, grant))
    }

    /// Records that the secrets of a definition are decrypted, and those of what it imports.
    pub(super) async fn record_decrypted(
        &self,
        definition: &Definition,
        imported: &[(Name, i64)],
    ) -> Result<(), ApiError> {
        let action = ChangeAction::EnvironmentDecrypted;
        let changes = used(&self.organization, action, Some(definition), imported, None);
        Ok(self.store().record(changes).await?)
    }

    /// The keys of an environment.
    ///
    /// # Errors
    /// Those of [`unusable`].
    pub(super) async fn keys(
        &self,
        environment: &EnvironmentRecord,
    ) -> Result<EnvironmentKeys, ApiError> {
        let keys = self.app.environments()?.keys(&self.app.store, environment);
        keys.await.map_err(unusable)
    }

    /// Adds a data key to those of an environment, which is not stored yet.
    ///
    /// # Errors
    /// Those of [`unusable`].
    pub(super) async fn add_key(&self, keys: &mut EnvironmentKeys) -> Result<WrappedKey, ApiError> {
        let added = keys.add(&self.app.environments()?.master).await;
        added.map_err(|error| unusable(error.into()))
    }
}

/// 503 if the service that has the master key does not help now, 500 if keys cannot be unwrapped. The log says why.
pub(super) fn unusable(problem: KeyProblem) -> ApiError {
    tracing::error!(error = %problem, "the keys of an environment cannot be used");
    match problem {
        KeyProblem::Transit(error) => unavailable(&error),
        KeyProblem::Store(error) => error.into(),
        _ => {
            let message = "the environment's keys cannot be read; the log says why";
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
        }
    }
}

/// 503: the service that has the master key does not help now.
pub(super) fn unavailable(error: &TransitError) -> ApiError {
    let message = format!("the master key cannot be used now: {}", error.summary());
    let detail = ErrorDetail {
        path: String::new(),
        code: error.code().to_owned(),
        message: message.clone(),
        help: None,
        thumbprint: None,
        witness: None,
    };
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, message).with_detail(detail)
}

/// 404: there is no such environment, or the caller may not know.
pub(super) fn not_found() -> ApiError {
    ApiError::not_found("environment not found")
}

fn no_revision() -> ApiError {
    ApiError::not_found("revision not found")
}
