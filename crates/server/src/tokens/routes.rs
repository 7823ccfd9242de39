//! Routes of the access tokens of an organization.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use claimgate_api::{ErrorBody, RevokedBody, TokenBody, TokensBody};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Caller;
use super::record::TokenFilter;
use crate::app::App;
use crate::audit::query::{page_size, read_reference};
use crate::clock::now;
use crate::http::error::ApiError;
use crate::http::request;

/// The most tokens in one answer, and their number where the query does not say.
const MAX_LIMIT: i64 = 1_000;

/// The routes of access tokens.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(revoke))
        .routes(routes!(revoke_all))
}

/// Which tokens are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TokensQuery {
    /// The id of an issuer
    issuer: Option<String>,
    /// The id of a token: only older ones
    #[param(pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    before: Option<String>,
    /// How many, 1,000 where absent
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// List the tokens that may be used, with their origins
#[utoipa::path(get, path = "/api/orgs/{org}/tokens", operation_id = "listTokens", tag = "tokens",
    params(("org" = String, Path), TokensQuery),
    responses((status = 200, body = TokensBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<TokensBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let query: TokensQuery = request::query(&uri)?;
    let limit = page_size(query.limit, MAX_LIMIT, MAX_LIMIT)?;
    let filter = TokenFilter {
        issuer: query.issuer,
        before: read_reference("before", query.before)?,
        limit,
    };
    let tokens = app
        .store
        .active_tokens(organization.id, &filter, now())
        .await?;
    let is_full = i64::try_from(tokens.len()).is_ok_and(|count| count == limit);
    let next = tokens.last().filter(|_| is_full);
    Ok(Json(TokensBody {
        next: next.map(|listed| listed.token.id.clone()),
        tokens: tokens.iter().map(TokenBody::from).collect(),
    }))
}

/// Revoke all tokens of an organization
///
/// Those that other replicas are granting at that moment too, and the caller's own, unless it is the
/// bootstrap token.
#[utoipa::path(post, path = "/api/orgs/{org}/revoke-tokens", operation_id = "revokeAllTokens", tag = "tokens",
    params(("org" = String, Path)),
    responses((status = 200, body = RevokedBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn revoke_all(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
) -> Result<Json<RevokedBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let store = caller.store(&app);
    let (revoked, change) = store.revoke_all(organization.id, None, now()).await?;
    app.directory.note_change(&org, change);
    Ok(Json(RevokedBody { revoked }))
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
