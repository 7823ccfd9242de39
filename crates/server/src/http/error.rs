//! Error responses.

use std::fmt;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate_api::{ErrorBody, ErrorDetail, FindingBody, OauthErrorBody};

use crate::db::error::StoreError;
use crate::turns::Crowded;

/// An error response of the API.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: ErrorBody,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

/// An error response of the OAuth endpoints.
#[derive(Debug)]
pub(crate) struct OauthError(ApiError);

impl ApiError {
    /// An error with a status and a message.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let body = ErrorBody {
            code: status.as_u16(),
            message: message.into(),
            errors: Vec::new(),
            diagnostics: Vec::new(),
        };
        Self {
            status,
            body,
            headers: Vec::new(),
        }
    }

    /// 400.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 400, because of a value in the request.
    pub(crate) fn expected(expected: impl fmt::Display, found: &str) -> Self {
        Self::bad_request(format!("expected {expected}, found `{found}`"))
    }

    /// 400, with all errors in a document.
    #[must_use]
    pub(crate) fn invalid_document(errors: Diagnostics) -> Self {
        let mut response = Self::bad_request(errors.to_string());
        response.body.errors = errors
            .into_iter()
            .map(
                |Diagnostic {
                     path,
                     code,
                     message,
                     help,
                     ..
                 }| ErrorDetail {
                    path,
                    code: code.into_owned(),
                    message,
                    help,
                    thumbprint: None,
                    witness: None,
                },
            )
            .collect();
        response
    }

    /// 400, because of findings.
    pub(crate) fn refused(findings: Vec<FindingBody>) -> Self {
        let lines: Vec<_> = findings
            .iter()
            .map(|finding| format!("{}: {}", finding.path, finding.message))
            .collect();
        let mut response = Self::bad_request(lines.join("\n"));
        let detail = |finding: FindingBody| ErrorDetail {
            path: finding.path,
            code: finding.code,
            message: finding.message,
            help: finding.help,
            thumbprint: None,
            witness: finding.witness,
        };
        response.body.errors = findings.into_iter().map(detail).collect();
        response
    }

    /// 400, because of the definition of an environment.
    pub(crate) fn invalid_definition(diagnostics: &[claimgate_environments::Diagnostic]) -> Self {
        let first = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
        let message = first.map_or("the definition is invalid", |first| &first.summary);
        let mut response = Self::bad_request(message);
        response.body.diagnostics = wire(diagnostics);
        response
    }

    /// Adds a diagnostic without a place.
    #[must_use]
    pub(crate) fn with_diagnostic(mut self, summary: &str) -> Self {
        let diagnostic = serde_json::json!({"summary": summary, "severity": "error"});
        self.body.diagnostics.push(diagnostic);
        self
    }

    /// Adds an error with a code.
    #[must_use]
    pub(crate) fn with_detail(mut self, detail: ErrorDetail) -> Self {
        self.body.errors.push(detail);
        self
    }

    /// 401.
    #[must_use]
    pub(crate) fn unauthorized() -> Self {
        let message =
            "expected an access token as `Authorization: Bearer TOKEN`, found none that is valid";
        Self::new(StatusCode::UNAUTHORIZED, message).with_header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"claimgate\""),
        )
    }

    /// 403.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 429, with the time to wait.
    #[must_use]
    pub(crate) fn too_many_requests(problem: &str, wait: Duration) -> Self {
        let seconds = wait.as_secs() + 1;
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let message = format!("{problem}, try again in {seconds} {unit}");
        Self::new(StatusCode::TOO_MANY_REQUESTS, message)
            .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 408.
    #[must_use]
    pub(crate) fn timeout() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "the request took too long")
    }

    /// The response in the form of the errors at a path: OAuth's, the API's, or a line of text.
    pub(crate) fn at(self, path: &str) -> Response {
        if is_oauth(path) {
            return OauthError(self).into_response();
        }
        if is_api(path) {
            return self.into_response();
        }
        let mut response = (self.status, self.body.message + "\n").into_response();
        response.headers_mut().extend(self.headers);
        response
    }

    /// The body of the response.
    #[cfg(test)]
    pub(crate) fn body(&self) -> &ErrorBody {
        &self.body
    }

    /// Adds a header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// Diagnostics of a definition, as they are sent.
pub(crate) fn wire(diagnostics: &[claimgate_environments::Diagnostic]) -> Vec<serde_json::Value> {
    let values = diagnostics.iter().map(serde_json::to_value);
    values.filter_map(Result::ok).collect()
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::Missing { .. } => StatusCode::NOT_FOUND,
            StoreError::Exists { .. } => StatusCode::CONFLICT,
            StoreError::Conflict { .. } => StatusCode::PRECONDITION_FAILED,
            StoreError::Limit { .. } => StatusCode::BAD_REQUEST,
            StoreError::Busy => {
                return Self::too_many_requests(&error.to_string(), Duration::ZERO);
            }
            _ => {
                // The details are for the log only: they may name hosts and files.
                tracing::error!(%error, "a request failed");
                return Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the database failed; the log says how",
                );
            }
        };
        Self::new(status, error.to_string())
    }
}

impl From<Crowded> for ApiError {
    fn from(_: Crowded) -> Self {
        StoreError::Busy.into()
    }
}

impl<E: Into<ApiError>> From<E> for OauthError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let ApiError {
            status,
            body,
            headers,
        } = self.0;
        let error = match status {
            StatusCode::UNAUTHORIZED => "invalid_client",
            StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
            status if status.is_client_error() => "invalid_request",
            _ => "server_error",
        };
        let mut response = (
            status,
            Json(OauthErrorBody {
                error: error.into(),
                error_description: body.message,
            }),
        )
            .into_response();
        response.headers_mut().extend(headers);
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

/// Whether a path is one of the API.
pub(crate) fn is_api(path: &str) -> bool {
    path == "/api"
        || ["/api/", "/oidc/"]
            .iter()
            .any(|root| path.starts_with(root))
}

/// Whether a path is one of OAuth's endpoints.
fn is_oauth(path: &str) -> bool {
    path.starts_with("/api/oauth/")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::ApiError;

    #[tokio::test]
    async fn a_rate_limited_caller_learns_when_to_retry_in_the_form_of_the_path() {
        for (millis, seconds, expected) in [
            (0, "1", "too many, try again in 1 second"),
            (999, "1", "too many, try again in 1 second"),
            (1_000, "2", "too many, try again in 2 seconds"),
            (90_000, "91", "too many, try again in 91 seconds"),
        ] {
            for (path, body) in [
                (
                    "/api/oauth/token",
                    json!({"error": "too_many_requests", "error_description": expected}),
                ),
                ("/api/orgs", json!({"code": 429, "message": expected})),
                ("/api", json!({"code": 429, "message": expected})),
                ("/readyz", Value::from(format!("{expected}\n"))),
            ] {
                let error = ApiError::too_many_requests("too many", Duration::from_millis(millis));
                let answer = error.at(path);
                assert_eq!(answer.status(), 429);
                assert_eq!(answer.headers()["retry-after"], seconds);
                let found = axum::body::to_bytes(answer.into_body(), 1_000).await;
                let found = String::from_utf8(found.unwrap().to_vec()).unwrap();
                let found = serde_json::from_str(&found).unwrap_or(Value::from(found));
                assert_eq!(found, body, "{path}");
            }
        }
    }
}
