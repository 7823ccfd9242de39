//! Why an exchange grants no token, and the response for it.

use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use claimgate::exchange::ExchangeError;
use claimgate_api::OauthErrorBody;

use crate::db::error::StoreError;
use crate::http::error::{ApiError, OauthError};

/// The code of an exchange that is refused because there are too many.
pub(super) const RATE_LIMITED: &str = "rate-limited";

/// The message of an exchange that the rate limit of its issuer refuses.
pub(super) const TOO_MANY: &str = "too many exchanges on this issuer";

/// The message of an exchange that the share of its organization in costly decisions refuses.
pub(super) const TOO_COSTLY: &str = "too many costly decisions of this organization at once";

/// Why an exchange grants no token.
pub(super) enum ExchangeFailure {
    Refused {
        error: ExchangeError,
        is_recorded: bool,
    },
    /// Too many exchanges.
    RateLimited {
        /// [`TOO_MANY`] or [`TOO_COSTLY`].
        problem: &'static str,
        /// The time until there may be another.
        wait: Duration,
        is_recorded: bool,
    },
    Store(StoreError),
}

impl ExchangeFailure {
    /// The stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Refused { error, .. } => error.code(),
            Self::RateLimited { .. } => RATE_LIMITED,
            Self::Store(_) => "server-error",
        }
    }

    /// Whether it is a refusal that the audit log has.
    pub(super) fn is_recorded(&self) -> bool {
        match self {
            Self::Refused { is_recorded, .. } | Self::RateLimited { is_recorded, .. } => {
                *is_recorded
            }
            Self::Store(_) => false,
        }
    }

    pub(super) fn into_response(self, reference: &str) -> Response {
        match self {
            Self::Refused { error, is_recorded } => {
                let reference = shown(reference, is_recorded);
                let status =
                    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
                (status, Json(error.response(&reference))).into_response()
            }
            Self::RateLimited {
                problem,
                wait,
                is_recorded,
            } => {
                let reference = shown(reference, is_recorded);
                let problem = format!("{problem} (reference {reference})");
                OauthError::from(ApiError::too_many_requests(&problem, wait)).into_response()
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

/// The reference as the caller sees it. Nothing is found under that of a refusal which was only
/// counted.
fn shown(reference: &str, is_recorded: bool) -> String {
    if is_recorded {
        reference.to_owned()
    } else {
        format!("{reference}, not recorded: too many refusals")
    }
}
