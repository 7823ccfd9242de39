//! Numbers that keep their text.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A number as JSON writes it, kept as text: `1.10` stays `1.10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(Arc<str>);

impl Number {
    /// A number of this text.
    ///
    /// Returns `None` if it is not a JSON number.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
        let starts = digits.first().is_some_and(u8::is_ascii_digit);
        let is_number = starts && serde_json::from_str::<&RawValue>(text).is_ok();
        (is_number && text.trim() == text).then(|| Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as the shortest text that reads as the same 64-bit float: `1.1`, `1.2345675e+06`.
    pub(crate) fn of_float(number: f64) -> Option<Self> {
        number.is_finite().then(|| Self(shortest(number).into()))
    }

    /// The nearest 64-bit float.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// The number if it is a count.
    pub(crate) fn as_usize(&self) -> Option<usize> {
        self.0.parse().ok()
    }

    /// The order of two numbers, exact where both are short decimals.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match Decimal::aligned(self, other) {
            Some((a, b)) => Some(a.cmp(&b)),
            None => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }

    /// Whether the number is a multiple of another.
    pub(crate) fn is_multiple_of(&self, other: &Self) -> bool {
        match Decimal::aligned(self, other) {
            Some((_, 0)) => false,
            Some((a, b)) => a.checked_rem(b) == Some(0),
            None => (self.as_f64() / other.as_f64()).fract() == 0.0,
        }
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string().into())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number.to_string().into())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// A decimal number, `digits * 10^exponent`.
struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// Two numbers in the same unit.
    fn aligned(a: &Number, b: &Number) -> Option<(i128, i128)> {
        let (a, b) = (Self::of(&a.0)?, Self::of(&b.0)?);
        let unit = a.exponent.min(b.exponent);
        Some((a.in_unit(unit)?, b.in_unit(unit)?))
    }

    fn of(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse().ok()?),
            None => (text, 0_i32),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}").parse().ok()?;
        let places = i32::try_from(fraction.len()).ok()?;
        let exponent = exponent.checked_sub(places)?;
        Some(Self { digits, exponent })
    }

    fn in_unit(&self, unit: i32) -> Option<i128> {
        let power = u32::try_from(self.exponent.checked_sub(unit)?).ok()?;
        self.digits.checked_mul(10_i128.checked_pow(power)?)
    }
}

/// A float as Go's `%g` prints it.
fn shortest(number: f64) -> String {
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return format!("{number}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_go_prints_them() {
        for (number, text) in [
            (1.1, "1.1"),
            (1_234_567.5, "1.2345675e+06"),
            (100_000.0, "100000"),
            (1_000_000.0, "1e+06"),
            (1e21, "1e+21"),
            (0.00001, "1e-05"),
            (0.0001, "0.0001"),
            (-2.5, "-2.5"),
            (0.0, "0"),
        ] {
            assert_eq!(Number::of_float(number).unwrap().as_str(), text);
        }
    }

    #[test]
    fn only_json_numbers_are_numbers() {
        for text in ["0", "-1", "1.10", "1e5", "12345678901234567890123"] {
            assert_eq!(Number::new(text).unwrap().as_str(), text);
        }
        for text in [
            "", "01", "+1", "1.", ".5", " 1", "1 ", "NaN", "-", "\"1\"", "true",
        ] {
            assert_eq!(Number::new(text), None, "{text}");
        }
    }

    #[test]
    fn comparisons_are_decimal() {
        let is_multiple = |a: &str, b: &str| {
            let (a, b) = (Number::new(a).unwrap(), Number::new(b).unwrap());
            a.is_multiple_of(&b)
        };
        assert!(is_multiple("4", "2") && is_multiple("0.3", "0.1") && is_multiple("1e3", "0.5"));
        assert!(!is_multiple("3.14", "2") && !is_multiple("1", "0"));
        let compare = |a: &str, b: &str| Number::new(a)?.compare(&Number::new(b)?);
        assert_eq!(compare("1.0", "1"), Some(Ordering::Equal));
        assert_eq!(compare("1e400", "2"), Some(Ordering::Greater));
    }
}
