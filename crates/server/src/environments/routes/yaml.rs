//! Checking definitions: saved ones, and those of a request.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Uri;
use axum::response::Response;
use claimgate_api::ErrorBody;
use claimgate_environments::Options;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::json_text;
use crate::app::App;
use crate::environments::access::permission::Permission;
use crate::environments::evaluate::{Evaluate, Evaluated, Mode, blocking, evaluate, text};
use crate::environments::request::{Below, EnvironmentRequest, OrganizationRequest};
use crate::environments::scope::Scope;
use crate::http::error::ApiError;
use crate::http::request::query;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(check_unsaved))
        .routes(routes!(check))
        .routes(routes!(check_version))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CheckQuery {
    #[serde(default)]
    show_secrets: bool,
}

/// Check a definition that is not saved
///
/// Providers are not called, and encrypted secrets stay unknown. With `showSecrets`, expressions have the text of the secrets
/// that the definition has in plain text.
#[utoipa::path(post, path = "/api/esc/environments/{org}/yaml/check", operation_id = "checkYaml", tag = "environments",
    params(("org" = String, Path), ("showSecrets" = Option<bool>, Query)),
    request_body(content = Option<serde_json::Value>, description = "a definition; without a body, an empty one", content_type = "application/x-yaml"),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn check_unsaved(
    request: OrganizationRequest,
    uri: Uri,
    body: Bytes,
) -> Result<Response, ApiError> {
    let scope = request.scope().await?;
    let query: CheckQuery = query(&uri)?;
    let checked = Evaluate {
        name: None,
        text: text(&body)?,
        keys: None,
        mode: Mode::Check(Options::default().show_plaintext(query.show_secrets)),
    };
    let evaluated = evaluate(&scope, checked).await?;
    answer(&scope, evaluated).await
}

/// Check the definition of an environment
///
/// `showSecrets` needs the permission to open it.
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/check", operation_id = "checkEnvironment", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("showSecrets" = Option<bool>, Query)),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn check(request: EnvironmentRequest, uri: Uri) -> Result<Response, ApiError> {
    check_saved(request, None, &uri).await
}

/// Check a revision of an environment
///
/// `showSecrets` needs the permission to open it.
#[utoipa::path(post, path = "/api/esc/environments/{org}/{project}/{env}/versions/{version}/check", operation_id = "checkEnvironmentVersion", tag = "environments",
    params(("org" = String, Path), ("project" = String, Path), ("env" = String, Path), ("version" = String, Path, description = "a number or a tag"), ("showSecrets" = Option<bool>, Query)),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn check_version(
    request: EnvironmentRequest,
    Below(version): Below,
    uri: Uri,
) -> Result<Response, ApiError> {
    check_saved(request, Some(&version), &uri).await
}

async fn check_saved(
    request: EnvironmentRequest,
    version: Option<&str>,
    uri: &Uri,
) -> Result<Response, ApiError> {
    let (scope, path) = request.scope().await?;
    let query: CheckQuery = query(uri)?;
    let needed = match query.show_secrets {
        true => Permission::Open,
        false => Permission::Read,
    };
    let (definition, _) = scope.definition(&path, version, needed).await?;
    let keys = scope.keys(&definition.environment).await?;
    let checked = Evaluate {
        name: Some(definition.environment.name.clone()),
        text: definition.text.clone(),
        keys: Some(keys),
        mode: Mode::Check(Options::default().show_secrets(query.show_secrets)),
    };
    let evaluated = evaluate(&scope, checked).await?;
    if query.show_secrets {
        let imported = &evaluated.imported;
        scope.record_decrypted(&definition, imported).await?;
    }
    answer(&scope, evaluated).await
}

async fn answer(scope: &Scope, evaluated: Evaluated) -> Result<Response, ApiError> {
    let environment = evaluated.without_errors()?.environment;
    let write = move || serde_json::to_vec(&environment).unwrap_or_default();
    let body = blocking(&scope.app, write).await?;
    Ok(json_text(Zeroizing::new(body)))
}
