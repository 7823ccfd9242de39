//! Copying environments.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use claimgate_api::{ChangeAction, CloneInput, ErrorBody};
use claimgate_environments::{RewriteError, reencrypt_secrets};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::definitions::cannot_rewrite;
use super::list::{full, new_record, owner};
use crate::app::App;
use crate::environments::access::permission::Permission;
use crate::environments::evaluate::blocking;
use crate::environments::keys::data_key::EnvironmentKeys;
use crate::environments::names::Name;
use crate::environments::record::{Definition, EnvironmentTag, RevisionTag};
use crate::environments::scope::Scope;
use crate::environments::store::{NewEnvironment, change};
use crate::http::error::ApiError;
use crate::http::request::json_body;
use crate::tokens::caller::Caller;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default().routes(routes!(clone))
}

/// Copy an environment
///
/// Needs the permission to open the original and to write the copy. Secrets are encrypted again, with a key of the copy's own.
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/clone", operation_id = "cloneEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)), request_body = CloneInput,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn clone(
    State(app): State<Arc<App>>,
    Path((org, project, env)): Path<(String, String, String)>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let scope = Scope::new(&app, caller, &org).await?;
    let input: CloneInput = json_body(&body)?;
    let version = input.version.filter(|version| *version > 0);
    let version = version.map(|version| version.to_string());
    let (original, _) = scope
        .definition([&project, &env], version.as_deref(), Permission::Open)
        .await?;
    let to = Name::new(input.project.as_deref().unwrap_or(&project), &input.name)?;
    scope.require(&to, Permission::Write).await?;
    let detail =
        json!({"from": original.environment.name.to_string(), "revision": original.revision});
    let change = change(ChangeAction::EnvironmentCloned, &scope.organization, &to);
    let change = change.with([None, Some(detail)]);
    let new = copy(&scope, original, to, &input).await?;
    let store = scope.store();
    let created = store.create_environment(&scope.organization, new, change);
    created.await?.ok_or_else(full)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn copy(
    scope: &Scope,
    original: Definition,
    to: Name,
    input: &CloneInput,
) -> Result<NewEnvironment, ApiError> {
    let from = original.environment;
    let store = &scope.app.store;
    let keeps_history = input.preserve_history && input.version.is_none_or(|version| version == 0);
    let definitions = match keeps_history {
        true => store.all_definitions(&from.id).await?,
        false => vec![(1, original.text)],
    };
    let mut record = new_record(scope, to);
    record.revision = definitions.last().map_or(1, |(number, _)| *number);
    let mut keys = EnvironmentKeys::none(owner(&record));
    let mut key = keys.add(&*scope.master()?);
    let old = scope.keys(&from).await?;
    let (definitions, sealed) = blocking(&scope.app, move || reencrypt(definitions, &old, &keys))
        .await?
        .map_err(|error| cannot_rewrite(&error))?;
    key.sealed = sealed;
    let tags = match input.preserve_environment_tags {
        true => store.environment_tags(&from.id).await?,
        false => Vec::new(),
    };
    let mut revision_tags = match keeps_history && input.preserve_revision_tags {
        true => store.revision_tags(&from.id).await?,
        false => Vec::new(),
    };
    revision_tags.retain(|tag: &RevisionTag| {
        let is_there = |(number, _): &(i64, String)| *number == tag.revision;
        definitions.iter().any(is_there)
    });
    let own_id = |tag| EnvironmentTag {
        id: crate::random::id(),
        ..tag
    };
    Ok(NewEnvironment {
        record,
        key,
        definitions,
        tags: tags.into_iter().map(own_id).collect(),
        revision_tags,
        creator: scope.login(),
    })
}

/// The same definitions under other keys, and how many secrets they have.
fn reencrypt(
    definitions: Vec<(i64, String)>,
    old: &EnvironmentKeys,
    new: &EnvironmentKeys,
) -> Result<(Vec<(i64, String)>, i64), RewriteError> {
    let mut sealed = 0;
    let mut rewritten = Vec::with_capacity(definitions.len());
    for (number, text) in definitions {
        let text = reencrypt_secrets(&text, old, new)?;
        let count = claimgate_environments::ciphertexts(&text)?.len();
        sealed += i64::try_from(count).unwrap_or(i64::MAX);
        rewritten.push((number, text));
    }
    Ok((rewritten, sealed))
}
