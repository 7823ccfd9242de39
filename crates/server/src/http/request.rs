//! Reading requests.

use std::fmt;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use claimgate::json::Value;
use serde::Deserialize;

use super::error::ApiError;

/// Reads a JSON body, whatever the content type is. No object in it, at any depth, may have a member
/// twice: of two members with one name, readers take different ones.
///
/// # Errors
/// 400 with the position.
pub(crate) fn json_body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ApiError> {
    let unreadable = |error: &dyn fmt::Display| {
        ApiError::bad_request(format!("the body cannot be read: {error}"))
    };
    let text = std::str::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    Value::parse(text).map_err(|error| unreadable(&error))?;
    serde_json::from_str(text).map_err(|error| unreadable(&error))
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

#[cfg(test)]
mod tests {
    use claimgate_api::IssuerInput;
    use serde_json::{Value, json};

    use super::json_body;

    #[test]
    fn a_body_is_json_without_duplicate_members_at_any_depth() {
        for (body, expected) in [
            (r#"{"a": 1}"#, Ok(json!({"a": 1}))),
            (
                r#"{"a": {"b": 1}, "b": 2}"#,
                Ok(json!({"a": {"b": 1}, "b": 2})),
            ),
            (r#"{"a": 1, "a": 1}"#, Err("member `a` occurs twice")),
            (
                r#"{"a": [{"b": 1, "b": 2}]}"#,
                Err("member `b` occurs twice"),
            ),
            (r#"{"a": 1, "\u0061": 1}"#, Err("member `a` occurs twice")),
            (r#"{"a": 1"#, Err("not JSON")),
            ("", Err("not JSON")),
        ] {
            match (json_body::<Value>(body.as_bytes()), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(error), Err(part)) => {
                    let error = format!("{error:?}");
                    assert!(error.contains(part), "{body}: {error}");
                }
                (found, _) => panic!("{body}: {found:?}"),
            }
        }
        assert!(json_body::<Value>(b"\"\xff\"").is_err());
    }

    #[test]
    fn a_key_of_a_registered_set_cannot_be_two_keys() {
        let key = r#"{"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "x": "BBBB"}"#;
        let body = format!(r#"{{"name": "CI", "jwks": {{"keys": [{key}]}}}}"#);
        let error = json_body::<IssuerInput>(body.as_bytes()).unwrap_err();
        assert!(format!("{error:?}").contains("member `x` occurs twice"));
    }
}
