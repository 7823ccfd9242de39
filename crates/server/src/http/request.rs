//! Reading requests.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use super::error::ApiError;

/// Reads a JSON body, whatever the content type is.
///
/// # Errors
/// 400 with the position.
pub(crate) fn json_body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::bad_request(format!("the body cannot be read: {error}")))
}

/// The query of a request.
///
/// # Errors
/// 400 if it cannot be read.
pub(crate) fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, ApiError> {
    query
        .map(|Query(query)| query)
        .map_err(|rejection| ApiError::bad_request(rejection.body_text().to_lowercase()))
}
