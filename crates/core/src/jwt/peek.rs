//! Reading which issuer and key a token names, before anything about it is verified.

use super::decode_unverified;
use crate::claims::Value;

/// The issuer and the key that a token names. Anyone can write any token, so they prove nothing:
/// they serve to find the keys to verify it with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peeked {
    /// `iss` of the claims.
    pub issuer: String,
    /// `kid` of the header, if it has one.
    pub key_id: Option<String>,
}

/// Reads the issuer and the key that a token names **without verifying anything**, as strictly as
/// [`decode_unverified`]. Returns `None` if the token cannot be decoded or its `iss` is not a string.
///
/// ```
/// use claimgate::jwt::peek_unverified;
///
/// // {"alg":"RS256","kid":"k"} and {"iss":"https://ci.example"}
/// let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2NpLmV4YW1wbGUifQ.AA";
/// let peeked = peek_unverified(token);
/// assert_eq!(
///     peeked.map(|peeked| (peeked.issuer, peeked.key_id)),
///     Some(("https://ci.example".to_owned(), Some("k".to_owned())))
/// );
/// ```
#[must_use]
pub fn peek_unverified(token: &str) -> Option<Peeked> {
    let token = decode_unverified(token).ok()?;
    let issuer = token.claims.get("iss").and_then(Value::as_str)?;
    Some(Peeked {
        issuer: issuer.to_owned(),
        key_id: token.key_id().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    use super::peek_unverified;
    use crate::jwt::DEFAULT_MAX_SIZE;

    fn token(header: &str, claims: &str) -> String {
        let [header, claims] = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{claims}.AA")
    }

    #[test]
    fn the_issuer_and_the_key_are_read_whatever_else_is_wrong() {
        let claims = r#"{"iss":"https://a","exp":"never"}"#;
        for (header, key) in [
            (r#"{"alg":"none","kid":"k"}"#, Some("k")),
            (r#"{"kid":"k"}"#, Some("k")),
            ("{}", None),
            (r#"{"kid":1}"#, None),
        ] {
            let peeked = peek_unverified(&token(header, claims)).unwrap();
            assert_eq!(
                (peeked.issuer.as_str(), peeked.key_id.as_deref()),
                ("https://a", key),
                "{header}"
            );
        }
    }

    #[test]
    fn nothing_is_read_from_a_text_that_the_decoder_refuses() {
        let claims = r#"{"iss":"https://a"}"#;
        let good = token("{}", claims);
        for other in [
            String::new(),
            "..".to_owned(),
            "a.b.c".to_owned(),
            good.trim_end_matches("AA").to_owned() + "A",
            good.trim_end_matches(".AA").to_owned(),
            good.clone() + "==",
            good.clone() + ".",
            token("[]", claims),
            token(r#"{"kid":"k","kid":"l"}"#, claims),
            token("{}", r#"{"iss":"https://a","iss":"https://b"}"#),
            token("{}", r#"{"iss":1}"#),
            token("{}", "{}"),
            good + &"A".repeat(DEFAULT_MAX_SIZE),
        ] {
            assert_eq!(peek_unverified(&other), None, "{other:.100}");
        }
    }
}
