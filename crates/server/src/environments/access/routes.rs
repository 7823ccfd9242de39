//! Routes of the permissions on environments, for admins of the organization.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate_api::{EnvironmentAccessBody, EnvironmentAccessInput, ErrorBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::binding::Binding;
use crate::app::App;
use crate::environments::names::check_organization;
use crate::http::conditional::{etag, if_match};
use crate::http::error::ApiError;
use crate::http::request::json_body;
use crate::tokens::caller::Caller;

/// The most permissions of an organization: each request reads all of them.
const MAX_ACCESS: usize = 500;

/// The routes of permissions.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default().routes(routes!(read, replace))
}

/// Read the permissions on the environments of an organization
#[utoipa::path(get, path = "/api/orgs/{org}/environments/access", operation_id = "getEnvironmentAccess", tag = "environments",
    params(("org" = String, Path)),
    responses((status = 200, body = EnvironmentAccessBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn read(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
) -> Result<Response, ApiError> {
    app.environments()?;
    let organization = caller.require_admin(&app.store, &org).await?;
    let access = app.store.environment_access(organization.id).await?;
    Ok((etag(access.version), Json(access)).into_response())
}

/// Replace the permissions on the environments of an organization
///
/// A token has the greatest of the permissions that are for it and cover an environment by name, and none without one. With
/// `If-Match` and the `ETag` that was read, the change is refused (412) if there was another.
#[utoipa::path(put, path = "/api/orgs/{org}/environments/access", operation_id = "replaceEnvironmentAccess", tag = "environments",
    params(("org" = String, Path), ("If-Match" = Option<String>, Header)), request_body = EnvironmentAccessInput,
    responses((status = 200, body = EnvironmentAccessBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)),
    security(("token" = [])))]
async fn replace(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    app.environments()?;
    let organization = caller.require_admin(&app.store, &org).await?;
    check_organization(&organization.name)?;
    let expected = if_match(&headers)?;
    let input: EnvironmentAccessInput = json_body(&body)?;
    check(&input)?;
    let store = caller.store(&app);
    let access = store
        .replace_environment_access(&organization, input.access, expected)
        .await?;
    Ok((etag(access.version), Json(access)).into_response())
}

fn check(input: &EnvironmentAccessInput) -> Result<(), ApiError> {
    let count = input.access.len();
    if count > MAX_ACCESS {
        let message = format!("expected at most {MAX_ACCESS} permissions, found {count}");
        return Err(ApiError::bad_request(message));
    }
    let problems = input
        .access
        .iter()
        .enumerate()
        .filter_map(|(index, access)| {
            let problem = Binding::new(access).err()?;
            let path = format!("access[{index}]");
            Some(Diagnostic::error(&path, "wrong-value", problem))
        });
    let problems: Diagnostics = problems.collect();
    problems.or(()).map_err(ApiError::invalid_document)
}
