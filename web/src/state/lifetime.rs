//! Durations as a number and a unit, as people write them.

/// The units: label and seconds.
pub(crate) const UNITS: [(&str, u64); 4] = [("seconds", 1), ("minutes", 60), ("hours", 3600), ("days", 86_400)];

/// Seconds of a written duration; nothing written is none.
pub(crate) fn parse(number: &str, unit: &str) -> Result<Option<u64>, String> {
    let number = number.trim();
    if number.is_empty() {
        return Ok(None);
    }
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map_or(1, |(_, seconds)| *seconds);
    match number.parse::<u64>() {
        Ok(0) => Err("expected at least 1, or nothing for the default of 25 hours".to_owned()),
        Ok(count) => count.checked_mul(factor).map(Some).ok_or_else(|| format!("`{number}` {unit} is too long")),
        Err(_) => Err(format!("expected a whole number, found `{number}`")),
    }
}

/// The largest unit that writes the seconds as a whole number.
pub(crate) fn split(seconds: Option<u64>) -> (String, &'static str) {
    let Some(seconds) = seconds else { return (String::new(), "hours") };
    let unit = UNITS.iter().rev().find(|(_, size)| seconds % size == 0).unwrap_or(&UNITS[0]);
    ((seconds / unit.1).to_string(), unit.0)
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
        assert!(parse("18446744073709551615", "days").is_err());
    }
}
