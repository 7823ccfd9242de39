//! Routes of Pulumi ESC that this server does not have: each says so.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::routing::{any, post};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::environments::access::permission::Permission;
use crate::environments::request::EnvironmentRequest;
use crate::http::error::ApiError;

/// The path of an environment.
const ENVIRONMENT: &str = "/api/esc/environments/{org}/{project}/{env}";

/// The paths below an environment, and what they are for.
const BELOW: &[(&str, &str)] = &[
    ("/drafts", "drafts and approvals"),
    ("/hooks", "webhooks"),
    ("/schedules", "schedules"),
    ("/referrers", "lists of referrers"),
    ("/open/request", "approvals"),
];

/// Other paths, and what they are for.
const OTHERS: &[(&str, &str)] = &[
    ("/api/preview/environments", "environments without projects"),
    ("/api/change-requests", "drafts and approvals"),
    ("/api/esc/providers", "lists of providers"),
    ("/api/esc/rotators", "lists of rotators"),
];

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    let mut router = OpenApiRouter::default().route(&format!("{ENVIRONMENT}/rotate"), post(rotate));
    let below = BELOW
        .iter()
        .map(|(path, what)| (format!("{ENVIRONMENT}{path}"), *what));
    let others = OTHERS
        .iter()
        .map(|(path, what)| ((*path).to_owned(), *what));
    for (path, what) in below.chain(others) {
        let absent = any(move || async move { absent(what) });
        router = router
            .route(&path, absent.clone())
            .route(&format!("{path}/{{*rest}}"), absent);
    }
    router
}

fn absent(what: &str) -> ApiError {
    ApiError::not_found(format!("this server does not support {what}"))
}

/// The client expects diagnostics where an environment cannot be rotated.
async fn rotate(request: EnvironmentRequest) -> Result<StatusCode, ApiError> {
    request.environment(Permission::Write).await?;
    let message = "this server does not support rotation of secrets";
    Err(ApiError::bad_request(message).with_diagnostic(message))
}
