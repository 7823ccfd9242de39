//! Conditional requests: a version as `ETag` and in `If-Match` ([RFC 9110, section
//! 13](https://www.rfc-editor.org/rfc/rfc9110#section-13)).

use axum::http::{HeaderMap, HeaderValue, header};

use super::error::ApiError;

/// A version as `ETag`.
pub(crate) fn etag(version: i64) -> [(header::HeaderName, HeaderValue); 1] {
    let value = HeaderValue::from_str(&format!("\"{version}\""))
        .unwrap_or(HeaderValue::from_static("\"\""));
    [(header::ETAG, value)]
}

/// The version that `If-Match` requires; `None` if it is absent or `*`.
///
/// # Errors
/// 400 if it is not an `ETag` of [`etag`].
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text
        .strip_prefix("W/")
        .unwrap_or(text)
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    version
        .and_then(|version| version.parse().ok())
        .map(Some)
        .ok_or_else(|| ApiError::expected("`If-Match` with an `ETag` like `\"3\"`", text))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::if_match;

    #[test]
    fn a_version_is_read_from_an_etag() {
        let read = |value: &'static str| {
            if_match(
                &[("if-match".parse().unwrap(), value.parse().unwrap())]
                    .into_iter()
                    .collect(),
            )
            .ok()
        };
        assert_eq!(read("\"3\""), Some(Some(3)));
        assert_eq!(read("W/\"3\""), Some(Some(3)));
        assert_eq!(read("*"), Some(None));
        assert_eq!(read("3"), None);
        assert_eq!(if_match(&HeaderMap::new()).ok(), Some(None));
    }
}
