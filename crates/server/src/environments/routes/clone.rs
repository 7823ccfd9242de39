//! Copying environments.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::StatusCode;
use claimgate_api::{ChangeAction, CloneInput, ErrorBody};
use claimgate_environments::{RewriteError, reencrypt_secrets};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::definitions::cannot_rewrite;
use super::list::{full, new_record};
use crate::app::App;
use crate::environments::access::permission::Permission;
use crate::environments::evaluate::blocking;
use crate::environments::keys::data_key::EnvironmentKeys;
use crate::environments::names::Name;
use crate::environments::record::{
    Definition, EnvironmentRecord, EnvironmentTag, Revision, RevisionTag,
};
use crate::environments::request::EnvironmentRequest;
use crate::environments::scope::Scope;
use crate::environments::store::{MAX_HISTORY, NewEnvironment, change};
use crate::http::error::ApiError;
use crate::http::request::json_body;

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
async fn clone(request: EnvironmentRequest, body: Bytes) -> Result<StatusCode, ApiError> {
    let (scope, path) = request.scope().await?;
    let input: CloneInput = json_body(&body)?;
    let version = input.version.filter(|version| *version > 0);
    let version = version.map(|version| version.to_string());
    let (original, _) = scope
        .definition(&path, version.as_deref(), Permission::Open)
        .await?;
    let to = Name::new(input.project.as_deref().unwrap_or(&path[0]), &input.name)?;
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
    let revisions = match keeps_history {
        true => history(scope, &from).await?,
        false => vec![Revision {
            number: 1,
            text: original.text,
            retraction: None,
        }],
    };
    let mut record = new_record(scope, to);
    record.revision = revisions.last().map_or(1, |revision| revision.number);
    let mut keys = EnvironmentKeys::none(record.owner());
    let mut key = scope.add_key(&mut keys).await?;
    let old = scope.keys(&from).await?;
    let (revisions, sealed) = blocking(&scope.app, move || reencrypt(revisions, &old, &keys))
        .await?
        .map_err(|error| cannot_rewrite(&error))?;
    key.sealed = sealed;
    let tags = match input.preserve_environment_tags {
        true => store.tags::<EnvironmentTag>(&from.id).await?,
        false => Vec::new(),
    };
    let mut revision_tags = match keeps_history && input.preserve_revision_tags {
        true => store.tags::<RevisionTag>(&from.id).await?,
        false => Vec::new(),
    };
    revision_tags.retain(|tag| {
        let is_there = |revision: &Revision| revision.number == tag.revision;
        revisions.iter().any(is_there)
    });
    let own_id = |tag| EnvironmentTag {
        id: crate::random::id(),
        ..tag
    };
    Ok(NewEnvironment {
        record,
        key,
        revisions,
        tags: tags.into_iter().map(own_id).collect(),
        revision_tags,
        creator: scope.login(),
    })
}

/// All revisions of an environment.
///
/// # Errors
/// 400 if they are too large to be copied at once.
async fn history(
    scope: &Scope,
    environment: &EnvironmentRecord,
) -> Result<Vec<Revision>, ApiError> {
    let store = &scope.app.store;
    let bytes = store.history_bytes(&environment.id).await?;
    if bytes > MAX_HISTORY {
        let message = format!(
            "expected revisions of at most {MAX_HISTORY} bytes in all, found {bytes}: copy without `preserveHistory`, or \
             delete tags of old revisions first"
        );
        return Err(ApiError::bad_request(message));
    }
    Ok(store.history(&environment.id).await?)
}

/// The same revisions under other keys, and how many secrets they have.
fn reencrypt(
    revisions: Vec<Revision>,
    old: &EnvironmentKeys,
    new: &EnvironmentKeys,
) -> Result<(Vec<Revision>, i64), RewriteError> {
    let mut sealed = 0;
    let mut rewritten = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let text = reencrypt_secrets(&revision.text, old, new)?;
        let count = claimgate_environments::ciphertexts(&text)?.len();
        sealed += i64::try_from(count).unwrap_or(i64::MAX);
        rewritten.push(Revision { text, ..revision });
    }
    Ok((rewritten, sealed))
}
