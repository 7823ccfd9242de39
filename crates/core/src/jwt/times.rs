//! `exp`, `nbf` and `iat` ([RFC 7519, section
//! 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)).

use super::TokenError;
use crate::claims::{Claims, Value};

/// When a token that passed expires.
#[derive(Debug)]
pub(crate) struct TimesNote {
    pub(crate) exp: i64,
}

/// `exp` is required; `nbf` and `iat` count when they are there. All must be integers. Both ends
/// get the leeway.
pub(crate) fn check_times(claims: &Claims, now: i64, leeway: u64) -> Result<TimesNote, TokenError> {
    let exp = time_claim(claims, "exp")?.ok_or(TokenError::ExpiryMissing)?;
    let nbf = time_claim(claims, "nbf")?;
    let iat = time_claim(claims, "iat")?;
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

fn time_claim(claims: &Claims, claim: &'static str) -> Result<Option<i64>, TokenError> {
    let wrong = |found: String| Err(TokenError::TimeNotInteger { claim, found });
    match claims.get(claim) {
        None => Ok(None),
        Some(Value::Integer(seconds)) => match i64::try_from(*seconds) {
            Ok(seconds) => Ok(Some(seconds)),
            Err(_) => wrong(format!("`{seconds}`")),
        },
        Some(Value::String(text)) => wrong(format!("the string `{text}`")),
        Some(other) => wrong(other.kind().to_owned()),
    }
}
