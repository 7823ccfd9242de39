//! Times and durations as text. This module does not read a clock.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A unit that times are often in by mistake.
pub(crate) const MILLISECONDS: &str = "milliseconds";

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Seconds since the epoch as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) UTC:
/// `2026-11-24T00:21:00Z`. A time outside the years 0 to 9999 is written as its number.
///
/// ```
/// assert_eq!(claimgate::time::format_utc(0), "1970-01-01T00:00:00Z");
/// ```
#[must_use]
pub fn format_utc(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| seconds.to_string())
}

/// Reads an RFC 3339 time, or whole seconds since the epoch.
///
/// ```
/// use claimgate::time::parse;
///
/// assert_eq!(parse("2025-11-24T01:00:00+01:00"), Some(1_763_942_400));
/// assert_eq!(parse("1763942400"), parse("2025-11-24T00:00:00Z"));
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        OffsetDateTime::parse(text, &Rfc3339)
            .ok()
            .map(OffsetDateTime::unix_timestamp)
    })
}

/// Whether a number is more likely milliseconds than seconds since the epoch: as milliseconds it is a
/// time since September 2001, as seconds one in tens of thousands of years. The last second of the year
/// 9999, which stands for "never" in some systems, is less.
///
/// ```
/// use claimgate::time::looks_like_milliseconds;
///
/// assert!(looks_like_milliseconds(1_763_942_400_000));
/// assert!(!looks_like_milliseconds(1_763_942_400));
/// ```
#[must_use]
pub fn looks_like_milliseconds(seconds: i64) -> bool {
    unit(seconds) == Some(MILLISECONDS)
}

/// The unit that a time is in, if it is too late for one in seconds.
pub(crate) fn unit(seconds: i64) -> Option<&'static str> {
    match seconds {
        1_000_000_000_000..1_000_000_000_000_000 => Some(MILLISECONDS),
        1_000_000_000_000_000.. => Some("microseconds"),
        _ => None,
    }
}

/// `then` as seen from `now`: `in 5 minutes`, `3 hours ago`, `now`.
///
/// ```
/// assert_eq!(claimgate::time::relative(1000, 4600), "1 hour ago");
/// ```
#[must_use]
pub fn relative(then: i64, now: i64) -> String {
    let distance = format_duration(then.abs_diff(now));
    match then.cmp(&now) {
        std::cmp::Ordering::Less => format!("{distance} ago"),
        std::cmp::Ordering::Equal => "now".to_owned(),
        std::cmp::Ordering::Greater => format!("in {distance}"),
    }
}

/// Seconds in their two largest units: `2 hours`, `1 day 1 hour`, `90 seconds` as
/// `1 minute 30 seconds`.
///
/// ```
/// assert_eq!(claimgate::time::format_duration(90_000), "1 day 1 hour");
/// ```
#[must_use]
pub fn format_duration(seconds: u64) -> String {
    let units = [
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
        (1, "second"),
    ];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, name) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!(
                "{count} {name}{}",
                if count == 1 { "" } else { "s" }
            ));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    if parts.is_empty() {
        "0 seconds".to_owned()
    } else {
        parts.join(" ")
    }
}
