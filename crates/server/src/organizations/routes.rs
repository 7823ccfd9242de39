//! Routes of organizations.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use claimgate::jwt::redact;
use claimgate::time::format_utc;
use claimgate_api::{ErrorBody, OrganizationBody, OrganizationInput, OrganizationsBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::record::Organization;
use crate::app::App;
use crate::clock::now;
use crate::http::error::ApiError;
use crate::http::request::json_body;
use crate::tokens::caller::Caller;

/// The routes of organizations.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(one, delete))
}

/// The longest name, in characters.
const MAX_NAME: usize = 100;

impl From<&Organization> for OrganizationBody {
    fn from(organization: &Organization) -> Self {
        Self {
            name: organization.name.clone(),
            created: format_utc(organization.created),
        }
    }
}

/// List the organizations that the token is for
#[utoipa::path(get, path = "/api/orgs", operation_id = "listOrganizations", tag = "organizations",
    responses((status = 200, body = OrganizationsBody), (status = 401, body = ErrorBody)), security(("token" = [])))]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<OrganizationsBody>, ApiError> {
    let organizations = match &caller.token.organization {
        None => app.store.organizations().await?,
        Some(own) => {
            let own = app.store.organization(own).await?.into_iter();
            own.filter(|found| Some(found.id) == caller.token.organization_id)
                .collect()
        }
    };
    Ok(Json(OrganizationsBody {
        organizations: organizations.iter().map(OrganizationBody::from).collect(),
    }))
}

/// Create an organization; for the bootstrap token only
#[utoipa::path(post, path = "/api/orgs", operation_id = "createOrganization", tag = "organizations", request_body = OrganizationInput,
    responses((status = 200, body = OrganizationBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)),
    security(("token" = [])))]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<OrganizationBody>, ApiError> {
    caller.require_root()?;
    let OrganizationInput { name } = json_body(&body)?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty()
        || name.len() > MAX_NAME
        || !name.chars().all(is_allowed)
        || name.chars().all(|c| c == '.')
        || redact(&name) != name
    {
        let expected = format!("a name of at most {MAX_NAME} letters, digits, `-`, `_` or `.`");
        return Err(ApiError::expected(expected, &name));
    }
    let organization = caller.store(&app).create_organization(&name, now()).await?;
    app.directory.note_change(&name, organization.version);
    Ok(Json(OrganizationBody::from(&organization)))
}

/// Read an organization
#[utoipa::path(get, path = "/api/orgs/{org}", operation_id = "getOrganization", tag = "organizations", params(("org" = String, Path)),
    responses((status = 200, body = OrganizationBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn one(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
) -> Result<Json<OrganizationBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    Ok(Json(OrganizationBody::from(&organization)))
}

/// Delete an organization with its issuers, and revoke its tokens; for the bootstrap token only
#[utoipa::path(delete, path = "/api/orgs/{org}", operation_id = "deleteOrganization", tag = "organizations", params(("org" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn delete(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    caller.require_root()?;
    let organization = caller.require_admin(&app.store, &org).await?;
    let change = caller
        .store(&app)
        .delete_organization(organization.id, now())
        .await?;
    app.directory.note_change(&org, change);
    Ok(StatusCode::NO_CONTENT)
}
