//! `exp`, `nbf` and `iat` ([RFC 7519, section
//! 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)).

use super::TokenError;
use crate::claims::{Claims, Value};
use crate::time::{parse, unit};

/// The largest number of seconds: up to it, every integer is a double.
const MAX: i64 = 1 << 53;

/// When a token that passed expires.
#[derive(Debug)]
pub(crate) struct TimesNote {
    pub(crate) exp: i64,
}

/// `exp` is required; `nbf` and `iat` count when they are there. Both ends get the leeway.
pub(crate) fn check_times(claims: &Claims, now: i64, leeway: u64) -> Result<TimesNote, TokenError> {
    let exp = numeric_date(claims, "exp")?.ok_or(TokenError::ExpiryMissing)?;
    let nbf = numeric_date(claims, "nbf")?;
    let iat = numeric_date(claims, "iat")?;
    let leeway = i64::try_from(leeway).unwrap_or(i64::MAX);
    if now >= exp.saturating_add(leeway) {
        return Err(TokenError::Expired { exp, now });
    }
    let latest = now.saturating_add(leeway);
    match (nbf, iat) {
        (Some(nbf), _) if nbf > latest => Err(TokenError::NotYetValid { nbf, now }),
        (_, Some(iat)) if iat > latest => Err(TokenError::IssuedInFuture { iat, now }),
        _ => Ok(TimesNote { exp }),
    }
}

/// Whether claims are valid at a time, in seconds since 1970, as it is checked of a token: `exp` is
/// required, `nbf` and `iat` count when they are there, and clocks may differ by `leeway` seconds.
///
/// # Errors
/// The [`TokenError`] of a token with these claims.
///
/// ```
/// use claimgate::claims::Claims;
/// use claimgate::jwt::check_validity;
///
/// let claims = Claims::from_json(r#"{"exp": 1763946000}"#)?;
/// assert!(check_validity(&claims, 1_763_942_400, 60).is_ok());
/// assert_eq!(check_validity(&claims, 1_763_950_000, 60).unwrap_err().code(), "token-expired");
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
pub fn check_validity(claims: &Claims, now: i64, leeway: u64) -> Result<(), TokenError> {
    check_times(claims, now, leeway).map(drop)
}

/// A claim with a time (`NumericDate`, [RFC 7519, section
/// 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)) in seconds since 1970; `None` if the token has
/// no such claim. A fraction is rounded up to a whole second. Compared with whole seconds, that changes
/// nothing, and every reader of the claim takes the same time.
///
/// # Errors
/// A [`TokenError`] if it is not a number, is beyond ±2^53, or is in milliseconds or microseconds.
///
/// ```
/// use claimgate::claims::Claims;
/// use claimgate::jwt::numeric_date;
///
/// let claims = Claims::from_json(r#"{"exp": 1.7639424005e9, "iat": "1763942400"}"#)?;
/// assert_eq!(numeric_date(&claims, "exp"), Ok(Some(1_763_942_401)));
/// assert_eq!(numeric_date(&claims, "nbf"), Ok(None));
/// assert_eq!(numeric_date(&claims, "iat").unwrap_err().code(), "time-not-integer");
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
pub fn numeric_date(claims: &Claims, claim: &'static str) -> Result<Option<i64>, TokenError> {
    let Some(value) = claims.get(claim) else {
        return Ok(None);
    };
    let seconds = match value {
        Value::Integer(seconds) => i64::try_from(*seconds).ok(),
        // Larger numbers become the largest, which is out of range.
        Value::Fraction(seconds) => Some(seconds.ceil() as i64),
        other => return Err(not_a_number(claim, other)),
    };
    let in_range = seconds.filter(|seconds| (-MAX..=MAX).contains(seconds));
    let seconds = in_range.ok_or_else(|| TokenError::TimeOutOfRange {
        claim,
        found: value.to_json(),
    })?;
    match unit(seconds) {
        None => Ok(Some(seconds)),
        Some(unit) => Err(TokenError::TimeUnit {
            claim,
            found: seconds,
            unit,
        }),
    }
}

fn not_a_number(claim: &'static str, value: &Value) -> TokenError {
    let (found, written) = match value {
        Value::String(text) => {
            let is_number = |value: &Value| matches!(value, Value::Integer(_) | Value::Fraction(_));
            let number = Value::parse(text).ok().filter(is_number);
            let number = number.map(|_| text.trim().to_owned());
            let time = || parse(text).map(|seconds| seconds.to_string());
            (format!("the string `{text}`"), number.or_else(time))
        }
        other => (other.kind().to_owned(), None),
    };
    TokenError::TimeNotNumber {
        claim,
        found,
        written,
    }
}
