//! Durations as Go writes them: `2h0m0s`.

use std::time::Duration;

/// Reads a duration of whole or decimal hours, minutes, seconds and milliseconds, such as `1h30m` or `1.5h`. `None` if it is
/// none, or longer than a year.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .filter(|digits| *digits > 0)?;
        let (number, unit) = rest.split_at(digits);
        let number: f64 = number.parse().ok()?;
        let length = unit
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(unit.len());
        let (unit, after) = unit.split_at(length);
        seconds += number
            * match unit {
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                "us" | "µs" => 0.000_001,
                "ns" => 0.000_000_001,
                _ => return None,
            };
        rest = after;
    }
    let is_fit = !text.is_empty() && seconds <= 366.0 * 86_400.0;
    is_fit.then(|| Duration::from_secs_f64(seconds))
}

/// Writes a duration of whole seconds.
pub(super) fn format(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, format, parse};

    #[test]
    fn durations_are_read_and_written_as_in_go() {
        for (text, millis) in [
            ("2h0m0s", 7_200_000),
            ("1.5h", 5_400_000),
            ("90s", 90_000),
            ("1h1m1s1ms", 3_661_001),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "", "2", "h", "-1h", "1d", "1h 1m", "1..5h", "9999999h", "1hm", "ä",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        for (seconds, text) in [
            (7_200, "2h0m0s"),
            (61, "1m1s"),
            (5, "5s"),
            (3_661, "1h1m1s"),
        ] {
            assert_eq!(format(seconds), text);
        }
    }
}
