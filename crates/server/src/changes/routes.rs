//! Routes of administrators' changes: of one organization for its admins, of all for the bootstrap
//! token.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use claimgate_api::{ChangeBody, ChangesBody, ErrorBody};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::audit::query::{Page, continuation};
use crate::audit::scope::AuditScope;
use crate::audit::search::AuditFilter;
use crate::http::error::ApiError;
use crate::http::request;
use crate::tokens::caller::Caller;

/// The routes of changes.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(list_all))
        .routes(routes!(one_of_all))
}

/// Which changes are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ChangesQuery {
    /// A code, such as `policies-replaced`
    code: Option<String>,
    /// The id of an issuer
    issuer: Option<String>,
    /// The URL of an issuer, the id of a token, or an environment, as `project/name`
    name: Option<String>,
    /// RFC 3339, or seconds since 1970
    since: Option<String>,
    /// RFC 3339, or seconds since 1970
    until: Option<String>,
    /// The id of a change: only older ones
    #[param(pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    before: Option<String>,
    /// How many, 100 where absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// Search the changes that administrators made
#[utoipa::path(get, path = "/api/orgs/{org}/changes", operation_id = "listChanges", tag = "audit",
    params(("org" = String, Path), ChangesQuery),
    responses((status = 200, body = ChangesBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<ChangesBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    search(&app, AuditScope::Organization(organization.id), &uri).await
}

/// Search the changes of all organizations; for the bootstrap token only
#[utoipa::path(get, path = "/api/admin/changes", operation_id = "listAllChanges", tag = "audit", params(ChangesQuery),
    responses((status = 200, body = ChangesBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("token" = [])))]
async fn list_all(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<ChangesBody>, ApiError> {
    caller.require_root()?;
    search(&app, AuditScope::All, &uri).await
}

async fn search(app: &App, scope: AuditScope, uri: &Uri) -> Result<Json<ChangesBody>, ApiError> {
    let query: ChangesQuery = request::query(uri)?;
    let page = Page {
        since: query.since,
        until: query.until,
        before: query.before,
        limit: query.limit,
    };
    let filter = AuditFilter {
        code: query.code,
        issuer: query.issuer,
        name: query.name,
        ..page.filter()?
    };
    let found = app.store.changes(scope, &filter).await?;
    let (next, reached) = continuation(&found, filter.limit);
    Ok(Json(ChangesBody {
        changes: found.entries,
        next,
        reached,
    }))
}

/// Read a change with what it changed
#[utoipa::path(get, path = "/api/orgs/{org}/changes/{id}", operation_id = "getChange", tag = "audit",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = ChangeBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn one(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<ChangeBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    Ok(Json(app.store.change(organization.id, &id).await?))
}

/// Read any change with what it changed; for the bootstrap token only
#[utoipa::path(get, path = "/api/admin/changes/{id}", operation_id = "getAnyChange", tag = "audit",
    params(("id" = String, Path)),
    responses((status = 200, body = ChangeBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn one_of_all(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<ChangeBody>, ApiError> {
    caller.require_root()?;
    Ok(Json(app.store.change(AuditScope::All, &id).await?))
}
