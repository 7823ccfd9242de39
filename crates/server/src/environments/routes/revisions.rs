//! The revisions of an environment.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use claimgate_api::{EnvironmentRevisionBody, ErrorBody, RetractInput};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::MAX_COUNT;
use crate::app::App;
use crate::clock::now;
use crate::environments::access::permission::Permission;
use crate::environments::names::Version;
use crate::environments::record::{RevisionRecord, RevisionTag};
use crate::environments::request::{Below, EnvironmentRequest};
use crate::environments::store::Retract;
use crate::http::error::ApiError;
use crate::http::request::{json_body, query};

/// The longest reason, in characters.
const MAX_REASON: usize = 1_000;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(retract))
}

#[derive(Debug, Deserialize)]
struct RevisionsQuery {
    before: Option<i64>,
    count: Option<i64>,
}

/// List the revisions of an environment, newest first
///
/// `before` is the number of a revision; only older ones are listed. The list after the oldest one is empty.
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/versions", operation_id = "listEnvironmentRevisions", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("before" = Option<i64>, Query), ("count" = Option<i64>, Query)),
    responses((status = 200, body = Vec<EnvironmentRevisionBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    request: EnvironmentRequest,
    uri: Uri,
) -> Result<Json<Vec<EnvironmentRevisionBody>>, ApiError> {
    let (scope, environment) = request.environment(Permission::Read).await?;
    let query: RevisionsQuery = query(&uri)?;
    let before = query.before.filter(|before| *before > 0);
    let count = query.count.unwrap_or(MAX_COUNT).clamp(1, MAX_COUNT);
    let store = &scope.app.store;
    let revisions = store
        .environment_revisions(&environment.id, before, count)
        .await?;
    let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
    tags.entry(environment.revision)
        .or_default()
        .push("latest".to_owned());
    for tag in store.tags::<RevisionTag>(&environment.id).await? {
        tags.entry(tag.revision).or_default().push(tag.name);
    }
    let body = |revision: RevisionRecord| {
        let tags = tags.remove(&revision.number).unwrap_or_default();
        revision.body(tags)
    };
    Ok(Json(revisions.into_iter().map(body).collect()))
}

/// Retract a revision: another one is used in its place
///
/// That is `replacement`, or the last one before that is not retracted. The newest revision cannot be retracted.
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/versions/{version}/retract", operation_id = "retractEnvironmentRevision", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("version" = String, Path, description = "a number or a tag")), request_body = RetractInput,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn retract(
    request: EnvironmentRequest,
    Below(version): Below,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let (scope, environment) = request.environment(Permission::Write).await?;
    let input: RetractInput = json_body(&body)?;
    let length = input.reason.chars().count();
    if length > MAX_REASON {
        let message =
            format!("expected a `reason` of at most {MAX_REASON} characters, found {length}");
        return Err(ApiError::bad_request(message));
    }
    let missing = || ApiError::not_found("revision not found");
    let version = Version::parse(&version).ok_or_else(missing)?;
    let store = &scope.app.store;
    let number = store.revision_number(&environment, &version).await?;
    let number = number.ok_or_else(missing)?;
    match number.cmp(&environment.revision) {
        Ordering::Less => {}
        Ordering::Equal => {
            let message = "the newest revision cannot be retracted: save another one first";
            return Err(ApiError::bad_request(message));
        }
        // It may be saved at this moment, and would be the newest one then.
        Ordering::Greater => return Err(missing()),
    }
    let retract = Retract {
        number,
        replacement: input.replacement.filter(|replacement| *replacement > 0),
        by: scope.login(),
        reason: crate::db::value::replace_nul(&input.reason),
        now: now(),
    };
    let store = scope.store();
    let retracted = store.retract_revision(&scope.organization, &environment, retract);
    retracted.await?.ok_or_else(|| {
        let message = "there is no other revision to use in its place that is not retracted";
        ApiError::bad_request(message)
    })?;
    Ok(StatusCode::NO_CONTENT)
}
