//! The tags of an environment.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use claimgate_api::{
    EnvironmentTagBody, EnvironmentTagChange, EnvironmentTagInput, EnvironmentTagsBody, ErrorBody,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Part;
use crate::app::App;
use crate::clock::now;
use crate::db::error::StoreError;
use crate::environments::access::permission::Permission;
use crate::environments::record::{EnvironmentRecord, EnvironmentTag};
use crate::environments::request::{Below, EnvironmentRequest};
use crate::environments::scope::Scope;
use crate::environments::store::TagChange;
use crate::http::error::ApiError;
use crate::http::request::{json_body, query};
use crate::random;

/// The longest name, in characters.
const MAX_NAME: usize = 100;

/// The longest value, in characters.
const MAX_VALUE: usize = 256;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
}

/// List the tags of an environment, by name
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/tags", operation_id = "listEnvironmentTags", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("after" = Option<String>, Query), ("count" = Option<i64>, Query)),
    responses((status = 200, body = EnvironmentTagsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    request: EnvironmentRequest,
    uri: Uri,
) -> Result<Json<EnvironmentTagsBody>, ApiError> {
    let (scope, environment) = request.environment(Permission::Read).await?;
    let part: Part = query(&uri)?;
    let mut tags = scope
        .app
        .store
        .tags::<EnvironmentTag>(&environment.id)
        .await?;
    tags.sort_by(|one, other| one.name.cmp(&other.name));
    let last = tags.last().map(|tag| tag.name.clone());
    let tags = part.of(tags, |tag| &tag.name);
    let next = tags.last().map(|tag| tag.name.clone());
    let next_token = next.filter(|next| Some(next) != last.as_ref());
    let tags = tags.into_iter();
    Ok(Json(EnvironmentTagsBody {
        tags: tags.map(|tag| (tag.name.clone(), tag.into())).collect(),
        // Clients go on until the token is this.
        next_token: next_token.unwrap_or_else(|| "0".to_owned()),
    }))
}

/// Put a tag on an environment
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/tags", operation_id = "createEnvironmentTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)), request_body = EnvironmentTagInput,
    responses((status = 200, body = EnvironmentTagBody), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn create(
    request: EnvironmentRequest,
    body: Bytes,
) -> Result<Json<EnvironmentTagBody>, ApiError> {
    let (scope, environment) = request.environment(Permission::Write).await?;
    let input: EnvironmentTagInput = json_body(&body)?;
    check(&input)?;
    let now = now();
    let tag = EnvironmentTag {
        id: random::id(),
        name: input.name,
        value: input.value,
        created: now,
        modified: now,
        editor: scope.login(),
    };
    save(&scope, &environment, TagChange::Add(tag.clone())).await?;
    Ok(Json(tag.into()))
}

fn check(tag: &EnvironmentTagInput) -> Result<(), ApiError> {
    let is_plain = |text: &str| !text.chars().any(char::is_control);
    let name = tag.name.chars().count();
    // A name is a part of paths, and `0` ends lists.
    let is_name = (1..=MAX_NAME).contains(&name) && !tag.name.contains('/') && tag.name != "0";
    if !is_name || !is_plain(&tag.name) {
        let expected = format!("a `name` of 1 to {MAX_NAME} characters without `/`");
        return Err(ApiError::expected(expected, &tag.name));
    }
    let value = tag.value.chars().count();
    if value > MAX_VALUE || !is_plain(&tag.value) {
        let message = format!(
            "expected a `value` of at most {MAX_VALUE} characters in one line, found {value}"
        );
        return Err(ApiError::bad_request(message));
    }
    Ok(())
}

async fn save(
    scope: &Scope,
    environment: &EnvironmentRecord,
    tag: TagChange<EnvironmentTag>,
) -> Result<(), ApiError> {
    let store = scope.store();
    let changed = store.change_tag(&scope.organization, environment, tag);
    Ok(changed.await?)
}

/// Read a tag of an environment
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/tags/{tag}", operation_id = "getEnvironmentTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("tag" = String, Path)),
    responses((status = 200, body = EnvironmentTagBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn read(
    request: EnvironmentRequest,
    Below(tag): Below,
) -> Result<Json<EnvironmentTagBody>, ApiError> {
    let (scope, environment) = request.environment(Permission::Read).await?;
    Ok(Json(existing(&scope, &environment, &tag).await?.into()))
}

async fn existing(
    scope: &Scope,
    environment: &EnvironmentRecord,
    name: &str,
) -> Result<EnvironmentTag, ApiError> {
    let store = &scope.app.store;
    let found = store.tag(&environment.id, name).await?;
    found.ok_or_else(|| ApiError::not_found("tag not found"))
}

/// Change the name or the value of a tag of an environment
///
/// The change is refused (409) if the value is not that of `currentTag` any more.
#[utoipa::path(patch, path = "/api/esc/environments/{org}/{project}/{env}/tags/{tag}", operation_id = "updateEnvironmentTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("tag" = String, Path)), request_body = EnvironmentTagChange,
    responses((status = 200, body = EnvironmentTagBody), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn update(
    request: EnvironmentRequest,
    Below(tag): Below,
    body: Bytes,
) -> Result<Json<EnvironmentTagBody>, ApiError> {
    let (scope, environment) = request.environment(Permission::Write).await?;
    let EnvironmentTagChange {
        current_tag,
        new_tag,
    } = json_body(&body)?;
    let before = existing(&scope, &environment, &tag).await?;
    if before.value != current_tag.value {
        return Err(changed());
    }
    let or = |new: String, old: &str| if new.is_empty() { old.to_owned() } else { new };
    let wanted = EnvironmentTagInput {
        name: or(new_tag.name, &before.name),
        value: or(new_tag.value, &before.value),
    };
    check(&wanted)?;
    let after = EnvironmentTag {
        name: wanted.name,
        value: wanted.value,
        modified: now(),
        editor: scope.login(),
        ..before.clone()
    };
    let change = TagChange::Replace(before, after.clone());
    let store = scope.store();
    let saved = store.change_tag(&scope.organization, &environment, change);
    match saved.await {
        Err(StoreError::Missing { what: "tag" }) => Err(changed()),
        saved => saved.map(|()| Json(after.into())).map_err(ApiError::from),
    }
}

/// 409: a tag has another value than the one that a change is based on.
fn changed() -> ApiError {
    let message = "the tag was changed in the meantime: read it again";
    ApiError::new(StatusCode::CONFLICT, message)
}

/// Delete a tag of an environment
#[utoipa::path(delete, path = "/api/esc/environments/{org}/{project}/{env}/tags/{tag}", operation_id = "deleteEnvironmentTag", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("tag" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn delete(request: EnvironmentRequest, Below(tag): Below) -> Result<StatusCode, ApiError> {
    let (scope, environment) = request.environment(Permission::Write).await?;
    save(&scope, &environment, TagChange::Delete(tag)).await?;
    Ok(StatusCode::NO_CONTENT)
}
