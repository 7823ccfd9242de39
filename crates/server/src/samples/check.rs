//! What a sample may be.

use claimgate::claims::Claims;
use claimgate::jwt::redact;
use claimgate::policy::TokenType;
use claimgate_api::SampleInput;
use serde_json::{Map, Value};

use crate::http::error::ApiError;
use crate::http::request::json_body;

/// The longest sample, in bytes of JSON.
const MAX_BYTES: usize = 64 * 1024;

/// The longest name, in characters.
const MAX_NAME: usize = 200;

/// Reads a sample. What is requested has names: an array is not read in its place.
///
/// # Errors
/// 400.
pub(super) fn read(body: &[u8]) -> Result<SampleInput, ApiError> {
    let sample = json_body(body)?;
    let members: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let request = members.get("request");
    if request.is_some_and(|request| !request.is_object()) {
        return Err(ApiError::bad_request("expected `request`, an object"));
    }
    Ok(sample)
}

/// Checks a sample, and returns it as it is stored. A token is no sample: anyone who reads it could use it.
///
/// # Errors
/// 400.
pub(super) fn check(sample: &SampleInput) -> Result<String, ApiError> {
    let length = sample.name.chars().count();
    if !(1..=MAX_NAME).contains(&length) {
        let message = format!("expected `name` of 1 to {MAX_NAME} characters, found {length}");
        return Err(ApiError::bad_request(message));
    }
    if !sample.claims.is_object() {
        return Err(ApiError::bad_request("expected `claims`, an object"));
    }
    check_words(sample)?;
    let document = serde_json::to_string(sample).unwrap_or_default();
    if document.len() > MAX_BYTES {
        let message = format!(
            "expected a sample of at most {MAX_BYTES} bytes, found {}",
            document.len()
        );
        return Err(ApiError::bad_request(message));
    }
    if redact(&document) != document {
        return Err(ApiError::bad_request(
            "expected decoded claims, found a token: a sample never holds one",
        ));
    }
    let claims = Claims::from_json(&sample.claims.to_string());
    claims.map_err(|error| ApiError::bad_request(format!("`claims`: {error}")))?;
    Ok(document)
}

fn check_words(sample: &SampleInput) -> Result<(), ApiError> {
    let token_type = sample.request.token_type.as_deref();
    if let Some(found) = token_type.filter(|word| TokenType::parse(word).is_none()) {
        let expected = "`tokenType` `organization`, `team`, `personal` or `runner`";
        return Err(ApiError::expected(expected, found));
    }
    let expect = sample.expect.as_deref();
    if let Some(found) = expect.filter(|word| !["allowed", "denied"].contains(word)) {
        return Err(ApiError::expected("`expect` `allowed` or `denied`", found));
    }
    Ok(())
}
