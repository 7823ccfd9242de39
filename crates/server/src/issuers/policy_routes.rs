//! Routes of the policies of an issuer: they are read by the issuer's id, and changed by their own.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, PolicyDefinition, PolicySet, parse_policies};
use claimgate_api::{AuthPolicyBody, ErrorBody, FindingBody, PoliciesInput};
use serde_json::value::{RawValue, to_raw_value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answers::{self, Policies};
use super::limits::POLICY_LIMITS;
use super::record::{IssuerRecord, PolicyOrigin, PolicyRecord, PolicyUpdate};
use super::undo::Deleted;
use super::wire::{head, policies_json};
use crate::app::App;
use crate::clock::now;
use crate::db::error::StoreError;
use crate::guard::mode::GuardMode;
use crate::guard::review::review;
use crate::http::conditional::{etag, if_match};
use crate::http::error::ApiError;
use crate::organizations::record::Organization;
use crate::tokens::caller::Caller;

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
    let store = &app.store;
    let length = store.policy_bytes(organization.id, Some(&id)).await?;
    let mut version = 0;
    let load = async {
        let loaded = store.policies_of(organization.id, &id).await;
        let record = loaded.map_err(|error| match error {
            StoreError::Missing { .. } => ApiError::bad_request("Invalid issuer ID"),
            other => other.into(),
        })?;
        version = record.version;
        Ok::<_, ApiError>(record)
    };
    let answer = answers::respond(&app, (organization.id, length), load, Policies::stored).await?;
    Ok((etag(version), answer).into_response())
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
    let parse = move || parse(&body);
    let parsed = app.reviews.run_if_long(organization.id, length, parse);
    let replacement = Replacement {
        policies: parsed.await??,
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
    let place = app.long_answers.admit(organization.id, length)?;
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
        let recorded = deleted.as_ref().map_or(0, String::len);
        let work = length.max(before.document.len()).max(recorded);
        let check = move || check(mode, &issuer, (&before, deleted), (policies, origin));
        let checked = match mode {
            GuardMode::Off => app.reviews.run_if_long(organization.id, work, check).await,
            _ => app.reviews.run_on(organization.id, work, check).await,
        };
        // The guard compares with the revision that was read: it must be the one that is replaced, and
        // the issuer must still accept the same audiences.
        let Checked {
            document,
            origin,
            findings,
        } = checked??;
        let update = PolicyUpdate {
            document: document.get().to_owned(),
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
                let mut body = head(&record);
                body.findings = findings;
                let answer = serde_json::to_vec(&Policies::new(body, document));
                let answer = answers::json(place, answer.unwrap_or_default());
                return Ok((etag(record.version), answer).into_response());
            }
        }
    }
}

/// Policies that the engine and the guard accept.
struct Checked {
    /// As they are stored and sent.
    document: Box<RawValue>,
    origin: PolicyOrigin,
    /// What the guard has found on them.
    findings: Vec<FindingBody>,
}

/// Checks that the engine and the guard accept the policies. The guard lets those of a deleted issuer pass,
/// and what it has found on them is recorded.
fn check(
    mode: GuardMode,
    issuer: &IssuerRecord,
    (before, deleted): (&PolicyRecord, Option<String>),
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
    let deleted = deleted.and_then(|recorded| Deleted::read(&recorded));
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
        document: to_raw_value(&policies_json(policies)).unwrap_or_default(),
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
