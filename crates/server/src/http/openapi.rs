//! What the OpenAPI document has besides the routes.

use axum::http::StatusCode;
use claimgate_api::{ErrorBody, OauthErrorBody};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{OpenApi as _, ToSchema as _};

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Claimgate",
    description = "OIDC trust relationships: token exchange, issuers, policies, audit log"
))]
struct Document;

/// Adds the title, the security scheme, and the responses that any route may give, to the document
/// of the routes.
pub(super) fn complete(routes: OpenApi) -> OpenApi {
    let mut document = Document::openapi();
    document.merge(routes);
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("`token` is accepted too"))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(scheme));
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            add_common_responses(operation);
            describe_responses(operation);
        }
    }
    document
}

/// Describes each response that has no description, which OpenAPI requires, by its status.
fn describe_responses(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let status: Option<StatusCode> = status.parse().ok();
            let reason = status.and_then(|status| status.canonical_reason());
            response.description = reason.unwrap_or_default().to_lowercase();
        }
    }
}

/// Adds the responses that any route may give.
fn add_common_responses(operation: &mut Operation) {
    let has_tag = |name: &str| operation.tags.iter().flatten().any(|tag| tag == name);
    let (is_oauth, is_environments) = (has_tag("oauth"), has_tag("environments"));
    let own = if is_oauth {
        OauthErrorBody::name()
    } else {
        ErrorBody::name()
    };
    let has_body = operation.request_body.is_some();
    let common = [
        (
            true,
            "429",
            "too many requests from this address",
            own.clone(),
        ),
        (has_body, "413", "the body is too large", own.clone()),
        (true, "408", "the request took too long", own.clone()),
        (true, "500", "the database failed", own.clone()),
        (
            is_environments,
            "400",
            "the request is wrong, or the organization cannot have environments",
            own.clone(),
        ),
        (
            is_environments,
            "503",
            "the master key cannot be used now",
            own,
        ),
    ];
    for (_, status, description, schema) in
        common.into_iter().filter(|(is_possible, ..)| *is_possible)
    {
        let content = Content::new(Some(Ref::from_schema_name(schema)));
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/json", content);
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| response.build().into());
    }
}
