//! Requests on environments, before anything is permitted. A route gets the environment from its request only by naming the
//! permission that it needs.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::access::grants::Grant;
use super::access::permission::Permission;
use super::record::{Definition, EnvironmentRecord};
use super::scope::Scope;
use crate::app::App;
use crate::http::error::ApiError;
use crate::tokens::caller::Caller;

/// A request on the environments of an organization.
pub(super) struct OrganizationRequest {
    app: Arc<App>,
    caller: Caller,
    organization: String,
}

impl OrganizationRequest {
    /// The caller in the organization.
    ///
    /// # Errors
    /// Those of [`Scope::new`].
    pub(super) async fn scope(self) -> Result<Scope, ApiError> {
        Scope::new(&self.app, self.caller, &self.organization).await
    }
}

/// A request on one environment.
pub(super) struct EnvironmentRequest {
    app: Arc<App>,
    caller: Caller,
    path: EnvironmentPath,
}

#[derive(Deserialize)]
struct EnvironmentPath {
    org: String,
    project: String,
    env: String,
}

impl EnvironmentRequest {
    /// The caller in the organization, and the project and the name of the environment, for requests whose body or query
    /// says which permission they need.
    ///
    /// # Errors
    /// Those of [`Scope::new`].
    pub(super) async fn scope(self) -> Result<(Scope, [String; 2]), ApiError> {
        let EnvironmentPath { org, project, env } = self.path;
        let scope = Scope::new(&self.app, self.caller, &org).await?;
        Ok((scope, [project, env]))
    }

    /// The environment, if the caller has a permission on it.
    ///
    /// # Errors
    /// Those of [`Scope::new`] and [`Scope::environment`].
    pub(super) async fn environment(
        self,
        needed: Permission,
    ) -> Result<(Scope, EnvironmentRecord), ApiError> {
        let (scope, path) = self.scope().await?;
        let (environment, _) = scope.environment(&path, needed).await?;
        Ok((scope, environment))
    }

    /// A definition of the environment, and what the caller may do with it, if the caller has a permission on it.
    ///
    /// # Errors
    /// Those of [`Scope::new`] and [`Scope::definition`].
    pub(super) async fn definition(
        self,
        version: Option<&str>,
        needed: Permission,
    ) -> Result<(Scope, Definition, Grant), ApiError> {
        let (scope, path) = self.scope().await?;
        let (definition, grant) = scope.definition(&path, version, needed).await?;
        Ok((scope, definition, grant))
    }
}

/// The last parameter of a path: a version, a tag, or the id of a session.
pub(super) struct Below(pub(super) String);

impl FromRequestParts<Arc<App>> for OrganizationRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        struct OrganizationPath {
            org: String,
        }
        let OrganizationPath { org } = path(parts).await?;
        Ok(Self {
            app: Arc::clone(app),
            caller: Caller::from_request_parts(parts, app).await?,
            organization: org,
        })
    }
}

impl FromRequestParts<Arc<App>> for EnvironmentRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let path = path(parts).await?;
        Ok(Self {
            app: Arc::clone(app),
            caller: Caller::from_request_parts(parts, app).await?,
            path,
        })
    }
}

impl FromRequestParts<Arc<App>> for Below {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        let mut parameters: Vec<String> = path(parts).await?;
        Ok(Self(parameters.pop().unwrap_or_default()))
    }
}

/// The parameters of the path.
async fn path<T: DeserializeOwned + Send>(parts: &mut Parts) -> Result<T, ApiError> {
    let path = Path::<T>::from_request_parts(parts, &()).await;
    let error = |rejection: PathRejection| {
        ApiError::new(rejection.status(), rejection.body_text().to_lowercase())
    };
    path.map(|Path(path)| path).map_err(error)
}
