//! Routes of the policies of an issuer: they are read by the issuer's id, and changed by their own.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, Limits, PolicyDefinition, PolicySet, parse_policies};
use claimgate_api::{AuthPolicyBody, ErrorBody, PoliciesInput};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire::policies_json;
use crate::app::App;
use crate::clock::now;
use crate::db::error::StoreError;
use crate::http::conditional::{etag, if_match};
use crate::http::error::ApiError;
use crate::tokens::caller::Caller;

/// How much the policies of an issuer may contain when they are written. Those that were stored before
/// a limit keep working until they are edited.
const LIMITS: Limits = Limits {
    bytes: 1024 * 1024,
    ..Limits::STANDARD
};

/// A body longer than this is compiled on a thread of its own, in bytes.
const LONG_BODY: usize = 64 * 1024;

/// The routes of policies.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(of_issuer))
        .routes(routes!(update))
}

/// Read the policies of an issuer
#[utoipa::path(get, path = "/api/orgs/{org}/auth/policies/oidcissuers/{id}", operation_id = "getIssuerPolicies", tag = "policies",
    params(("org" = String, Path), ("id" = String, Path, description = "the issuer's")),
    responses((status = 200, body = AuthPolicyBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn of_issuer(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let record =
        app.store
            .policies_of(organization.id, &id)
            .await
            .map_err(|error| match error {
                StoreError::Missing { .. } => ApiError::bad_request("Invalid issuer ID"),
                other => other.into(),
            })?;
    Ok((etag(record.version), Json(AuthPolicyBody::from(&record))).into_response())
}

/// Replace the policies of an issuer
///
/// With `If-Match` and the `ETag` that was read, the change is refused (412) if there was another.
#[utoipa::path(patch, path = "/api/orgs/{org}/auth/policies/{id}", operation_id = "replacePolicies", tag = "policies",
    params(("org" = String, Path), ("id" = String, Path, description = "of the policies, not of the issuer"),
        ("If-Match" = Option<String>, Header)),
    request_body = PoliciesInput,
    responses((status = 200, body = AuthPolicyBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)),
    security(("token" = [])))]
async fn update(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let expected = if_match(&headers)?;
    let text =
        std::str::from_utf8(&body).map_err(|_| ApiError::bad_request("the body is not UTF-8"))?;
    let policies = match parse_policies(text) {
        Ok(policies) if !policies.is_empty() => policies,
        Err(errors) if !has_no_policies(text) => return Err(ApiError::invalid_document(errors)),
        _ => return Err(ApiError::bad_request("policy definition can not be empty")),
    };
    let document = if body.len() > LONG_BODY {
        app.decisions.run(move || check(policies)).await?
    } else {
        check(policies)?
    };
    let (record, change) = caller
        .store(&app)
        .update_policies(organization.id, &id, document, expected, now())
        .await?;
    app.directory.note_change(&org, change);
    Ok((etag(record.version), Json(AuthPolicyBody::from(&record))).into_response())
}

/// Checks that the engine accepts the policies, and returns them as they are stored.
fn check(policies: Vec<PolicyDefinition>) -> Result<String, ApiError> {
    let options = CompileOptions::new(Dialect::Pulumi).limits(LIMITS);
    PolicySet::compile_with(&policies, &options).map_err(ApiError::invalid_document)?;
    Ok(policies_json(policies).to_string())
}

/// Whether a body is an object without policies.
fn has_no_policies(text: &str) -> bool {
    let is_none = |(name, value): &(String, Value)| name == "policies" && *value == Value::Null;
    matches!(Value::parse(text), Ok(Value::Object(members)) if members.iter().all(is_none))
}
