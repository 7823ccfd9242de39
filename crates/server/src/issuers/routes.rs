//! Routes of issuers: `/api/orgs/{org}/oidc/issuers`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::jwt::Jwks;
use claimgate::pattern::Dialect;
use claimgate_api::{ErrorBody, IssuerBody, IssuerInput, IssuersBody, RevokedBody};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answers;
use super::guarded::guarded;
use super::input::{changes, new_issuer};
use super::limits::MAX_POLICY_BYTES;
use super::record::{IssuerRecord, IssuerSettings, IssuerUpdate, NewIssuer};
use super::wire::{apply, key_error_detail};
use crate::app::App;
use crate::clock::now;
use crate::db::error::StoreError;
use crate::http::conditional::{etag, if_match};
use crate::http::error::ApiError;
use crate::http::request;
use crate::keys::error::KeyError;
use crate::tokens::caller::Caller;

/// The routes of issuers.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(one, update, delete))
        .routes(routes!(regenerate))
        .routes(routes!(revoke_tokens))
}

/// What is listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct IssuersQuery {
    /// Whether to include each issuer's `version` (its `ETag`) and `authPolicy`: an extension
    #[serde(default)]
    policies: bool,
}

/// List issuers
///
/// A list with policies has at most 16 MiB of them.
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/issuers", operation_id = "listIssuers", tag = "issuers",
    params(("org" = String, Path), IssuersQuery),
    responses((status = 200, body = IssuersBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let query: IssuersQuery = request::query(&uri)?;
    let (store, organization) = (&app.store, organization.id);
    let found = match query.policies {
        true => store.policy_bytes(organization, None).await?,
        false => 0,
    };
    if found > MAX_POLICY_BYTES {
        return Err(ApiError::bad_request(format!(
            "expected at most {MAX_POLICY_BYTES} bytes of policies in a list, found {found}: list the issuers without \
             `policies`, and read the policies of each at `auth/policies/oidcissuers/{{id}}`"
        )));
    }
    let length = found + store.key_set_bytes(organization).await?;
    let load = async {
        let issuers = store.issuers(organization).await?;
        let policies = match query.policies {
            true => Some(store.policies(organization).await?),
            false => None,
        };
        Ok::<_, StoreError>((issuers, policies))
    };
    let answer = |(issuers, policies): (Vec<_>, _)| answers::issuers(&issuers, policies);
    answers::respond(&app, (organization, length), load, answer).await
}

/// Register an issuer
///
/// Without static keys the server connects to the issuer, takes the thumbprint of its certificate,
/// and fetches its discovery document and its keys. If no trusted authority has signed that
/// certificate, the issuer is refused (400, `keys-certificate-untrusted`) with the thumbprint that
/// was found; the same request with it in `thumbprints` registers the issuer.
#[utoipa::path(post, path = "/api/orgs/{org}/oidc/issuers", operation_id = "createIssuer", tag = "issuers", params(("org" = String, Path)),
    request_body = IssuerInput,
    responses((status = 200, body = IssuerBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("token" = [])))]
async fn create(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let (url, input) = new_issuer(&app, organization.id, body).await?;
    let mut settings = apply(input, IssuerSettings::default())?;
    check(&url, &settings)?;
    if settings.jwks.is_none() {
        settings.thumbprints = registered_thumbprints(&app, &url, settings.thumbprints).await?;
        try_keys(&app, &url, &settings.thumbprints).await?;
    }
    let new = NewIssuer {
        organization: organization.id,
        url,
        settings,
        policies: "[]".to_owned(),
    };
    let (record, change) = caller.store(&app).create_issuer(new, now()).await?;
    app.directory.note_change(&org, change);
    Ok(answer(&record))
}

/// Read an issuer
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/issuers/{id}", operation_id = "getIssuer", tag = "issuers",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = IssuerBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn one(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    Ok(answer(&app.store.issuer(organization.id, &id).await?))
}

