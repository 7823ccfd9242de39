//! Routes of the audit log: of one organization for its admins, of all for the bootstrap token.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use claimgate_api::{AuditRecordBody, ErrorBody, ExchangesBody};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::export::{Form, respond};
use super::query::{Page, continuation, read_word};
use super::scope::AuditScope;
use super::search::AuditFilter;
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
        .routes(routes!(export))
        .routes(routes!(export_all))
        .routes(routes!(one_of_all))
}

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
    /// Of refusals by policies: `policy` if a policy denies, `default` if none allows
    #[param(pattern = "^(policy|default)$")]
    denial: Option<String>,
    /// The id of an issuer
    issuer: Option<String>,
    /// A part of the subject
    subject: Option<String>,
    /// The beginning of the caller's address
    address: Option<String>,
    /// A reference, a code, a part of the subject, or the beginning of the address
    search: Option<String>,
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
    /// For exports
    #[param(ignore)]
    format: Option<String>,
}

impl ExchangesQuery {
    fn filter(self) -> Result<AuditFilter, ApiError> {
        if self.format.is_some() {
            return Err(ApiError::bad_request("`format` is for exports"));
        }
        let page = Page {
            since: self.since,
            until: self.until,
            before: self.before,
            limit: self.limit,
        };
        let is_reference = |word: &String| random::is_id(word);
        Ok(AuditFilter {
            decision: read_word("decision", self.decision, ["allowed", "denied"])?,
            denial: read_word("denial", self.denial, ["policy", "default"])?,
            code: self.code,
            issuer: self.issuer,
            subject: self.subject,
            address: self.address,
            reference: self.search.clone().filter(is_reference),
            any: self.search.filter(|word| !is_reference(word)),
            ..page.filter()?
        })
    }
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
    uri: Uri,
) -> Result<Json<ExchangesBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    search(&app, &uri, |unknown| scope_of(organization.id, unknown)).await
}

fn scope_of(organization: i64, unknown: Option<bool>) -> Result<AuditScope, ApiError> {
    match unknown {
        None => Ok(AuditScope::Organization(organization)),
        Some(_) => Err(ApiError::bad_request(
            "`unknown` is only available for the log of all organizations",
        )),
    }
}

fn scope_of_all(unknown: Option<bool>) -> Result<AuditScope, ApiError> {
    Ok(match unknown {
        Some(true) => AuditScope::Unknown,
        _ => AuditScope::All,
    })
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
    uri: Uri,
) -> Result<Json<ExchangesBody>, ApiError> {
    caller.require_root()?;
    search(&app, &uri, scope_of_all).await
}

/// Export what a search in the audit log finds
///
/// All of it, as CSV or as lines of JSON, newest first. A cell of CSV that a spreadsheet would read as a
/// formula begins with an apostrophe.
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/exchanges/export", operation_id = "exportExchanges", tag = "audit",
    params(("org" = String, Path), ExchangesQuery,
        ("format" = Option<String>, Query, description = "`csv`, or `jsonl` where absent")),
    responses((status = 200, content((String = "application/jsonl"), (String = "text/csv"))), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn export(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    exported(&app, &uri, |unknown| scope_of(organization.id, unknown))
}

/// Export what a search in the audit log of all organizations finds; for the bootstrap token only
///
/// As the export of one organization.
#[utoipa::path(get, path = "/api/admin/exchanges/export", operation_id = "exportAllExchanges", tag = "audit",
    params(ExchangesQuery,
        ("unknown" = Option<bool>, Query, description = "Only those that no admin of an organization can see"),
        ("format" = Option<String>, Query, description = "`csv`, or `jsonl` where absent")),
    responses((status = 200, content((String = "application/jsonl"), (String = "text/csv"))), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("token" = [])))]
async fn export_all(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, ApiError> {
    caller.require_root()?;
    exported(&app, &uri, scope_of_all)
}

fn exported(
    app: &App,
    uri: &Uri,
    scope: impl FnOnce(Option<bool>) -> Result<AuditScope, ApiError>,
) -> Result<Response, ApiError> {
    let mut query: ExchangesQuery = request::query(uri)?;
    let form = match read_word("format", query.format.take(), ["csv", "jsonl"])?.as_deref() {
        Some("csv") => Form::Csv,
        _ => Form::JsonLines,
    };
    let scope = scope(query.unknown)?;
    Ok(respond(app.store.clone(), scope, query.filter()?, form))
}

async fn search(
    app: &App,
    uri: &Uri,
    scope: impl FnOnce(Option<bool>) -> Result<AuditScope, ApiError>,
) -> Result<Json<ExchangesBody>, ApiError> {
    let query: ExchangesQuery = request::query(uri)?;
    let scope = scope(query.unknown)?;
    let filter = query.filter()?;
    let found = app.store.audit(scope, &filter).await?;
    let (next, reached) = continuation(&found, filter.limit);
    Ok(Json(ExchangesBody {
        exchanges: found.entries,
        next,
        reached,
    }))
}

/// Read an exchange with all evidence
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/exchanges/{id}", operation_id = "getExchange", tag = "audit",
    params(("org" = String, Path), ("id" = String, Path, description = "the reference in the caller's error response")),
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
    params(("id" = String, Path, description = "the reference in the caller's error response")),
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
