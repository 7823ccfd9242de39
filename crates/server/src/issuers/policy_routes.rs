//! Routes of the policies of an issuer: they are read by the issuer's id, and changed by their own.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, PolicyDefinition, PolicySet, parse_policies};
use claimgate_api::{AuthPolicyBody, ErrorBody, FindingBody, PoliciesInput};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::record::{IssuerRecord, POLICY_LIMITS, PolicyOrigin, PolicyRecord, PolicyUpdate};
use super::undo::Deleted;
use super::wire::policies_json;
use crate::app::App;
use crate::clock::now;
use crate::db::error::StoreError;
use crate::guard::mode::GuardMode;
use crate::guard::review::review;
use crate::http::conditional::{etag, if_match};
use crate::http::error::ApiError;
use crate::organizations::record::Organization;
use crate::tokens::caller::Caller;

/// A body longer than this is compiled on a thread of its own, in bytes.
const LONG_BODY: usize = 64 * 1024;

/// How often policies are judged if others change them at the same time.
const MAX_ATTEMPTS: u32 = 5;

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
/// With `If-Match` and the `ETag` that was read, the change is refused (412) if there was another. A
/// change that lets strangers in, on an issuer that signs tokens for everyone, is refused (400,
/// `shared-issuer-unpinned`), or saved with a finding, as the server is configured.
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
    let length = body.len();
    let policies = if length > LONG_BODY {
        let parse = move || parse(&body);
        app.reviews.run(Some(organization.id), parse).await?
    } else {
        parse(&body)?
    };
    let replacement = Replacement {
        policies,
        length,
        expected,
        origin: PolicyOrigin::Written,
    };
    replace(&app, &caller, (&organization, &id), replacement).await
}

/// Policies that are to replace others.
pub(super) struct Replacement {
    pub(super) policies: Vec<PolicyDefinition>,
    /// The bytes that they were read from.
    pub(super) length: usize,
    /// The version that they have to replace.
    pub(super) expected: Option<i64>,
    /// Where they come from.
    pub(super) origin: PolicyOrigin,
}

/// Checks policies and replaces those with an id in an organization.
pub(super) async fn replace(
    app: &App,
    caller: &Caller,
    (organization, id): (&Organization, &str),
    replacement: Replacement,
) -> Result<Response, ApiError> {
    let Replacement {
        policies,
        length,
        expected,
        origin,
    } = replacement;
    if policies.is_empty() {
        return Err(ApiError::bad_request("policy definition can not be empty"));
    }
    let mut attempts = MAX_ATTEMPTS;
    loop {
        attempts -= 1;
        let before = app.store.policy(organization.id, id).await?;
        let issuer = app.store.issuer(organization.id, &before.issuer).await?;
        let judged_with = Some(issuer.version);
        let (mode, version, policies) = (app.guard, before.version, policies.clone());
        let store = caller.store(app);
        let of_url = (issuer.url.as_str(), &before);
        let deleted = store.deleted_before(organization.id, of_url, now()).await?;
        let check = move || check(mode, &issuer, (&before, deleted), (policies, origin));
        let checked = if length > LONG_BODY || mode != GuardMode::Off {
            app.reviews.run(Some(organization.id), check).await?
        } else {
            check()?
        };
        // The guard compares with the revision that was read: it must be the one that is replaced, and
        // the issuer must still accept the same audiences.
        let Checked {
            document,
            origin,
            findings,
        } = checked;
        let update = PolicyUpdate {
            document,
            expected: Some(expected.unwrap_or(version)),
            judged_with,
            origin,
            findings: findings.clone(),
        };
        let updated = store.update_policies(organization.id, id, update, now());
        match updated.await {
            Err(StoreError::Conflict { .. })
                if attempts > 0 && expected.is_none_or(|expected| expected == version) => {}
            updated => {
                let (record, change) = updated?;
                app.directory.note_change(&organization.name, change);
                let mut body = AuthPolicyBody::from(&record);
                body.findings = findings;
                return Ok((etag(record.version), Json(body)).into_response());
            }
        }
    }
}

/// Policies that the engine and the guard accept.
struct Checked {
    /// As they are stored.
    document: String,
    origin: PolicyOrigin,
    /// What the guard has found on them.
    findings: Vec<FindingBody>,
}

/// Checks that the engine and the guard accept the policies. The guard lets those of a deleted issuer pass,
/// and what it has found on them is recorded.
fn check(
    mode: GuardMode,
    issuer: &IssuerRecord,
    (before, deleted): (&PolicyRecord, Option<Deleted>),
    (policies, origin): (Vec<PolicyDefinition>, PolicyOrigin),
) -> Result<Checked, ApiError> {
    let options = CompileOptions::new(Dialect::Pulumi).limits(POLICY_LIMITS);
    PolicySet::compile_with(&policies, &options).map_err(ApiError::invalid_document)?;
    let definition = |policies| {
        issuer
            .settings
            .clone()
            .definition(issuer.url.clone(), policies)
    };
    let stored = definition(parse_policies(&before.document).unwrap_or_default());
    let new = definition(policies.clone());
    let is_undone = deleted.is_some_and(|deleted| deleted.is_same(&new));
    let mode = match mode {
        GuardMode::Enforce if is_undone => GuardMode::Warn,
        mode => mode,
    };
    let origin = if is_undone {
        PolicyOrigin::Deleted
    } else {
        origin
    };
    Ok(Checked {
        findings: review(mode, &stored, &new)?,
        document: policies_json(policies).to_string(),
        origin,
    })
}

/// The policies of a body.
fn parse(body: &[u8]) -> Result<Vec<PolicyDefinition>, ApiError> {
    let text =
        std::str::from_utf8(body).map_err(|_| ApiError::bad_request("the body is not UTF-8"))?;
    match parse_policies(text) {
        Err(errors) if !has_no_policies(text) => Err(ApiError::invalid_document(errors)),
        parsed => Ok(parsed.unwrap_or_default()),
    }
}

/// Whether a body is an object without policies.
fn has_no_policies(text: &str) -> bool {
    let is_none = |(name, value): &(String, Value)| name == "policies" && *value == Value::Null;
    matches!(Value::parse(text), Ok(Value::Object(members)) if members.iter().all(is_none))
}
