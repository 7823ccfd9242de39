//! The type of a YAML scalar, by its text.

use std::sync::Arc;

use claimgate_formats::yaml::ScalarStyle;

use crate::number::Number;

/// What a scalar is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
}

/// Why a scalar has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScalarError {
    #[error("expected a finite number, found `{0}`")]
    NotFinite(String),
    #[error("cannot decode `{text}` as {tag}")]
    Tag { text: String, tag: String },
}

/// Reads a scalar with a tag such as `!!str`, if there is one.
pub(crate) fn read(
    text: &str,
    style: ScalarStyle,
    tag: Option<&str>,
) -> Result<Scalar, ScalarError> {
    let string = || Scalar::String(text.into());
    let wrong = |tag: &str| ScalarError::Tag {
        text: text.to_owned(),
        tag: format!("!!{tag}"),
    };
    match tag {
        None if style == ScalarStyle::Plain => plain(text),
        Some(tag @ ("null" | "bool" | "int" | "float")) => match (tag, plain(text)?) {
            ("null", value @ Scalar::Null)
            | ("bool", value @ Scalar::Bool(_))
            | ("float", value @ Scalar::Number(_)) => Ok(value),
            ("int", value @ Scalar::Number(_)) if !is_float(text) => Ok(value),
            _ => Err(wrong(tag)),
        },
        _ => Ok(string()),
    }
}

/// The value of a scalar without quotes.
pub(crate) fn plain(text: &str) -> Result<Scalar, ScalarError> {
    let number = |text: &str| integer(text).or_else(|| float(text));
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => return Err(ScalarError::NotFinite(text.to_owned())),
        _ if text.starts_with('.') => {
            float(text).map_or(Scalar::String(text.into()), Scalar::Number)
        }
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) => {
            let plain = text.replace('_', "");
            number(&plain).map_or(Scalar::String(text.into()), Scalar::Number)
        }
        _ => Scalar::String(text.into()),
    };
    Ok(value)
}

/// Whether a string would be read as something else if it were written without quotes.
pub(crate) fn is_string(text: &str) -> bool {
    matches!(plain(text), Ok(Scalar::String(_))) && !is_timestamp(text) && text != "<<"
}

/// Whether a text looks like a date, which other YAML readers take for a timestamp.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let year = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let rest = bytes.get(4..).unwrap_or_default();
    year == 4
        && rest.first() == Some(&b'-')
        && rest.get(1).is_some_and(u8::is_ascii_digit)
        && rest
            .iter()
            .all(|byte| byte.is_ascii_digit() || b"-:. TtZz+".contains(byte))
        && rest.iter().filter(|byte| **byte == b'-').count() >= 2
}

/// An integer with sign and base: `0x1F`, `0o17`, `017`, `0b11`.
fn integer(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        Some(start) if start.starts_with('0') => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    if !digits.starts_with(|c: char| c.is_digit(base)) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(digits, base).ok()?);
    let number = if is_negative { -magnitude } else { magnitude };
    match i64::try_from(number) {
        Ok(number) => Some(number.into()),
        Err(_) if is_negative => None,
        Err(_) => u64::try_from(number).ok().map(Number::from),
    }
}

fn float(text: &str) -> Option<Number> {
    is_float(text).then(|| text.parse().ok().and_then(Number::of_float))?
}

/// Whether a text has the form of a decimal number.
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    let has_exponent = exponent.is_none_or(|exponent| {
        let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !power.is_empty() && digits(power)
    });
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let has_digits = !whole.is_empty() || (number.contains('.') && !fraction.is_empty());
    has_exponent && has_digits && digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match plain(text) {
            Ok(Scalar::Null) => "null".to_owned(),
            Ok(Scalar::Bool(value)) => value.to_string(),
            Ok(Scalar::Number(number)) => number.to_string(),
            Ok(Scalar::String(text)) => format!("{text:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn plain_scalars_have_types() {
        for (text, expected) in [
            ("", "null"),
            ("~", "null"),
            ("yes", "\"yes\""),
            ("True", "true"),
            ("1.10", "1.1"),
            ("1234567.5", "1.2345675e+06"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("017", "15"),
            ("08", "8"),
            ("-0b11", "-3"),
            ("1_000", "1000"),
            ("+1", "1"),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("-9223372036854775809", "-9.223372036854776e+18"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            (".5", "0.5"),
            ("+.5", "0.5"),
            ("1.", "1"),
            ("1e3", "1000"),
            ("1e999", "\"1e999\""),
            (".", "\".\""),
            ("-", "\"-\""),
            ("1.2.3", "\"1.2.3\""),
            ("2001-01-01", "\"2001-01-01\""),
            ("0x", "\"0x\""),
            (".inf", "expected a finite number, found `.inf`"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
