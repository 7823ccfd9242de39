//! Reading requests.

use std::fmt;

use axum::extract::Query;
use axum::http::Uri;
use claimgate::diagnostic::{Diagnostic, Diagnostics, join};
use claimgate::expected::{found, unknown_key};
use claimgate::json::Value;
use claimgate_api::member_names;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use url::form_urlencoded;

use super::error::ApiError;

/// Reads a JSON body, whatever the content type is. No object in it, at any depth, may have a member
/// twice: of two members with one name, readers take different ones.
///
/// # Errors
/// 400 with the position; with `unknown-key` and the nearest known name for each unknown member of the body, or for the
/// first one of an object in it; with `wrong-value` and the path for a value of another type.
pub(crate) fn json_body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    let body = Value::parse(text).map_err(|error| unreadable(&error))?;
    let Value::Object(members) = &body else {
        return Err(wrong_value("", "an object", Some(&body)));
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let names = members.iter().map(|(name, _)| name.as_str());
        let unknown = unknown::<T>(names).or_else(|| unknown_within(&error));
        unknown.unwrap_or_else(|| mismatch(&body, &error))
    })
}

/// The query of a request.
///
/// # Errors
/// 400 if it cannot be read; with `unknown-key` and the nearest known name for each unknown parameter.
pub(crate) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    let Query(query) = Query::try_from_uri(uri).map_err(|rejection| {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let names: Vec<_> = pairs.map(|(name, _)| name).collect();
        let other = || ApiError::bad_request(rejection.body_text().to_lowercase());
        unknown::<T>(names.iter().map(AsRef::as_ref)).unwrap_or_else(other)
    })?;
    Ok(query)
}

fn unreadable(error: &dyn fmt::Display) -> ApiError {
    ApiError::bad_request(format!("the body cannot be read: {error}"))
}

/// The error for those names that are no member of `T`, which refuses them; `None` without one.
fn unknown<'a, 'de, T: Deserialize<'de>>(names: impl Iterator<Item = &'a str>) -> Option<ApiError> {
    let known = member_names::<T>()?;
    let unknown = names.filter(|name| !known.contains(name));
    let errors: Diagnostics = unknown.map(|name| unknown_key("", name, known)).collect();
    errors.or(()).err().map(ApiError::invalid_document)
}

/// The error for a member that an object within the body does not have. Serde's message has its name and those that
/// are known.
fn unknown_within(error: &serde_path_to_error::Error<serde_json::Error>) -> Option<ApiError> {
    let text = error.inner().to_string();
    let named = text.strip_prefix("unknown field `")?;
    let (name, known) = named.split_once("`, expected ")?;
    let known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
    let path = error.path().to_string();
    let parent = path.strip_suffix(name).unwrap_or(&path);
    let parent = parent.trim_end_matches('.');
    Some(ApiError::invalid_document(
        unknown_key(parent, name, &known).into(),
    ))
}

/// The error for a member that is missing, or has a value of another type.
fn mismatch(body: &Value, error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let mut value = Some(body);
    for segment in error.path() {
        value = match (segment, value) {
            (Segment::Map { key }, Some(object)) => object.member(key),
            (Segment::Seq { index }, Some(Value::Array(items))) => items.get(*index),
            _ => None,
        };
    }
    let text = error.inner().to_string();
    let expected = text.split_once(", expected ").map(|(_, expected)| {
        let (expected, _) = expected.rsplit_once(" at line ").unwrap_or((expected, ""));
        match expected {
            "i64" | "u64" | "i32" | "u32" => "an integer",
            other => other,
        }
    });
    let missing = text.strip_prefix("missing field `");
    let missing = missing.and_then(|rest| rest.split('`').next());
    // Serde names the body itself `.`.
    let path = Some(error.path().to_string()).filter(|path| path != ".");
    let path = path.unwrap_or_default();
    match (expected, missing) {
        (Some(expected), _) => wrong_value(&path, expected, value),
        (None, Some(name)) => wrong_value(&join(&path, name), "a value", None),
        (None, None) => unreadable(&text),
    }
}

fn wrong_value(path: &str, expected: &str, value: Option<&Value>) -> ApiError {
    let message = format!("expected {expected}, found {}", found(value));
    ApiError::invalid_document(Diagnostic::error(path, "wrong-value", message).into())
}

#[cfg(test)]
mod tests {
    use claimgate_api::{IssuerInput, OrganizationInput, SampleInput};
    use serde_json::{Value, json};

    use super::{ApiError, json_body};

    fn errors(error: ApiError) -> Value {
        serde_json::to_value(error.body().errors.clone()).unwrap()
    }

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

    #[test]
    fn unknown_members_are_named_with_the_nearest_known_one() {
        let found = |body: &str| errors(json_body::<IssuerInput>(body.as_bytes()).unwrap_err());
        let misspelled = found(r#"{"name": "CI", "maxExpiraton": 60, "zzz": []}"#);
        assert_eq!(
            misspelled[0],
            json!({
                "path": "maxExpiraton",
                "code": "unknown-key",
                "message": "unknown key `maxExpiraton`",
                "help": "did you mean `maxExpiration`?",
            })
        );
        assert_eq!(misspelled[1]["path"], "zzz");
        let help = misspelled[1]["help"].as_str().unwrap();
        assert!(help.starts_with("known are name, url, "), "{help}");
        let missing = json_body::<OrganizationInput>(b"{}").unwrap_err();
        assert_eq!(
            errors(missing)[0]["message"],
            "expected a value, found nothing"
        );
        let error = json_body::<OrganizationInput>(br#"{"title": "acme"}"#).unwrap_err();
        assert_eq!(errors(error)[0]["help"], "known are name");
        assert!(json_body::<IssuerInput>(br#"{"id": "1", "issuer": "https://ci.test"}"#).is_ok());
    }

    #[test]
    fn an_unknown_member_of_an_object_in_the_body_is_named_with_its_path() {
        let sample =
            |request: &str| format!(r#"{{"name": "a", "claims": {{}}, "request": {request}}}"#);
        let found = |request: &str| {
            let body = sample(request);
            errors(json_body::<SampleInput>(body.as_bytes()).unwrap_err())
        };
        assert_eq!(
            found(r#"{"tokentype": "team", "zzz": 1}"#),
            json!([{
                "path": "request.tokentype",
                "code": "unknown-key",
                "message": "unknown key `tokentype`",
                "help": "did you mean `tokenType`?",
            }])
        );
        let other = found(r#"{"tokenType": "team", "a`b": 1}"#);
        assert_eq!(other[0]["path"], "request.a`b");
        let help = other[0]["help"].as_str().unwrap();
        assert!(help.starts_with("known are tokenType, team, "), "{help}");
    }

    #[test]
    fn a_value_of_another_type_is_named_by_its_path() {
        for (body, path, expected) in [
            (
                r#"{"thumbprints": ["aa", 5]}"#,
                "thumbprints[1]",
                "expected a string",
            ),
            (
                r#"{"maxExpiration": "1h"}"#,
                "maxExpiration",
                "expected an integer, found `1h`",
            ),
            (
                r#"{"singleUse": 1}"#,
                "singleUse",
                "expected a boolean, found",
            ),
            ("[]", "", "expected an object, found"),
        ] {
            let error = errors(json_body::<IssuerInput>(body.as_bytes()).unwrap_err());
            assert_eq!(error[0]["path"], path, "{body}");
            assert_eq!(error[0]["code"], "wrong-value", "{body}");
            let message = error[0]["message"].as_str().unwrap();
            assert!(message.contains(expected), "{body}: {message}");
        }
    }
}
