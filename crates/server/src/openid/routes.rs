//! The routes by which others verify ID tokens. They need no token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use claimgate_api::ErrorBody;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::documents::discovery;
use super::provider::Version;
use crate::app::App;
use crate::http::error::ApiError;

/// How long others may keep a document: the next key is published for longer before it signs.
const MAX_AGE: &str = "public, max-age=3600";

/// The routes, below `/oidc`.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(configuration))
        .routes(routes!(keys))
        .routes(routes!(configuration_by_ids))
        .routes(routes!(keys_by_ids))
}

/// Read the discovery document of the issuer of ID tokens
#[utoipa::path(get, path = "/oidc/.well-known/openid-configuration", operation_id = "getOpenidConfiguration", tag = "openid",
    responses((status = 200, body = Object), (status = 404, body = ErrorBody)))]
async fn configuration(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    discovered(&app, Version::One)
}

/// Read the keys that ID tokens are signed with, the next one included
#[utoipa::path(get, path = "/oidc/.well-known/jwks", operation_id = "getOpenidKeys", tag = "openid",
    responses((status = 200, body = Object), (status = 404, body = ErrorBody)))]
async fn keys(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    published(&app, Version::One).await
}

/// Read the discovery document of the issuer of ID tokens whose subjects have ids
#[utoipa::path(get, path = "/oidc/v2/.well-known/openid-configuration", operation_id = "getOpenidConfigurationByIds", tag = "openid",
    responses((status = 200, body = Object), (status = 404, body = ErrorBody)))]
async fn configuration_by_ids(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    discovered(&app, Version::Two)
}

/// Read the keys that ID tokens are signed with whose subjects have ids
#[utoipa::path(get, path = "/oidc/v2/.well-known/jwks", operation_id = "getOpenidKeysByIds", tag = "openid",
    responses((status = 200, body = Object), (status = 404, body = ErrorBody)))]
async fn keys_by_ids(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    published(&app, Version::Two).await
}

fn discovered(app: &App, version: Version) -> Result<Response, ApiError> {
    let issuer = app.openid()?.issuer(version);
    let headers = [(header::CACHE_CONTROL, MAX_AGE)];
    Ok((headers, Json(discovery(&issuer))).into_response())
}

async fn published(app: &App, version: Version) -> Result<Response, ApiError> {
    app.openid()?;
    let keys = app.store.published_keys(version).await?;
    let headers = [(header::CACHE_CONTROL, MAX_AGE)];
    Ok((headers, Json(keys)).into_response())
}
