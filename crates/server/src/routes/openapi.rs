//! The OpenAPI document, made from the routes' own descriptions.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{audit, exchange, issuers, oauth, organizations, policies, tokens, user};

#[derive(OpenApi)]
#[openapi(
    info(title = "Claimgate", description = "OIDC trust relationships: token exchange, issuers, policies, audit log"),
    paths(
        exchange::exchange,
        oauth::introspect,
        oauth::revoke,
        user::user,
        user::default_organization,
        user::capabilities,
        organizations::list,
        organizations::create,
        organizations::one,
        organizations::delete,
        issuers::list,
        issuers::create,
        issuers::one,
        issuers::update,
        issuers::delete,
        issuers::regenerate,
        issuers::revoke_tokens,
        policies::of_issuer,
        policies::update,
        audit::list,
        audit::one,
        tokens::list,
        tokens::revoke,
    )
)]
struct Document;

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("`token` is accepted too")).build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(scheme));
    document
}

pub(super) async fn serve() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}
