//! The routes by which others verify ID tokens. They need no token.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use super::documents::discovery;
use super::provider::Version;
use crate::app::App;
use crate::http::error::ApiError;

/// How long others may keep a document, in seconds: the next key is published for longer before it signs.
const MAX_AGE: &str = "public, max-age=3600";

/// The routes, below `/oidc`.
pub(crate) fn router() -> Router<Arc<App>> {
    let mut router = Router::new();
    for version in Version::ALL {
        let path = format!("/oidc{}/.well-known", version.path());
        router = router
            .route(
                &format!("{path}/openid-configuration"),
                get(move |State(app): State<Arc<App>>| async move { configuration(&app, version) }),
            )
            .route(
                &format!("{path}/jwks"),
                get(move |State(app): State<Arc<App>>| async move { keys(&app, version).await }),
            );
    }
    router
}

fn configuration(app: &App, version: Version) -> Result<Response, ApiError> {
    let issuer = app.openid()?.issuer(version);
    let headers = [(header::CACHE_CONTROL, MAX_AGE)];
    Ok((headers, Json(discovery(&issuer))).into_response())
}

async fn keys(app: &App, version: Version) -> Result<Response, ApiError> {
    app.openid()?;
    let keys = app.store.published_keys(version).await?;
    let headers = [(header::CACHE_CONTROL, MAX_AGE)];
    Ok((headers, Json(keys)).into_response())
}
