//! Health checks and metrics.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use crate::app::App;
use crate::tokens::caller::Caller;

/// How long the database may take to answer.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// Liveness: the process answers.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Readiness: the database answers, and exchanges can be written.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    if !app.writer.is_healthy() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "the last exchange could not be written\n",
        )
            .into_response();
    }
    if app.last_ping.is_recent() {
        return "ok\n".into_response();
    }
    match tokio::time::timeout(PING_TIMEOUT, app.store.ping()).await {
        Ok(Ok(())) => {
            app.last_ping.set();
            "ok\n".into_response()
        }
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not respond\n",
        )
            .into_response(),
    }
}

/// Metrics for Prometheus; they need the bootstrap token, unless the configuration opens them.
pub(crate) async fn metrics(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, ApiError> {
    if !app.open_metrics {
        let (mut parts, _) = request.into_parts();
        Caller::from_request_parts(&mut parts, &app)
            .await?
            .require_root()?;
    }
    Ok(app.metrics.response())
}
