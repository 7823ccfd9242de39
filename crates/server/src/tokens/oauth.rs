//! Introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)) and revocation
//! ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::caller::{Caller, Change, find_token};
use super::record::TokenRecord;
use crate::app::App;
use crate::clock::now;
use crate::http::error::{ApiError, OauthError, OauthErrorBody};

/// The routes of introspection and revocation.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/api/oauth/introspect", post(introspect))
        .route("/api/oauth/revoke", post(revoke))
}

/// Their part of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(paths(introspect, revoke))]
pub(crate) struct Api;

/// A token that is asked about, as a form.
#[derive(Deserialize, ToSchema)]
struct TokenForm {
    /// The access token
    #[schema(min_length = 1)]
    token: String,
    /// Passed over: there is one type only
    #[serde(rename = "token_type_hint")]
    _token_type_hint: Option<String>,
}

/// What a token is; of one that is not valid no more than that.
#[derive(Debug, Default, Serialize, ToSchema)]
struct IntrospectionBody {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// The `sub` of the ID token
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// `urn:pulumi:org:` and the organization's name
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    /// The token's id
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// `organization`, `team`, `personal` or `runner`
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// The team, user or runner
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<bool>,
    /// The custom role
    #[serde(skip_serializing_if = "Option::is_none")]
    role_id: Option<String>,
}

/// Introspect a token
///
/// The bootstrap token may query any token, an admin those of the organization, each token itself.
#[utoipa::path(post, path = "/api/oauth/introspect", operation_id = "introspectToken", tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = IntrospectionBody), (status = 400, body = OauthErrorBody),
        (status = 401, body = OauthErrorBody)),
    security(("token" = [])))]
async fn introspect(
    State(app): State<Arc<App>>,
    caller: Result<Caller, ApiError>,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<Json<IntrospectionBody>, OauthError> {
    let (caller, secret) = (caller?, secret(form)?);
    let token = find_token(&app, &secret)
        .await?
        .filter(|token| token.is_active(now()) && may_see(&caller, token));
    Ok(Json(token.map(body).unwrap_or_default()))
}

/// Revoke a token; anyone who has it may
///
/// The response is the same for an unknown token.
#[utoipa::path(post, path = "/api/oauth/revoke", operation_id = "revokeToken", tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200), (status = 400, body = OauthErrorBody)))]
async fn revoke(
    State(app): State<Arc<App>>,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<StatusCode, OauthError> {
    let secret = secret(form)?;
    if let Some(token) = find_token(&app, &secret).await? {
        app.store.revoke(&app.hash_key.hash(&secret), now()).await?;
        let caller = Caller { token };
        let organization = caller.token.organization.as_deref().unwrap_or_default();
        caller.log_change(
            Change::TokenRevokedItself,
            organization,
            &caller.token.id,
            "",
        );
    }
    Ok(StatusCode::OK)
}

/// The token in a form. An empty one counts as missing.
fn secret(form: Result<Form<TokenForm>, FormRejection>) -> Result<String, ApiError> {
    match form {
        Ok(Form(form)) if !form.token.is_empty() => Ok(form.token),
        Ok(_) => Err(ApiError::bad_request(
            "expected a form with `token`, found an empty one",
        )),
        Err(rejection) => {
            let status = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            };
            let message = format!(
                "expected a form with `token`: {}",
                rejection.body_text().to_lowercase()
            );
            Err(ApiError::new(status, message))
        }
    }
}

fn may_see(caller: &Caller, token: &TokenRecord) -> bool {
    let is_own_admin = caller.token.admin && caller.token.organization == token.organization;
    caller.is_root() || is_own_admin || caller.token.id == token.id
}

fn body(token: TokenRecord) -> IntrospectionBody {
    IntrospectionBody {
        active: true,
        scope: Some(token.scope),
        token_type: Some("token"),
        exp: token.expires,
        iat: Some(token.created),
        sub: token.subject,
        aud: token
            .organization
            .map(|name| format!("{}{name}", claimgate::exchange::AUDIENCE)),
        jti: Some(token.id),
        kind: Some(token.kind.as_str()),
        target: token.target,
        admin: Some(token.admin),
        role_id: token.role,
    }
}
