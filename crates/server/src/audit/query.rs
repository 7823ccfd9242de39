//! Queries of a log over HTTP: what the parameters mean, and the page that is answered.

use super::search::{AuditFilter, Found, Logged};
use crate::http::error::ApiError;
use crate::random;

/// The most entries in one answer.
pub(crate) const MAX_LIMIT: i64 = 500;

/// The number of entries where the query does not say.
pub(crate) const DEFAULT_LIMIT: i64 = 100;

/// The parameters of both logs, of exchanges and of changes.
pub(crate) struct Page {
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) limit: Option<i64>,
}

impl Page {
    /// The filter that has only these.
    ///
    /// # Errors
    /// 400 if one cannot be read.
    pub(crate) fn filter(self) -> Result<AuditFilter, ApiError> {
        Ok(AuditFilter {
            since: read_time("since", self.since)?,
            until: read_time("until", self.until)?,
            before: read_reference("before", self.before)?,
            limit: page_size(self.limit, DEFAULT_LIMIT, MAX_LIMIT)?,
            ..AuditFilter::default()
        })
    }
}

/// `before` of the next request, and how far a search came that ended early.
pub(crate) fn continuation<T: Logged>(
    found: &Found<T>,
    limit: i64,
) -> (Option<String>, Option<i64>) {
    if let Some((id, at)) = &found.reached {
        return (Some(id.clone()), Some(*at));
    }
    let is_full = i64::try_from(found.entries.len()).is_ok_and(|count| count == limit);
    let last = found.entries.last().filter(|_| is_full);
    (last.map(|entry| entry.id().to_owned()), None)
}

/// The number of entries in an answer: what the query says, or `default`.
///
/// # Errors
/// 400 if it is too small or too large.
pub(crate) fn page_size(limit: Option<i64>, default: i64, max: i64) -> Result<i64, ApiError> {
    let limit = limit.unwrap_or(default);
    if (1..=max).contains(&limit) {
        return Ok(limit);
    }
    let message = format!("expected `limit` from 1 to {max}, found {limit}");
    Err(ApiError::bad_request(message))
}

/// A parameter that is a reference.
///
/// # Errors
/// 400 if it is none.
pub(crate) fn read_reference(name: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    match text {
        Some(text) if !random::is_id(&text) => Err(ApiError::expected(
            format!("`{name}` as a reference"),
            &text,
        )),
        other => Ok(other),
    }
}

/// A parameter that is a time.
///
/// # Errors
/// 400 if it is none.
pub(crate) fn read_time(name: &str, text: Option<String>) -> Result<Option<i64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    claimgate::time::parse(&text).map(Some).ok_or_else(|| {
        let expected = format!("`{name}` as a time like `2026-11-25T12:00:00Z`");
        ApiError::expected(expected, &text)
    })
}

/// A parameter that is one of some words.
///
/// # Errors
/// 400 if it is another.
pub(crate) fn read_word(
    name: &str,
    text: Option<String>,
    words: [&str; 2],
) -> Result<Option<String>, ApiError> {
    match text {
        Some(text) if !words.contains(&text.as_str()) => {
            let expected = format!("`{name}` `{}` or `{}`", words[0], words[1]);
            Err(ApiError::expected(expected, &text))
        }
        other => Ok(other),
    }
}
