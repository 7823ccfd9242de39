//! Routes of the samples of an issuer.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use claimgate_api::{ErrorBody, SampleBody, SampleInput, SamplesBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::check::{check, read};
use super::record::{MAX_SAMPLES, SampleRecord};
use crate::app::App;
use crate::clock::now;
use crate::http::conditional::{etag, if_match};
use crate::http::error::ApiError;
use crate::tokens::caller::Caller;

/// The routes of samples.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(update, delete))
}

/// List the samples of an issuer
///
/// They may hold personal claims: only admins read them.
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/issuers/{id}/samples", operation_id = "listSamples", tag = "samples",
    params(("org" = String, Path), ("id" = String, Path, description = "the issuer's")),
    responses((status = 200, body = SamplesBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<SamplesBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let records = app.store.samples(organization.id, &id).await?;
    let samples = records.iter().map(SampleBody::from).collect();
    Ok(Json(SamplesBody { samples }))
}

/// Add a sample to an issuer
///
/// An issuer has at most 100, of at most 64 KiB each. A token is refused.
#[utoipa::path(post, path = "/api/orgs/{org}/oidc/issuers/{id}/samples", operation_id = "createSample", tag = "samples",
    params(("org" = String, Path), ("id" = String, Path, description = "the issuer's")),
    request_body = SampleInput,
    responses((status = 200, body = SampleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn create(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let document = check(&read(&body)?)?;
    let store = caller.store(&app);
    let created = store
        .create_sample(&organization, &id, document, now())
        .await?;
    let record = created.ok_or_else(|| {
        let message =
            format!("expected at most {MAX_SAMPLES} samples of an issuer: delete one first");
        ApiError::bad_request(message)
    })?;
    Ok(answer(&record))
}

/// Replace a sample of an issuer
///
/// With `If-Match` and the `ETag` that was read, the change is refused (412) if there was another.
#[utoipa::path(put, path = "/api/orgs/{org}/oidc/issuers/{id}/samples/{sample}", operation_id = "replaceSample", tag = "samples",
    params(("org" = String, Path), ("id" = String, Path, description = "the issuer's"), ("sample" = String, Path),
        ("If-Match" = Option<String>, Header)),
    request_body = SampleInput,
    responses((status = 200, body = SampleBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)),
    security(("token" = [])))]
async fn update(
    State(app): State<Arc<App>>,
    Path((org, id, sample)): Path<(String, String, String)>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let expected = if_match(&headers)?;
    let document = check(&read(&body)?)?;
    let store = caller.store(&app);
    let record = store
        .update_sample(&organization, [&id, &sample], document, expected, now())
        .await?;
    Ok(answer(&record))
}

/// Delete a sample of an issuer
#[utoipa::path(delete, path = "/api/orgs/{org}/oidc/issuers/{id}/samples/{sample}", operation_id = "deleteSample", tag = "samples",
    params(("org" = String, Path), ("id" = String, Path, description = "the issuer's"), ("sample" = String, Path),
        ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)),
    security(("token" = [])))]
async fn delete(
    State(app): State<Arc<App>>,
    Path((org, id, sample)): Path<(String, String, String)>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let expected = if_match(&headers)?;
    let store = caller.store(&app);
    store
        .delete_sample(&organization, [&id, &sample], expected)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(record: &SampleRecord) -> Response {
    let body = Json(SampleBody::from(record));
    (etag(record.version), body).into_response()
}
