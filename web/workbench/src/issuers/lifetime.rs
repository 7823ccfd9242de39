//! Durations as a number and a unit.

use claimgate::issuer::DEFAULT_MAX_EXPIRATION;
use claimgate::time::format_duration;

/// The units: label and seconds.
pub const UNITS: [(&str, u64); 4] = [
    ("seconds", 1),
    ("minutes", 60),
    ("hours", 3600),
    ("days", 86_400),
];

/// The longest duration, in seconds, that every reader of the JSON gets exactly: larger integers
/// are rounded where numbers are floats, and could not be added to a time either.
const MOST: u64 = (1 << 53) - 1;

/// The seconds of a duration; none for an empty number.
pub fn parse(number: &str, unit: &str) -> Result<Option<u64>, String> {
    let number = number.trim();
    if number.is_empty() {
        return Ok(None);
    }
    let factor = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .map_or(1, |(_, seconds)| *seconds);
    match number.parse::<u64>() {
        Ok(0) => Err("expected at least 1, or nothing for the default of 25 hours".to_owned()),
        Ok(count) => match count.checked_mul(factor).filter(|seconds| *seconds <= MOST) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(too_long(number, unit)),
        },
        Err(_) if number.bytes().all(|digit| digit.is_ascii_digit()) => Err(too_long(number, unit)),
        Err(_) => Err(format!("expected a whole number, found `{number}`")),
    }
}

fn too_long(number: &str, unit: &str) -> String {
    format!("expected at most {MOST} seconds, found `{number}` {unit}")
}

/// A warning about a lifetime that exceeds the default.
pub fn warning(seconds: Option<u64>) -> Option<String> {
    let seconds = seconds.filter(|seconds| *seconds > DEFAULT_MAX_EXPIRATION)?;
    Some(format!(
        "Longer than the 25 hours that Pulumi Cloud documents; whether it accepts more is not documented. A job may request a \
         token that is valid for {}, and a leaked token stays valid for as long.",
        long(seconds)
    ))
}

/// A long duration in words: years are easier to read than thousands of days.
fn long(seconds: u64) -> String {
    const YEAR: u64 = 31_557_600;
    if seconds < 2 * YEAR {
        return format_duration(seconds);
    }
    format!("{} years", seconds / YEAR)
}

/// The largest unit that expresses the seconds as a whole number.
pub fn split(seconds: Option<u64>) -> (String, &'static str) {
    let Some(seconds) = seconds else {
        return (String::new(), "hours");
    };
    let unit = UNITS
        .iter()
        .rev()
        .find(|(_, size)| seconds % size == 0)
        .unwrap_or(&UNITS[0]);
    ((seconds / unit.1).to_string(), unit.0)
}

/// A maximum lifetime in words.
pub fn describe(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "25 hours, the default".to_owned(), long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        assert_eq!(parse("", "hours"), Ok(None));
        assert_eq!(parse(" 2 ", "hours"), Ok(Some(7200)));
        assert_eq!(split(Some(7200)), ("2".to_owned(), "hours"));
        assert_eq!(split(Some(90)), ("90".to_owned(), "seconds"));
        assert_eq!(split(None), (String::new(), "hours"));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for number in ["0", "-1", "1.5", "x", "99999999999999999999"] {
            assert!(parse(number, "minutes").is_err(), "{number}");
        }
        for (number, unit) in [
            ("18446744073709551615", "days"),
            ("99999999999999999999", "days"),
            ("104249991375", "days"),
        ] {
            let problem =
                format!("expected at most 9007199254740991 seconds, found `{number}` {unit}");
            assert_eq!(parse(number, unit), Err(problem));
        }
        assert_eq!(
            parse("9007199254740991", "seconds"),
            Ok(Some(9_007_199_254_740_991))
        );
    }

    #[test]
    fn warns_about_a_long_lifetime() {
        assert_eq!(warning(None), None);
        assert_eq!(warning(Some(90_000)), None);
        assert!(
            warning(Some(90_001))
                .unwrap()
                .contains("valid for 1 day 1 hour, and")
        );
        assert!(
            warning(Some(315_576_000))
                .unwrap()
                .contains("valid for 10 years, and")
        );
        assert_eq!(describe(Some(60)), "1 minute");
    }
}
