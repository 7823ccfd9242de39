//! The OpenAPI document, generated from the routes.

use axum::Json;
use claimgate_api::{ErrorBody, OauthErrorBody};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, ResponseBuilder};
use utoipa::{OpenApi, ToSchema as _};

use crate::{audit, exchange, issuers, organizations, tokens};

#[derive(OpenApi)]
#[openapi(info(
    title = "Claimgate",
    description = "OIDC trust relationships: token exchange, issuers, policies, audit log"
))]
struct Document;

/// The OpenAPI document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let parts = [
        exchange::routes::Api::openapi(),
        tokens::oauth::Api::openapi(),
        tokens::user::Api::openapi(),
        organizations::routes::Api::openapi(),
        issuers::routes::Api::openapi(),
        issuers::policy_routes::Api::openapi(),
        audit::routes::Api::openapi(),
        tokens::routes::Api::openapi(),
    ];
    for part in parts {
        document.merge(part);
    }
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
            &mut item.patch,
            &mut item.delete,
        ];
        operations
            .into_iter()
            .flatten()
            .for_each(add_common_responses);
    }
    document
}

/// Adds the responses that any route may give.
fn add_common_responses(operation: &mut Operation) {
    let is_oauth = operation.tags.iter().flatten().any(|tag| tag == "oauth");
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
            OauthErrorBody::name(),
        ),
        (has_body, "413", "the body is too large", own.clone()),
        (true, "408", "the request took too long", ErrorBody::name()),
        (true, "500", "the database failed", own),
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

pub(crate) async fn serve() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::document;

    #[test]
    fn each_operation_has_an_id_of_its_own_and_a_summary_in_one_line() {
        let mut ids = HashSet::new();
        for (path, item) in document().paths.paths {
            let operations = [item.get, item.post, item.put, item.patch, item.delete];
            for operation in operations.into_iter().flatten() {
                let id = operation.operation_id.unwrap();
                assert!(!id.contains('_') && ids.insert(id.clone()), "{path}: {id}");
                let summary = operation.summary.unwrap();
                assert!(
                    !summary.is_empty() && !summary.contains('\n'),
                    "{path}: {summary}"
                );
            }
        }
    }
}
