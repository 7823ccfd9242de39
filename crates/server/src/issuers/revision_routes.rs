//! Routes of the revisions of policies.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use claimgate::policy::parse_policies;
use claimgate_api::{AuthPolicyBody, ErrorBody, RevisionBody, RevisionsBody};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answers;
use super::policy_routes::{Replacement, replace};
use super::record::{PolicyOrigin, RevisionRecord};
use crate::app::App;
use crate::audit::query::{DEFAULT_LIMIT, MAX_LIMIT, page_size};
use crate::http::conditional::if_match;
use crate::http::error::ApiError;
use crate::http::request;
use crate::tokens::caller::Caller;

/// The routes of revisions.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(restore))
}

/// Which revisions are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RevisionsQuery {
    /// A version: only earlier ones
    before: Option<i64>,
    /// How many, 100 where absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// List the revisions of policies
///
/// The newest first. The newest thousand are kept, and of these as many as fit into 64 MiB.
#[utoipa::path(get, path = "/api/orgs/{org}/auth/policies/{id}/revisions", operation_id = "listPolicyRevisions", tag = "policies",
    params(("org" = String, Path), ("id" = String, Path, description = "of the policies, not of the issuer"), RevisionsQuery),
    responses((status = 200, body = RevisionsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<RevisionsBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let query: RevisionsQuery = request::query(&uri)?;
    let limit = page_size(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let store = &app.store;
    let found = store
        .revisions(organization.id, &id, query.before, limit)
        .await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found.last().filter(|_| is_full);
    Ok(Json(RevisionsBody {
        next: next.map(|revision| revision.version),
        revisions: found.iter().map(RevisionRecord::body).collect(),
    }))
}

/// Read a revision of policies
#[utoipa::path(get, path = "/api/orgs/{org}/auth/policies/{id}/revisions/{version}", operation_id = "getPolicyRevision", tag = "policies",
    params(("org" = String, Path), ("id" = String, Path, description = "of the policies, not of the issuer"), ("version" = String, Path, description = "a number")),
    responses((status = 200, body = RevisionBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn one(
    State(app): State<Arc<App>>,
    Path((org, id, version)): Path<(String, String, String)>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let version = number(&version)?;
    let store = &app.store;
    let length = store.revision_bytes(organization.id, &id, version).await?;
    let load = store.revision(organization.id, &id, version);
    let answer = |(record, document)| answers::revision(&record, document);
    answers::respond(&app, (organization.id, length), load, answer).await
}

/// Restore a revision of policies
///
/// Its policies become a new revision, under the rules for new policies. With `If-Match` and the `ETag`
/// of the policies, the change is refused (412) if there was another.
#[utoipa::path(post, path = "/api/orgs/{org}/auth/policies/{id}/revisions/{version}/restore", operation_id = "restorePolicyRevision", tag = "policies",
    params(("org" = String, Path), ("id" = String, Path, description = "of the policies, not of the issuer"), ("version" = String, Path, description = "a number"),
        ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = AuthPolicyBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)),
    security(("token" = [])))]
async fn restore(
    State(app): State<Arc<App>>,
    Path((org, id, version)): Path<(String, String, String)>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let expected = if_match(&headers)?;
    let version = number(&version)?;
    let revision = app.store.revision(organization.id, &id, version).await?;
    let document = revision.1;
    let length = document.len();
    let parse = move || parse_policies(&document).map_err(ApiError::invalid_document);
    let parsed = app.reviews.run_if_long(organization.id, length, parse);
    let replacement = Replacement {
        policies: parsed.await??,
        length,
        expected,
        origin: PolicyOrigin::Revision(version),
    };
    replace(&app, &caller, (&organization, &id), replacement).await
}

fn number(version: &str) -> Result<i64, ApiError> {
    let expected = || ApiError::expected("a version, a number", version);
    version.parse().map_err(|_| expected())
}
