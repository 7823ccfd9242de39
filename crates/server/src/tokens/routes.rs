//! Routes of the access tokens of an organization.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use claimgate_api::{ErrorBody, TokenBody, TokensBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Caller;
use crate::app::App;
use crate::clock::now;
use crate::http::error::ApiError;

/// The routes of access tokens.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(revoke))
}

/// List the tokens that may be used
#[utoipa::path(get, path = "/api/orgs/{org}/tokens", operation_id = "listTokens", tag = "tokens", params(("org" = String, Path)),
    responses((status = 200, body = TokensBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
) -> Result<Json<TokensBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let tokens = app.store.active_tokens(organization.id, now()).await?;
    Ok(Json(TokensBody {
        tokens: tokens.iter().map(TokenBody::from).collect(),
    }))
}

/// Revoke a token by its id
#[utoipa::path(delete, path = "/api/orgs/{org}/tokens/{id}", operation_id = "revokeTokenById", tag = "tokens",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn revoke(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    caller
        .store(&app)
        .revoke_id(organization.id, &id, now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
