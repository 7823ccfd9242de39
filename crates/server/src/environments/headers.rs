//! The headers of definitions. An `ETag` is that of one revision of one environment, so it does not fit a later environment of
//! the same name.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::record::{Definition, EnvironmentRecord, tag};
use crate::http::error::ApiError;

/// The number of a revision, for the clients of Pulumi ESC.
pub(super) const REVISION: HeaderName = HeaderName::from_static("pulumi-esc-revision");

/// The content type of definitions, which all clients read.
const YAML: HeaderValue = HeaderValue::from_static("application/x-yaml");

/// The headers of a definition.
pub(super) fn of_definition(definition: &Definition) -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CONTENT_TYPE, YAML),
        etag(&definition.tag()),
        (REVISION, HeaderValue::from(definition.revision)),
    ]
}

/// The headers of a revision that was saved.
pub(super) fn of_revision(
    environment: &EnvironmentRecord,
    revision: i64,
) -> [(HeaderName, HeaderValue); 2] {
    [
        etag(&tag(environment, revision)),
        (REVISION, HeaderValue::from(revision)),
    ]
}

fn etag(tag: &str) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{tag}\""));
    (
        header::ETAG,
        value.unwrap_or(HeaderValue::from_static("\"\"")),
    )
}

/// The revision that a change is based on, from `If-Match`, or `ETag` of older clients; with quotes or without. `None` if any
/// revision will do.
///
/// # Errors
/// 409 if it is not of this environment.
pub(super) fn expected_revision(
    headers: &HeaderMap,
    environment: &EnvironmentRecord,
) -> Result<Option<i64>, ApiError> {
    let given = headers
        .get(header::IF_MATCH)
        .or_else(|| headers.get(header::ETAG));
    let Some(given) = given else { return Ok(None) };
    let text = given.to_str().map_err(|_| changed())?.trim();
    let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    if text.is_empty() || text == "*" {
        return Ok(None);
    }
    let number = text
        .strip_prefix(environment.id.as_str())
        .and_then(|rest| rest.strip_prefix('.')?.parse().ok());
    number.map(Some).ok_or_else(changed)
}

/// 409, because there was another change.
pub(super) fn changed() -> ApiError {
    let message = "the environment was changed in the meantime: read it again";
    ApiError::new(StatusCode::CONFLICT, message)
}