/// Change an issuer
///
/// With `If-Match` and the `ETag` that was read, the change is refused (412) if there was another. A
/// change of `audiences` or `reportOnly` by which policies let strangers in, on an issuer that signs
/// tokens for everyone, is refused (400, `shared-issuer-unpinned`), or saved with a finding, as the
/// server is configured.
#[utoipa::path(patch, path = "/api/orgs/{org}/oidc/issuers/{id}", operation_id = "updateIssuer", tag = "issuers",
    params(("org" = String, Path), ("id" = String, Path), ("If-Match" = Option<String>, Header)),
    request_body = IssuerInput,
    responses((status = 200, body = IssuerBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
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
    let (before, input) = changes(&app, (organization.id, &id), body).await?;
    let mut settings = apply(input, before.settings.clone())?;
    check(&before.url, &settings)?;
    let had_keys = before.settings.jwks.is_some();
    if settings.jwks.is_none() && (had_keys || settings.thumbprints != before.settings.thumbprints)
    {
        // Thumbprints that were removed are not taken again: only roots count then.
        if had_keys || !settings.thumbprints.is_empty() {
            settings.thumbprints =
                registered_thumbprints(&app, &before.url, settings.thumbprints).await?;
        }
        try_keys(&app, &before.url, &settings.thumbprints).await?;
    }
    // The revision that was read must be the one that is replaced: members that were not sent come
    // from it.
    let update = IssuerUpdate {
        settings,
        expected: Some(expected.unwrap_or(before.version)),
        ..IssuerUpdate::default()
    };
    let update = guarded(&app, organization.id, &before, update).await?;
    let findings = update.findings.clone();
    let store = caller.store(&app);
    let updated = store.update_issuer(organization.id, &id, update, now());
    let (record, change) = updated.await?;
    app.directory.note_change(&org, change);
    if record.settings.jwks != before.settings.jwks
        || record.settings.thumbprints != before.settings.thumbprints
    {
        app.keys.forget(&id);
    }
    let mut body = IssuerBody::from(&record);
    body.findings = findings;
    Ok((etag(record.version), Json(body)).into_response())
}

/// Delete an issuer with its policies
///
/// Tokens that were granted on it stay valid until they expire; `revoke-tokens` ends them.
#[utoipa::path(delete, path = "/api/orgs/{org}/oidc/issuers/{id}", operation_id = "deleteIssuer", tag = "issuers",
    params(("org" = String, Path), ("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)),
    security(("token" = [])))]
async fn delete(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let expected = if_match(&headers)?;
    let change = caller
        .store(&app)
        .delete_issuer(organization.id, &id, expected)
        .await?;
    app.directory.note_change(&org, change);
    app.keys.forget(&id);
    Ok(StatusCode::NO_CONTENT)
}

/// Replace the thumbprints by that of the issuer's current certificate
///
/// A trusted authority or one of the present thumbprints must verify that certificate. Otherwise the
/// answer is 400, `keys-certificate-untrusted`, with the thumbprint that was found; changing the
/// issuer with it in `thumbprints` trusts it.
#[utoipa::path(post, path = "/api/orgs/{org}/oidc/issuers/{id}/regenerate-thumbprints", operation_id = "regenerateThumbprints", tag = "issuers",
    params(("org" = String, Path), ("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = IssuerBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 412, body = ErrorBody)),
    security(("token" = [])))]
async fn regenerate(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let expected = if_match(&headers)?;
    let before = app.store.issuer(organization.id, &id).await?;
    if before.settings.jwks.is_some() {
        let message = "issuer jwks are statically configured, can't regenerate thumbprints";
        return Err(ApiError::bad_request(message));
    }
    let thumbprints = verified_thumbprint(&app, &before.url, &before.settings.thumbprints).await?;
    let update = IssuerUpdate {
        settings: IssuerSettings {
            thumbprints,
            ..before.settings
        },
        expected: Some(expected.unwrap_or(before.version)),
        ..IssuerUpdate::default()
    };
    let store = caller.store(&app);
    let updated = store.update_issuer(organization.id, &id, update, now());
    let (record, change) = updated.await?;
    app.directory.note_change(&org, change);
    app.keys.forget(&id);
    Ok(answer(&record))
}

/// Revoke all tokens that were granted on an issuer, even a deleted one
#[utoipa::path(post, path = "/api/orgs/{org}/oidc/issuers/{id}/revoke-tokens", operation_id = "revokeIssuerTokens", tag = "issuers",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = RevokedBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn revoke_tokens(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<RevokedBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let (revoked, change) = caller
        .store(&app)
        .revoke_all(organization.id, Some(&id), now())
        .await?;
    app.directory.note_change(&org, change);
    Ok(Json(RevokedBody { revoked }))
}

