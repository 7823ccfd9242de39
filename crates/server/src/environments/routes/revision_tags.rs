//! The tags of an environment's revisions.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use claimgate_api::{
    ErrorBody, RevisionTagBody, RevisionTagInput, RevisionTagMove, RevisionTagsBody,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Part;
use crate::app::App;
use crate::clock::now;
use crate::environments::access::permission::Permission;
use crate::environments::names::revision_tag;
use crate::environments::record::{EnvironmentRecord, RevisionTag};
use crate::environments::request::{Below, EnvironmentRequest};
use crate::environments::scope::Scope;
use crate::environments::store::TagChange;
use crate::http::error::ApiError;
use crate::http::request::{json_body, query};

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(read, relocate, delete))
}

/// List the tags of an environment's revisions, by name
///
/// `latest` is one of them. The list after the last one is empty.
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/versions/tags", operation_id = "listRevisionTags", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("after" = Option<String>, Query), ("count" = Option<i64>, Query)),
    responses((status = 200, body = RevisionTagsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(request: EnvironmentRequest, uri: Uri) -> Result<Json<RevisionTagsBody>, ApiError> {
    let (scope, environment) = request.environment(Permission::Read).await?;
    let part: Part = query(&uri)?;
    let mut tags = scope.app.store.tags::<RevisionTag>(&environment.id).await?;
    tags.push(newest(&scope, &environment).await?);
    tags.sort_by(|one, other| one.name.cmp(&other.name));
    let tags = part.of(tags, |tag| &tag.name);
    Ok(Json(RevisionTagsBody {
        tags: tags.into_iter().map(RevisionTagBody::from).collect(),
        next_token: String::new(),
    }))
}

/// The tag `latest`, which every environment has, with who made the newest revision.
async fn newest(scope: &Scope, environment: &EnvironmentRecord) -> Result<RevisionTag, ApiError> {
    let store = &scope.app.store;
    let revisions = store
        .environment_revisions(&environment.id, None, 1)
        .await?;
    let revision = revisions.into_iter().next();
    let revision = revision.ok_or_else(|| ApiError::not_found("revision not found"))?;
    Ok(RevisionTag {
        name: "latest".to_owned(),
        revision: revision.number,
        created: environment.created,
        modified: revision.at,
        editor: revision.creator,
    })
}

/// Put a tag on a revision of an environment
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/versions/tags", operation_id = "createRevisionTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)), request_body = RevisionTagInput,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn create(request: EnvironmentRequest, body: Bytes) -> Result<StatusCode, ApiError> {
    let (scope, environment) = request.environment(Permission::Write).await?;
    let input: RevisionTagInput = json_body(&body)?;
    revision_tag(&input.name)?;
    let now = now();
    let tag = RevisionTag {
        name: input.name,
        revision: input.revision.unwrap_or(environment.revision),
        created: now,
        modified: now,
        editor: scope.login(),
    };
    save(&scope, &environment, TagChange::Add(tag)).await
}

async fn save(
    scope: &Scope,
    environment: &EnvironmentRecord,
    tag: TagChange<RevisionTag>,
) -> Result<StatusCode, ApiError> {
    let store = scope.store();
    let changed = store.change_tag(&scope.organization, environment, tag);
    changed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read a tag of an environment's revisions
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/versions/tags/{tag}", operation_id = "getRevisionTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("tag" = String, Path)),
    responses((status = 200, body = RevisionTagBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn read(
    request: EnvironmentRequest,
    Below(tag): Below,
) -> Result<Json<RevisionTagBody>, ApiError> {
    let (scope, environment) = request.environment(Permission::Read).await?;
    Ok(Json(existing(&scope, &environment, &tag).await?.into()))
}

async fn existing(
    scope: &Scope,
    environment: &EnvironmentRecord,
    name: &str,
) -> Result<RevisionTag, ApiError> {
    if name == "latest" {
        return newest(scope, environment).await;
    }
    let found = scope.app.store.tag(&environment.id, name).await?;
    found.ok_or_else(|| ApiError::not_found("tag not found"))
}

/// Move a tag to another revision
#[utoipa::path(patch, path = "/api/esc/environments/{org}/{project}/{env}/versions/tags/{tag}", operation_id = "moveRevisionTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("tag" = String, Path)), request_body = RevisionTagMove,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn relocate(
    request: EnvironmentRequest,
    Below(tag): Below,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let (scope, environment) = request.environment(Permission::Write).await?;
    let input: RevisionTagMove = json_body(&body)?;
    revision_tag(&tag)?;
    let before = existing(&scope, &environment, &tag).await?;
    let after = RevisionTag {
        revision: input.revision.unwrap_or(environment.revision),
        modified: now(),
        editor: scope.login(),
        ..before.clone()
    };
    save(&scope, &environment, TagChange::Replace(before, after)).await
}

/// Delete a tag of an environment's revisions
#[utoipa::path(delete, path = "/api/esc/environments/{org}/{project}/{env}/versions/tags/{tag}", operation_id = "deleteRevisionTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("tag" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn delete(request: EnvironmentRequest, Below(tag): Below) -> Result<StatusCode, ApiError> {
    let (scope, environment) = request.environment(Permission::Write).await?;
    revision_tag(&tag)?;
    save(&scope, &environment, TagChange::Delete(tag)).await
}
