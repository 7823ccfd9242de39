//! Why an exchange grants no token, and the response for it.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use claimgate::exchange::ExchangeError;
use claimgate_api::OauthErrorBody;

use crate::db::error::StoreError;
use crate::http::error::too_many_requests;

/// The code of an exchange that the rate limit of its issuer refuses.
pub(super) const RATE_LIMITED: &str = "rate-limited";

/// The message of an exchange that the rate limit of its issuer refuses.
pub(super) const TOO_MANY: &str = "too many exchanges on this issuer";

/// Why an exchange grants no token.
pub(super) enum ExchangeFailure {
    Refused(ExchangeError),
    /// Too many exchanges on the issuer; with the time to wait.
    RateLimited(Duration),
    Store(StoreError),
}

impl ExchangeFailure {
    /// The stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.code(),
            Self::RateLimited(_) => RATE_LIMITED,
            Self::Store(_) => "server-error",
        }
    }

    pub(super) fn into_response(self, reference: &str) -> Response {
        match self {
            Self::Refused(error) => {
                let status =
                    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
                (status, Json(error.response(reference))).into_response()
            }
            Self::RateLimited(wait) => {
                too_many_requests(&format!("{TOO_MANY} (reference {reference})"), wait)
            }
            Self::Store(error) => {
                tracing::error!(%error, reference, "an exchange failed");
                let error_description =
                    format!("the server failed, nothing was granted (reference {reference})");
                let body = OauthErrorBody {
                    error: "server_error".into(),
                    error_description,
                };
                (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
            }
        }
    }
}
