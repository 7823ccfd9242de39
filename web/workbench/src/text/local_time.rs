//! Times as people read them, in their own time zone.

use claimgate::time::format_utc;

/// A time in a zone that is `offset` minutes ahead of UTC: `2026-11-29 21:30:05`.
pub fn local(at: i64, offset: i32) -> String {
    let text = format_utc(at.saturating_add(i64::from(offset) * 60));
    text.replace('T', " ").replace('Z', "")
}

/// The name of such a zone: `UTC`, `UTC+01:00`.
pub fn zone(offset: i32) -> String {
    if offset == 0 {
        return "UTC".to_owned();
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The value of an `<input type="datetime-local">`: `2026-11-29T21:30`.
pub fn field(at: i64, offset: i32) -> String {
    let text = local(at, offset).replace(' ', "T");
    text.get(..16).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_its_zone() {
        assert_eq!(local(0, 0), "1970-01-01 00:00:00");
        assert_eq!(local(0, -330), "1969-12-31 18:30:00");
        assert_eq!(field(59, 60), "1970-01-01T01:00");
        assert_eq!(zone(0), "UTC");
        assert_eq!(zone(330), "UTC+05:30");
        assert_eq!(zone(-60), "UTC-01:00");
    }
}
