//! Tokens that may be exchanged once: the mark that a token leaves.

use claimgate::claims::{Claims, Value};
use claimgate::exchange::ExchangeError;
use claimgate::jwt::{UnverifiedToken, numeric_date};

use super::compiled::CompiledIssuer;
use crate::db::single_use::SingleUse;
use crate::text::MAX_TEXT;

/// How long the mark of a used token is kept after the token expires, besides the leeway, in
/// seconds.
const MARGIN: i64 = 60;

/// The mark of a token of an issuer that allows one exchange per token; `None` if the issuer allows more.
///
/// # Errors
/// A token without `jti`.
pub(super) fn mark(
    organization: i64,
    issuer: &CompiledIssuer,
    token: Option<&UnverifiedToken>,
    leeway: u64,
) -> Result<Option<SingleUse>, ExchangeError> {
    if !issuer.single_use {
        return Ok(None);
    }
    let claim = |name: &str| token.and_then(|token| token.claims.get(name));
    let jti = claim("jti")
        .and_then(Value::as_str)
        .filter(|jti| !jti.is_empty() && jti.len() <= MAX_TEXT);
    let problem = "expected a claim `jti`: the issuer allows one exchange per token".to_owned();
    let jti = jti.ok_or(ExchangeError::Token {
        code: "token-without-jti",
        problem,
    })?;
    let expires = token.map_or(i64::MAX, |token| expires(&token.claims, leeway));
    Ok(Some(SingleUse {
        organization,
        issuer: issuer.url.clone(),
        jti: jti.to_owned(),
        expires,
    }))
}

/// The refusal of a token that was exchanged before.
pub(super) fn replayed() -> ExchangeError {
    let problem =
        "it was exchanged before, and its issuer allows one exchange per token".to_owned();
    ExchangeError::Token {
        code: "token-replayed",
        problem,
    }
}

/// When the mark of a used token can be deleted: no exchange accepts the token then. The token has passed
/// the check of its times, so `exp` is a time.
fn expires(claims: &Claims, leeway: u64) -> i64 {
    numeric_date(claims, "exp")
        .ok()
        .flatten()
        .unwrap_or(i64::MAX)
        .saturating_add(i64::try_from(leeway).unwrap_or(i64::MAX))
        .saturating_add(MARGIN)
}

#[cfg(test)]
mod tests {
    use claimgate::claims::Claims;

    use super::expires;

    #[test]
    fn a_mark_is_kept_as_long_as_the_token_is_accepted_however_its_expiry_is_written() {
        for (exp, expected) in [
            ("2000", 2_120),
            ("2000.0", 2_120),
            ("2e3", 2_120),
            ("2000.5", 2_121),
            ("1999.0001", 2_120),
        ] {
            let claims = Claims::from_json(&format!(r#"{{"exp":{exp}}}"#)).unwrap();
            assert_eq!(expires(&claims, 60), expected, "{exp}");
        }
    }
}
