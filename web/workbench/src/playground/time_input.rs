//! Times as text input.

use claimgate::time::{format_utc, looks_like_milliseconds, parse};

/// Reads a time; none for empty text.
pub fn read_time(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim();
    match parse(text) {
        None if text.is_empty() => Ok(None),
        None => Err(format!(
            "expected a time like `2026-11-24T00:21:00Z`, or seconds since 1970, found `{text}`"
        )),
        Some(seconds) if looks_like_milliseconds(seconds) => Err(format!(
            "`{text}` looks like milliseconds: expected seconds since 1970, as `{}` for {}",
            seconds / 1000,
            format_utc(seconds / 1000)
        )),
        // Times beyond the calendar cannot be formatted, and are not meant.
        Some(seconds) if seconds < 0 || format_utc(seconds) == seconds.to_string() => Err(format!(
            "expected a time from 1970 to the year 9999, found `{text}`"
        )),
        seconds => Ok(seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::read_time;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("", None),
            (" 1763942400 ", Some(1_763_942_400)),
            ("1970-01-01T00:01:00Z", Some(60)),
        ] {
            assert_eq!(read_time(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn an_invalid_time_is_refused_with_what_was_expected() {
        let milliseconds = "`1763942400000` looks like milliseconds: expected seconds since 1970, as `1763942400` for 2025-11-24T00:00:00Z";
        assert_eq!(read_time("1763942400000").unwrap_err(), milliseconds);
        for text in ["yesterday", "2026-11-24", "-1", "9223372036854775807"] {
            let problem = read_time(text).unwrap_err();
            assert!(
                problem.starts_with("expected a time ")
                    && problem.ends_with(&format!("found `{text}`")),
                "{problem}"
            );
        }
    }
}
