//! Reading, saving and deleting environments, and their settings.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use claimgate_api::{EnvironmentSettingsBody, ErrorBody, SavedBody};
use claimgate_environments::{
    Options, RewriteError, check_ciphertexts, ciphertexts, decrypt_secrets, encrypt_secrets,
    has_plaintext,
};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::clock::now;
use crate::db::error::StoreError;
use crate::environments::access::permission::Permission;
use crate::environments::evaluate::{Evaluate, Mode, blocking, evaluate, text};
use crate::environments::headers::{changed, expected_revision, of_definition, of_revision};
use crate::environments::keys::data_key::EnvironmentKeys;
use crate::environments::record::Definition;
use crate::environments::request::{Below, EnvironmentRequest};
use crate::environments::scope::Scope;
use crate::environments::store::Save;
use crate::http::error::{ApiError, wire};
use crate::http::request::json_body;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(read, save, delete))
        .routes(routes!(read_version))
        .routes(routes!(decrypt))
        .routes(routes!(decrypt_version))
        .routes(routes!(settings, change_settings))
}

/// Read the definition of an environment, whose secrets stay encrypted
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}", operation_id = "readEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)),
    responses((status = 200, body = serde_json::Value, content_type = "application/x-yaml"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn read(request: EnvironmentRequest) -> Result<Response, ApiError> {
    let (_, definition, _) = request.definition(None, Permission::Read).await?;
    Ok((of_definition(&definition), definition.text).into_response())
}

/// Read a revision of an environment, whose secrets stay encrypted
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/versions/{version}", operation_id = "readEnvironmentVersion", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("version" = String, Path, description = "a number or a tag")),
    responses((status = 200, body = serde_json::Value, content_type = "application/x-yaml"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn read_version(
    request: EnvironmentRequest,
    Below(version): Below,
) -> Result<Response, ApiError> {
    let (_, definition, _) = request.definition(Some(&version), Permission::Read).await?;
    Ok((of_definition(&definition), definition.text).into_response())
}

/// Read the definition of an environment with its secrets in plain text
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/decrypt", operation_id = "decryptEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)),
    responses((status = 200, body = serde_json::Value, content_type = "application/x-yaml"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn decrypt(request: EnvironmentRequest) -> Result<Response, ApiError> {
    decrypted(request, None).await
}

/// Read a revision of an environment with its secrets in plain text
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/versions/{version}/decrypt", operation_id = "decryptEnvironmentVersion", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("version" = String, Path, description = "a number or a tag")),
    responses((status = 200, body = serde_json::Value, content_type = "application/x-yaml"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn decrypt_version(
    request: EnvironmentRequest,
    Below(version): Below,
) -> Result<Response, ApiError> {
    decrypted(request, Some(&version)).await
}

async fn decrypted(
    request: EnvironmentRequest,
    version: Option<&str>,
) -> Result<Response, ApiError> {
    let (scope, definition, _) = request.definition(version, Permission::Open).await?;
    let keys = scope.keys(&definition.environment).await?;
    let source = definition.text.clone();
    let plain = blocking(&scope.app, move || decrypt_secrets(&source, &keys)).await?;
    let plain = plain.map_err(|error| cannot_rewrite(&error))?;
    scope.record_decrypted(&definition, &[]).await?;
    Ok((of_definition(&definition), plain).into_response())
}

/// Save a definition as a new revision
///
/// Secrets in plain text are encrypted. Nothing is saved if the definition has errors, or if `If-Match` is not the `ETag` of the
/// newest revision (409). A definition that is the newest revision already makes none.
#[utoipa::path(patch, path = "/api/esc/environments/{org}/{project}/{env}", operation_id = "updateEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("If-Match" = Option<String>, Header)), request_body(content = Option<serde_json::Value>, description = "a definition; without a body, an empty one", content_type = "application/x-yaml"),
    responses((status = 200, body = SavedBody), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn save(
    request: EnvironmentRequest,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (scope, current, _) = request.definition(None, Permission::Write).await?;
    let expected = expected_revision(&headers, &current.environment)?;
    if expected.is_some_and(|expected| expected != current.environment.revision) {
        return Err(changed());
    }
    let text = text(&body)?;
    let name = current.environment.name.clone();
    let evaluated = evaluate(
        &scope,
        Evaluate {
            name: Some(name),
            text: text.clone(),
            keys: None,
            mode: Mode::Check(Options::default()),
        },
    )
    .await?
    .without_errors()?;
    let revision = save_text(&scope, &current, text, expected).await?;
    let body = Json(SavedBody {
        diagnostics: wire(&evaluated.diagnostics),
    });
    Ok((of_revision(&current.environment, revision), body).into_response())
}

/// Encrypts the secrets of a checked definition and stores it. Returns the number of the newest revision.
async fn save_text(
    scope: &Scope,
    current: &Definition,
    text: String,
    expected: Option<i64>,
) -> Result<i64, ApiError> {
    let environment = &current.environment;
    let mut keys = scope.keys(environment).await?;
    let key = match keys.is_used_up() {
        true => Some(scope.add_key(&mut keys).await?),
        false => None,
    };
    let name = environment.name.to_string();
    let newest = current.text.clone();
    let prepared = blocking(&scope.app, move || prepare(&name, &text, &newest, &keys)).await?;
    let Some(prepared) = prepared? else {
        return Ok(current.revision);
    };
    let save = Save {
        text: prepared.text,
        creator: scope.login(),
        expected,
        key,
        sealed: prepared.sealed,
        now: now(),
    };
    let store = scope.store();
    let saved = store.save_definition(&scope.organization, environment, save);
    saved.await.map_err(|error| match error {
        StoreError::Conflict { .. } => changed(),
        other => other.into(),
    })
}

/// A definition whose secrets are encrypted.
struct Prepared {
    text: String,
    /// How many secrets were encrypted.
    sealed: i64,
}

/// Encrypts the secrets of a definition; `None` if it is the newest one already.
fn prepare(
    name: &str,
    text: &str,
    newest: &str,
    keys: &EnvironmentKeys,
) -> Result<Option<Prepared>, ApiError> {
    if text == newest {
        return Ok(None);
    }
    let foreign = check_ciphertexts(name, text, keys);
    if !foreign.is_empty() {
        return Err(ApiError::invalid_definition(&foreign));
    }
    if decrypt_secrets(newest, keys).is_ok_and(|newest| newest == text) {
        return Ok(None);
    }
    let encrypted = encrypt_secrets(text, keys).map_err(|error| cannot_rewrite(&error))?;
    let is_plain = has_plaintext(&encrypted).map_err(|error| cannot_rewrite(&error))?;
    if is_plain {
        let message = "the definition has a secret that cannot be encrypted: expected `fn::secret: TEXT`, alone in its object";
        return Err(ApiError::bad_request(message));
    }
    let count = |text: &str| ciphertexts(text).map_or(0, |found| found.len());
    let sealed = count(&encrypted).saturating_sub(count(text));
    Ok(Some(Prepared {
        text: encrypted,
        sealed: i64::try_from(sealed).unwrap_or(i64::MAX),
    }))
}

/// 400: the secrets of a definition cannot be rewritten. No message of this error has a secret.
pub(super) fn cannot_rewrite(error: &RewriteError) -> ApiError {
    ApiError::bad_request(error.to_string())
}

/// Delete an environment with its revisions and keys
#[utoipa::path(delete, path = "/api/esc/environments/{org}/{project}/{env}", operation_id = "deleteEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)),
    responses((status = 200, body = Object), (status = 409, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn delete(request: EnvironmentRequest) -> Result<Json<Value>, ApiError> {
    let (scope, environment) = request.environment(Permission::Admin).await?;
    let store = scope.store();
    let deleted = store.delete_environment(&scope.organization, &environment);
    if !deleted.await? {
        let message = "the environment is protected against deletion: `deletionProtected` is set";
        return Err(ApiError::new(StatusCode::CONFLICT, message));
    }
    Ok(Json(json!({})))
}

/// Read the settings of an environment
#[utoipa::path(get, path = "/api/esc/environments/{org}/{project}/{env}/settings", operation_id = "getEnvironmentSettings", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)),
    responses((status = 200, body = EnvironmentSettingsBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn settings(request: EnvironmentRequest) -> Result<Json<EnvironmentSettingsBody>, ApiError> {
    let (_, environment) = request.environment(Permission::Read).await?;
    Ok(Json(EnvironmentSettingsBody {
        deletion_protected: environment.is_protected,
    }))
}

/// Change the settings of an environment
#[utoipa::path(patch, path = "/api/esc/environments/{org}/{project}/{env}/settings", operation_id = "updateEnvironmentSettings", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path)), request_body = EnvironmentSettingsBody,
    responses((status = 200, body = EnvironmentSettingsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn change_settings(
    request: EnvironmentRequest,
    body: Bytes,
) -> Result<Json<EnvironmentSettingsBody>, ApiError> {
    let (scope, environment) = request.environment(Permission::Admin).await?;
    let input: EnvironmentSettingsBody = json_body(&body)?;
    let store = scope.store();
    let protect = input.deletion_protected;
    store
        .protect_environment(&scope.organization, &environment, protect)
        .await?;
    Ok(Json(input))
}