fn answer(record: &IssuerRecord) -> Response {
    (etag(record.version), Json(IssuerBody::from(record))).into_response()
}

/// Checks that the engine accepts the issuer.
fn check(url: &str, settings: &IssuerSettings) -> Result<(), ApiError> {
    let definition = IssuerDefinition {
        name: settings.name.clone(),
        url: url.to_owned(),
        jwks: settings.jwks.clone(),
        audiences: settings.audiences.clone(),
        ..IssuerDefinition::default()
    };
    let issuer =
        Issuer::compile(&definition, Dialect::Pulumi).map_err(ApiError::invalid_document)?;
    issuer.jwks().map_or(Ok(()), require_key)
}

/// The thumbprints to register for an issuer, after connecting to it: the given ones, if one of them
/// belongs to its chain. If none are given, that of its own certificate, which a root must verify: a
/// certificate that was merely seen is not trusted.
async fn registered_thumbprints(
    app: &App,
    url: &str,
    given: Vec<String>,
) -> Result<Vec<String>, ApiError> {
    if given.is_empty() {
        return verified_thumbprint(app, url, &[]).await;
    }
    let chain = app.keys.thumbprints(url).await.map_err(key_error)?;
    if given.iter().any(|thumbprint| chain.contains(thumbprint)) {
        return Ok(given);
    }
    let own = own_thumbprint(url, chain)?;
    Err(ApiError::bad_request(format!(
        "Calculated thumbprint {own} does not match any of the provided. Make sure it is properly generated (SHA256)."
    )))
}

/// The thumbprint of an issuer's own certificate, as a list to register, if a root or one of the
/// `trusted` thumbprints verifies it.
async fn verified_thumbprint(
    app: &App,
    url: &str,
    trusted: &[String],
) -> Result<Vec<String>, ApiError> {
    let chain = app.keys.verified_thumbprints(url, trusted).await;
    Ok(vec![own_thumbprint(url, chain.map_err(key_error)?)?])
}

/// The first thumbprint of a chain.
fn own_thumbprint(url: &str, chain: Vec<String>) -> Result<String, ApiError> {
    let own = chain.into_iter().next();
    own.ok_or_else(|| ApiError::bad_request(format!("`{url}` sent no certificate")))
}

/// Refuses an issuer whose keys cannot be fetched, because exchanges would fail.
async fn try_keys(app: &App, url: &str, thumbprints: &[String]) -> Result<(), ApiError> {
    require_key(
        &app.keys
            .try_to_fetch(url, thumbprints)
            .await
            .map_err(key_error)?,
    )
}

/// Refuses a key set without a key that can be used.
fn require_key(jwks: &Jwks) -> Result<(), ApiError> {
    claimgate_formats::require_key(jwks).map_err(|error| ApiError::invalid_document(error.into()))
}

/// 400, because the keys of an issuer cannot be fetched.
fn key_error(error: KeyError) -> ApiError {
    let detail = key_error_detail(&error);
    let sentence = match &detail.help {
        Some(help) => format!("{}; {help}", detail.message),
        None => detail.message.clone(),
    };
    ApiError::bad_request(sentence).with_detail(detail)
}
