//! Opening environments, and reading what they yield.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use claimgate_api::{ChangeAction, ErrorBody, OpenBody};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::json_text;
use crate::app::App;
use crate::environments::access::grants::Grant;
use crate::environments::access::permission::Permission;
use crate::environments::evaluate::{Evaluate, Mode, evaluate, text};
use crate::environments::request::{Below, EnvironmentRequest, OrganizationRequest};
use crate::environments::scope::Scope;
use crate::environments::session;
use crate::environments::store::change;
use crate::http::error::ApiError;
use crate::http::request::query;

/// The path of a session as the SDKs write it where they read one property.
const DOUBLE_SLASH: &str = "/api/esc/environments/{org}/{project}/{env}/open//{id}";

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(open, end_all))
        .routes(routes!(open_version))
        .routes(routes!(read, end))
        .routes(routes!(open_unsaved))
        .routes(routes!(read_unsaved))
        .route(DOUBLE_SLASH, get(read))
}

#[derive(Debug, Default, Deserialize)]
struct OpenQuery {
    duration: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct ReadQuery {
    property: Option<String>,
}

/// Open an environment: what it yields can be read with the id of the answer
///
/// `duration` is a duration like `2h0m0s`. A session ends with the access token at the latest.
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/open", operation_id = "openEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("duration" = Option<String>, Query)),
    responses((status = 200, body = OpenBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn open(request: EnvironmentRequest, uri: Uri) -> Result<Json<OpenBody>, ApiError> {
    open_saved(request, None, &uri).await
}

/// Open a revision of an environment
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/versions/{version}/open", operation_id = "openEnvironmentVersion", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("version" = String, Path, description = "a number or a tag"), ("duration" = Option<String>, Query)),
    responses((status = 200, body = OpenBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn open_version(
    request: EnvironmentRequest,
    Below(version): Below,
    uri: Uri,
) -> Result<Json<OpenBody>, ApiError> {
    open_saved(request, Some(&version), &uri).await
}

async fn open_saved(
    request: EnvironmentRequest,
    version: Option<&str>,
    uri: &Uri,
) -> Result<Json<OpenBody>, ApiError> {
    let (scope, definition, grant) = request.definition(version, Permission::Open).await?;
    let query: OpenQuery = query(uri)?;
    let seconds = session::seconds(&scope, query.duration.as_deref(), grant)?;
    let keys = scope.keys(&definition.environment).await?;
    let opened = Evaluate {
        name: Some(definition.environment.name.clone()),
        text: definition.text.clone(),
        keys: Some(keys),
        mode: Mode::Open(seconds),
    };
    let opened = evaluate(&scope, opened).await?.without_errors()?;
    let id = session::create(&scope, Some(&definition), opened, seconds).await?;
    Ok(Json(OpenBody { id }))
}

/// Read what an opened environment yields
///
/// With `property`, only the value at that path.
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/open/{id}", operation_id = "readOpenEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("id" = String, Path), ("property" = Option<String>, Query)),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn read(
    request: EnvironmentRequest,
    Below(id): Below,
    uri: Uri,
) -> Result<Response, ApiError> {
    let (scope, environment) = request.environment(Permission::Open).await?;
    answer(&scope, &environment.id, &id, &uri).await
}

async fn answer(
    scope: &Scope,
    environment: &str,
    id: &str,
    uri: &Uri,
) -> Result<Response, ApiError> {
    let query: ReadQuery = query(uri)?;
    let property = query.property.as_deref();
    let text = session::read(scope, environment, id, property).await?;
    Ok(json_text(text))
}

/// End an open session of the token
#[utoipa::path(delete, path = "/api/esc/environments/{org}/{project}/{env}/open/{id}", operation_id = "endOpenEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn end(request: EnvironmentRequest, Below(id): Below) -> Result<StatusCode, ApiError> {
    let (scope, environment) = request.environment(Permission::Open).await?;
    session::end(&scope, &environment.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all open sessions of an environment
#[utoipa::path(delete, path = "/api/esc/environments/{org}/{project}/{env}/open", operation_id = "endOpenEnvironments", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn end_all(request: EnvironmentRequest) -> Result<StatusCode, ApiError> {
    let (scope, environment) = request.environment(Permission::Admin).await?;
    let change = change(
        ChangeAction::EnvironmentSessionsEnded,
        &scope.organization,
        &environment.name,
    );
    let store = scope.store();
    store
        .end_sessions(&scope.organization, &environment, change)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open a definition that is not saved
///
/// The token needs the permission to open everything that it imports, and at least one environment.
#[utoipa::path(post, path = "/api/esc/environments/{org}/yaml/open", operation_id = "openYaml", tag = "environments",
    params(("org" = String, Path), ("duration" = Option<String>, Query)),
    request_body(content = Option<serde_json::Value>, description = "a definition; without a body, an empty one", content_type = "application/x-yaml"),
    responses((status = 200, body = OpenBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn open_unsaved(
    request: OrganizationRequest,
    uri: Uri,
    body: Bytes,
) -> Result<Json<OpenBody>, ApiError> {
    let scope = request.scope().await?;
    // What is open counts for the whole organization, so not every token may add to it.
    if !scope.grants.opens_any() {
        let message = "expected a token that may open an environment";
        return Err(ApiError::forbidden(message));
    }
    let query: OpenQuery = query(&uri)?;
    let seconds = session::seconds(&scope, query.duration.as_deref(), Grant::default())?;
    let opened = Evaluate {
        name: None,
        text: text(&body)?,
        keys: None,
        mode: Mode::Open(seconds),
    };
    let opened = evaluate(&scope, opened).await?.without_errors()?;
    let id = session::create(&scope, None, opened, seconds).await?;
    Ok(Json(OpenBody { id }))
}

/// Read what an opened definition yields that is not saved
#[utoipa::path(get, path = "/api/esc/environments/{org}/yaml/open/{id}", operation_id = "readOpenYaml", tag = "environments",
    params(("org" = String, Path), ("id" = String, Path), ("property" = Option<String>, Query)),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn read_unsaved(
    request: OrganizationRequest,
    Below(id): Below,
    uri: Uri,
) -> Result<Response, ApiError> {
    let scope = request.scope().await?;
    answer(&scope, "", &id, &uri).await
}
