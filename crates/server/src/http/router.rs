//! All routes, and the middleware that every request passes.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use claimgate_formats::text::MAX_TEXT;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::client_address::ClientAddress;
use super::error::{ApiError, is_api};
use super::{assets, client_address, health, openapi};
use crate::app::App;
use crate::{
    audit, changes, demo, environments, exchange, issuers, openid, organizations, samples,
    settings, tokens,
};

/// Patterns for the paths of the API that are no route.
const NO_ROUTES: [&str; 3] = ["/api", "/api/{*rest}", "/oidc/{*rest}"];

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (api, document) = api().split_for_parts();
    let document = Json(openapi::complete(document));
    api.route("/api/openapi.json", get(async move || document))
        .route(NO_ROUTES[0], get(no_such_route))
        .route(NO_ROUTES[1], axum::routing::any(no_such_route))
        .route(NO_ROUTES[2], axum::routing::any(no_such_route))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/demo/tokens", get(demo::routes::tokens))
        .fallback(asset)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), common))
        .with_state(app)
}

/// The OpenAPI document.
#[must_use]
pub fn openapi_document() -> OpenApi {
    openapi::complete(api().into_openapi())
}

/// The routes of the API. Each is in the OpenAPI document, because `routes!` adds it to both.
fn api() -> OpenApiRouter<Arc<App>> {
    let oauth = exchange::routes::router()
        .merge(tokens::oauth::router())
        .layer(DefaultBodyLimit::max(claimgate::exchange::MAX_BODY));
    let others = tokens::user::router()
        .merge(organizations::routes::router())
        .merge(issuers::routes::router())
        .merge(issuers::key_routes::router())
        .merge(issuers::policy_routes::router())
        .merge(issuers::revision_routes::router())
        .merge(audit::routes::router())
        .merge(audit::statistics_routes::router())
        .merge(changes::routes::router())
        .merge(samples::routes::router())
        .merge(openid::routes::router())
        .merge(settings::router())
        .merge(tokens::routes::router())
        .layer(DefaultBodyLimit::max(MAX_TEXT));
    let environments =
        environments::routes::router().layer(DefaultBodyLimit::max(environments::routes::MAX_BODY));
    oauth.merge(others).merge(environments)
}

/// A file of the app, or its page for any path that does not name a file.
async fn asset(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    assets::respond(&app.assets, &method, uri.path(), &headers)
}

async fn no_such_route() -> ApiError {
    ApiError::not_found("there is no such route; /api/openapi.json lists them")
}

/// The middleware of every request: rate limit, timeout, metrics, and common headers.
async fn common(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let started = std::time::Instant::now();
    if request.uri().path().contains("%00") {
        // No name contains it, and PostgreSQL accepts no text with it.
        return ApiError::bad_request("expected a path without `%00`").into_response();
    }
    let path = request.uri().path().to_owned();
    let mut response = match rate_limit(&app, &path, &mut request) {
        Err(refusal) => refusal.at(&path),
        Ok(()) => tokio::time::timeout(app.timeout, next.run(request))
            .await
            .unwrap_or_else(|_| ApiError::timeout().at(&path)),
    };
    if is_api(&path) && response.status().is_client_error() {
        response = error_as_json(response, &path).await;
    }
    let status = response.status().as_u16();
    let route = route_label(route.as_ref(), response.status());
    app.metrics.request(route, status);
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(%method, route, status, millis, "answered");
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The label of a request in the metrics: its route, `app` for a file or page of the app, or
/// `unmatched`, because arbitrary paths would be arbitrarily many labels.
fn route_label(route: Option<&MatchedPath>, status: StatusCode) -> &str {
    match route.map(MatchedPath::as_str) {
        Some(route) if !NO_ROUTES.contains(&route) => route,
        None if !status.is_client_error() => "app",
        _ => "unmatched",
    }
}

/// Turns an error of the framework, which is text, into one of the API, which is JSON.
async fn error_as_json(response: Response, path: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    if parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
    {
        return Response::from_parts(parts, body);
    }
    let text = axum::body::to_bytes(body, 4_096).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).trim().to_lowercase();
    let reason = parts
        .status
        .canonical_reason()
        .unwrap_or("refused")
        .to_lowercase();
    let mut json =
        ApiError::new(parts.status, if text.is_empty() { reason } else { text }).at(path);
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        parts.headers.remove(name);
    }
    json.headers_mut().extend(parts.headers);
    json
}

/// Counts a request to the API, or to what probes and Prometheus ask for, for its address, and adds
/// the address to the request.
///
/// # Errors
/// 429 if too many come from there.
fn rate_limit(app: &App, path: &str, request: &mut Request) -> Result<(), ApiError> {
    // Probes have buckets of their own: behind a proxy that is not configured, all requests of the
    // API may come from the address that the probes come from.
    let limit = match path {
        "/readyz" | "/metrics" => &app.probe_limit,
        path if is_api(path) => &app.address_limit,
        _ => return Ok(()),
    };
    let found = client_address::find(request, app.trusted_proxies);
    if let Some(problem) = found.problem {
        warn_of_proxies(app, &problem);
    }
    let Some(address) = found.address else {
        return Ok(());
    };
    request.extensions_mut().insert(ClientAddress(address));
    let now = std::time::Instant::now();
    let taken = limit.take_all(&client_address::costs(address), now);
    taken.map_err(|wait| {
        app.metrics.limited();
        ApiError::too_many_requests("too many requests from this address", wait)
    })
}

/// Logs that a request came without the address of its client, once a minute at most.
fn warn_of_proxies(app: &App, problem: &str) {
    let now = std::time::Instant::now();
    if app.proxy_warnings.take((), now).is_ok() {
        tracing::warn!(
            problem,
            "`X-Forwarded-For` lacks the client's address, so rate limits and the audit log use the \
             connection's; expected as many addresses as --trusted-proxies says"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::openapi_document;

    #[test]
    fn each_operation_has_an_id_of_its_own_a_summary_in_one_line_and_described_responses() {
        let mut ids = HashSet::new();
        for (path, item) in openapi_document().paths.paths {
            let operations = [item.get, item.post, item.put, item.patch, item.delete];
            for operation in operations.into_iter().flatten() {
                let id = operation.operation_id.unwrap();
                assert!(!id.contains('_') && ids.insert(id.clone()), "{path}: {id}");
                let summary = operation.summary.unwrap();
                assert!(
                    !summary.is_empty() && !summary.contains('\n'),
                    "{path}: {summary}"
                );
                let responses = operation.responses.responses;
                let is_of_organization = path.contains("{org}");
                assert!(
                    !is_of_organization || responses.contains_key("404"),
                    "{path}: there may be no such organization"
                );
                for (status, response) in responses {
                    let response = serde_json::to_value(response).unwrap();
                    let description = response["description"].as_str();
                    assert!(
                        description.is_some_and(|text| !text.is_empty()),
                        "{path}: {status}"
                    );
                }
            }
        }
    }
}
