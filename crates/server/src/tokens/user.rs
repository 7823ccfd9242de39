//! Routes that `pulumi login` calls: whose token it has.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use claimgate_api::{
    Capabilities, DefaultOrganization, ErrorBody, TokenInfo, UserBody, UserOrganization,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Caller;
use super::record::{TokenKind, TokenRecord};
use crate::app::App;
use crate::http::error::ApiError;

/// The routes of the user.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(user))
        .routes(routes!(default_organization))
        .routes(routes!(capabilities))
}

/// Read whose token this is
#[utoipa::path(get, path = "/api/user", operation_id = "getUser", tag = "user",
    responses((status = 200, body = UserBody), (status = 401, body = ErrorBody)), security(("token" = [])))]
async fn user(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<UserBody>, ApiError> {
    let token = caller.token;
    let names = match &token.organization {
        Some(own) => vec![own.clone()],
        None => app
            .store
            .organizations()
            .await?
            .into_iter()
            .map(|organization| organization.name)
            .collect(),
    };
    let login = login(&token);
    let organization = |name: String| UserOrganization {
        github_login: name.clone(),
        name,
        avatar_url: String::new(),
    };
    Ok(Json(UserBody {
        id: token.id.clone(),
        name: login.clone(),
        github_login: login,
        email: String::new(),
        avatar_url: String::new(),
        organizations: names.into_iter().map(organization).collect(),
        identities: Vec::new(),
        site_admin: token.kind == TokenKind::Bootstrap,
        token_info: TokenInfo {
            name: token.id,
            organization: token.organization,
            team: token.target.filter(|_| token.kind == TokenKind::Team),
            admin: token.admin,
        },
    }))
}

/// The login of the holder of a token: that of a user or a runner, or the name of the organization.
pub(crate) fn login(token: &TokenRecord) -> String {
    let own = token.organization.clone().unwrap_or_default();
    match token.kind {
        TokenKind::Bootstrap => "bootstrap".to_owned(),
        TokenKind::Organization | TokenKind::Team => own,
        TokenKind::Personal | TokenKind::Runner => token.target.clone().unwrap_or(own),
    }
}

/// Read the organization that is meant where none is named
#[utoipa::path(get, path = "/api/user/organizations/default", operation_id = "getDefaultOrganization", tag = "user",
    responses((status = 200, body = DefaultOrganization), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn default_organization(caller: Caller) -> Result<Json<DefaultOrganization>, ApiError> {
    let own = caller.token.organization;
    let own = own
        .ok_or_else(|| ApiError::not_found("the bootstrap token has no organization of its own"))?;
    Ok(Json(DefaultOrganization { git_hub_login: own }))
}

/// List capabilities, of which there are none
#[utoipa::path(get, path = "/api/capabilities", operation_id = "listCapabilities", tag = "user", responses((status = 200, body = Capabilities)))]
async fn capabilities() -> Json<Capabilities> {
    Json(Capabilities::default())
}
