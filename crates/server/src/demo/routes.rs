//! The route of the demonstration's sample tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use claimgate_api::DemoTokenBody;

use crate::app::App;
use crate::clock::now;
use crate::http::error::ApiError;

/// Sample tokens, signed at the time of the request.
pub(crate) async fn tokens(
    State(app): State<Arc<App>>,
) -> Result<Json<Vec<DemoTokenBody>>, ApiError> {
    let demo = app.demo.as_ref();
    let demo = demo.ok_or_else(|| {
        ApiError::not_found("there are no sample tokens: start the server with `--demo`")
    })?;
    demo.samples(now()).map(Json).map_err(|error| {
        tracing::error!(error, "a sample token cannot be signed");
        ApiError::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "the sample tokens cannot be signed",
        )
    })
}
