//! Routes of the audit log: of one organization for its admins, of all for the bootstrap token.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use claimgate_api::{AuditRecordBody, ErrorBody, ExchangesBody};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{AuditFilter, AuditScope};
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::request;
use crate::random;
use crate::tokens::caller::Caller;

/// The routes of the audit log.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(list_all))
        .routes(routes!(one_of_all))
}

/// The most entries in one answer.
const MAX_LIMIT: i64 = 500;

/// The number of entries where the query does not say.
const DEFAULT_LIMIT: i64 = 100;

/// Which exchanges are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExchangesQuery {
    /// `allowed` or `denied`
    #[param(pattern = "^(allowed|denied)$")]
    decision: Option<String>,
    /// A code, such as `token-expired`
    code: Option<String>,
    /// The id of an issuer
    issuer: Option<String>,
    /// A part of the subject
    subject: Option<String>,
    /// RFC 3339, or seconds since 1970
    since: Option<String>,
    /// RFC 3339, or seconds since 1970
    until: Option<String>,
    /// The id of an exchange: only older ones
    #[param(pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    before: Option<String>,
    /// How many, 100 where absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// For the log of all organizations
    #[param(ignore)]
    unknown: Option<bool>,
}

/// Search the audit log
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/exchanges", operation_id = "listExchanges", tag = "audit",
    params(("org" = String, Path), ExchangesQuery),
    responses((status = 200, body = ExchangesBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    query: Result<Query<ExchangesQuery>, QueryRejection>,
) -> Result<Json<ExchangesBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    search(&app, query, |unknown| match unknown {
        None => Ok(AuditScope::Organization(organization.id)),
        Some(_) => Err(ApiError::bad_request(
            "`unknown` is for the log of all organizations",
        )),
    })
    .await
}

/// Search the audit log of all organizations, and of none; for the bootstrap token only
///
/// Only this log has requests that name no existing organization or are malformed, and those for organizations that were
/// deleted.
#[utoipa::path(get, path = "/api/admin/exchanges", operation_id = "listAllExchanges", tag = "audit",
    params(ExchangesQuery,
        ("unknown" = Option<bool>, Query, description = "Only those that no admin of an organization can see: they name none, or one that did not exist at that time or was deleted")),
    responses((status = 200, body = ExchangesBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)),
    security(("token" = [])))]
async fn list_all(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<ExchangesQuery>, QueryRejection>,
) -> Result<Json<ExchangesBody>, ApiError> {
    caller.require_root()?;
    search(&app, query, |unknown| {
        Ok(if unknown == Some(true) {
            AuditScope::Unknown
        } else {
            AuditScope::All
        })
    })
    .await
}

async fn search(
    app: &App,
    query: Result<Query<ExchangesQuery>, QueryRejection>,
    scope: impl FnOnce(Option<bool>) -> Result<AuditScope, ApiError>,
) -> Result<Json<ExchangesBody>, ApiError> {
    let query = request::query(query)?;
    let scope = scope(query.unknown)?;
    let limit = page_size(query.limit)?;
    if let Some(found) = query
        .decision
        .as_deref()
        .filter(|word| !["allowed", "denied"].contains(word))
    {
        return Err(ApiError::expected(
            "`decision` `allowed` or `denied`",
            found,
        ));
    }
    let filter = AuditFilter {
        decision: query.decision,
        code: query.code,
        issuer: query.issuer,
        subject: query.subject,
        since: read_time("since", query.since)?,
        until: read_time("until", query.until)?,
        before: read_reference("before", query.before)?,
        limit,
    };
    let exchanges = app.store.audit(scope, &filter).await?;
    let is_full = i64::try_from(exchanges.len()).is_ok_and(|count| count == limit);
    let next = exchanges
        .last()
        .filter(|_| is_full)
        .map(|entry| entry.id.clone());
    Ok(Json(ExchangesBody { exchanges, next }))
}

/// Read an exchange with all evidence
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/exchanges/{id}", operation_id = "getExchange", tag = "audit",
    params(("org" = String, Path), ("id" = String, Path, description = "the reference that the caller was told")),
    responses((status = 200, body = AuditRecordBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn one(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<AuditRecordBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let record = app.store.audit_record(organization.id, &id).await?;
    Ok(Json(record.into()))
}

/// Read any exchange with all evidence; for the bootstrap token only
///
/// Its organization may be any, or none.
#[utoipa::path(get, path = "/api/admin/exchanges/{id}", operation_id = "getAnyExchange", tag = "audit",
    params(("id" = String, Path, description = "the reference that the caller was told")),
    responses((status = 200, body = AuditRecordBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn one_of_all(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<AuditRecordBody>, ApiError> {
    caller.require_root()?;
    let record = app.store.audit_record(AuditScope::All, &id).await?;
    Ok(Json(record.into()))
}

/// The number of entries in an answer.
///
/// # Errors
/// 400 if it is too small or too large.
pub(crate) fn page_size(limit: Option<i64>) -> Result<i64, ApiError> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    let message = format!("expected `limit` from 1 to {MAX_LIMIT}, found {limit}");
    Err(ApiError::bad_request(message))
}

/// A parameter that is a reference.
///
/// # Errors
/// 400 if it is none.
pub(crate) fn read_reference(name: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    match text {
        Some(text) if !random::is_id(&text) => Err(ApiError::expected(
            format!("`{name}` as a reference"),
            &text,
        )),
        other => Ok(other),
    }
}

/// A parameter that is a time.
///
/// # Errors
/// 400 if it is none.
pub(crate) fn read_time(name: &str, text: Option<String>) -> Result<Option<i64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    claimgate::time::parse(&text).map(Some).ok_or_else(|| {
        let expected = format!("`{name}` as a time like `2026-11-25T12:00:00Z`");
        ApiError::expected(expected, &text)
    })
}
