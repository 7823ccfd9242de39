//! Introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)) and revocation
//! ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, State};
use axum::http::StatusCode;
use claimgate_api::{IntrospectionBody, OauthErrorBody, TokenForm};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Caller, find_token};
use super::record::TokenRecord;
use crate::app::App;
use crate::clock::now;
use crate::http::client_address::ClientAddress;
use crate::http::error::{ApiError, OauthError};

/// The routes of introspection and revocation.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(introspect))
        .routes(routes!(revoke))
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
        .map(|(_, token)| token)
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
    address: Option<Extension<ClientAddress>>,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<StatusCode, OauthError> {
    let secret = secret(form)?;
    if let Some((hash, token)) = find_token(&app, &secret).await? {
        let address = address.map(|Extension(ClientAddress(address))| address);
        let caller = Caller {
            token,
            hash,
            address,
        };
        caller.store(&app).revoke(&caller.hash, now()).await?;
        caller.note_use(&app).await;
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
    let organization = caller.token.organization_id;
    let is_own_admin =
        caller.token.admin && organization.is_some() && organization == token.organization_id;
    caller.is_root() || is_own_admin || caller.token.id == token.id
}

fn body(token: TokenRecord) -> IntrospectionBody {
    IntrospectionBody {
        active: true,
        scope: Some(token.scope),
        token_type: Some("token".to_owned()),
        exp: token.expires,
        iat: Some(token.created),
        sub: token.subject,
        aud: token
            .organization
            .map(|name| format!("{}{name}", claimgate::exchange::AUDIENCE)),
        jti: Some(token.id),
        kind: Some(token.kind.as_str().to_owned()),
        target: token.target,
        admin: Some(token.admin),
        role_id: token.role,
    }
}
