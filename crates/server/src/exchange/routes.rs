//! `POST /api/oauth/token`: an ID token for an access token.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use claimgate::exchange::{BodyKind, ExchangeError, ExchangeRequest, MAX_BODY};
use claimgate_api::{AuditEntry, OauthErrorBody, TokenRequest, TokenResponseBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::attempt::Attempt;
use super::failure::ExchangeFailure;
use crate::app::App;
use crate::http::client_address::ClientAddress;
use crate::random;

/// The route of the exchange.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default().routes(routes!(exchange))
}

/// Exchange an ID token for an access token
#[utoipa::path(post, path = "/api/oauth/token", operation_id = "exchangeToken", tag = "oauth",
    request_body(content((TokenRequest = "application/x-www-form-urlencoded"), (TokenRequest = "application/json"))),
    responses((status = 200, body = TokenResponseBody), (status = 400, body = OauthErrorBody),
        (status = 413, body = OauthErrorBody), (status = 429, body = OauthErrorBody),
        (status = 500, body = OauthErrorBody)))]
async fn exchange(
    State(app): State<Arc<App>>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let started = Instant::now();
    let entry = AuditEntry {
        id: random::id(),
        at: app.clock.now(),
        address: address.map(|Extension(ClientAddress(address))| address.to_string()),
        ..AuditEntry::default()
    };
    let reference = entry.id.clone();
    let attempt = Attempt::new(&app, entry);
    let outcome = match read(&headers, &body) {
        Ok(request) => attempt.run(&request).await,
        // Mistakes of an organization's own jobs are shown to its admins.
        Err(error) => {
            attempt
                .refuse_body(error, organization(&headers, &body))
                .await
        }
    };
    let code = outcome
        .as_ref()
        .map_or_else(ExchangeFailure::code, |_| "granted");
    app.metrics.exchange(code, started.elapsed());
    if let Err(failure) = &outcome
        && failure.is_recorded()
    {
        let details = format_args!("/audit/{reference}");
        tracing::info!(target: "claimgate::exchanges", reference, code, %details, "refused an exchange");
    }
    outcome.unwrap_or_else(|failure| failure.into_response(&reference))
}

/// The request in a body.
fn read(
    headers: &HeaderMap,
    body: &Result<Bytes, BytesRejection>,
) -> Result<ExchangeRequest, ExchangeError> {
    let body = body
        .as_ref()
        .map_err(|rejection| body_error(headers, rejection))?;
    let kind = body_kind(headers)?;
    let body = std::str::from_utf8(body).map_err(|_| ExchangeError::Malformed {
        problem: "it is not UTF-8".to_owned(),
    })?;
    ExchangeRequest::parse(body, kind)
}

fn body_error(headers: &HeaderMap, rejection: &BytesRejection) -> ExchangeError {
    if rejection.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return ExchangeError::Malformed {
            problem: "it ended too early".to_owned(),
        };
    }
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    ExchangeError::BodyTooLarge {
        max: MAX_BODY,
        found: length.unwrap_or(MAX_BODY + 1),
    }
}

fn body_kind(headers: &HeaderMap) -> Result<BodyKind, ExchangeError> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let text = content_type.map_or(Ok(""), |value| value.to_str());
    text.map_or_else(
        |_| {
            let found = "bytes that are not ASCII text".to_owned();
            Err(ExchangeError::ContentType { found })
        },
        BodyKind::of,
    )
}

/// The organization that an invalid request names.
fn organization(headers: &HeaderMap, body: &Result<Bytes, BytesRejection>) -> Option<String> {
    let kind = body_kind(headers).ok()?;
    ExchangeRequest::organization_named(std::str::from_utf8(body.as_ref().ok()?).ok()?, kind)
}
