//! Thumbprints: of certificates, as people write them, and of keys ([RFC
//! 7638](https://www.rfc-editor.org/rfc/rfc7638)).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::jwt::Jwk;
use sha2::{Digest, Sha256};

/// Reads certificate thumbprints, one a line or between commas: normalised, or everything that is
/// wrong.
pub fn parse_list(text: &str) -> Result<Vec<String>, Vec<String>> {
    let written = text
        .split(['\n', ',', ';'])
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    for line in written {
        match normalise(line) {
            Ok(thumbprint) if read.contains(&thumbprint) => {}
            Ok(thumbprint) => read.push(thumbprint),
            Err(problem) => wrong.push(problem),
        }
    }
    if wrong.is_empty() {
        Ok(read)
    } else {
        Err(wrong)
    }
}

/// A SHA-256 thumbprint as it is kept: 64 lower case hexadecimal digits. Colons, spaces, case and
/// what `openssl` writes before it do not count.
pub fn normalise(written: &str) -> Result<String, String> {
    let value = written.rsplit_once('=').map_or(written, |(_, value)| value);
    let is_filler = |c: char| c == ':' || c == '-' || c.is_whitespace();
    let digits: String = value
        .chars()
        .filter(|c| !is_filler(*c))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if let Some(c) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        return Err(format!(
            "expected hexadecimal digits, found `{c}` in `{}`",
            shorten(written)
        ));
    }
    match digits.len() {
        64 => Ok(digits),
        40 => Err(format!(
            "`{}` has 40 digits, as SHA-1 has: expected SHA-256, with 64",
            shorten(written)
        )),
        found => Err(format!(
            "expected 64 hexadecimal digits (SHA-256), found {found} in `{}`",
            shorten(written)
        )),
    }
}

/// Whether a thumbprint is none that is kept because it is of SHA-1.
pub fn is_sha1(written: &str) -> bool {
    normalise(written).is_err_and(|problem| problem.contains("as SHA-1 has"))
}

/// A key's SHA-256 thumbprint (RFC 7638, section 3); nothing for a key that cannot be used.
pub fn of_key(key: &Jwk) -> Option<String> {
    key.to_json()
        .map(|json| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(json)))
}

fn shorten(text: &str) -> String {
    let short: String = text.chars().take(20).collect();
    if short.len() < text.len() {
        format!("{short}…")
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use claimgate::jwt::Jwks;

    use super::*;

    #[test]
    fn colons_and_case_do_not_count() {
        let plain = "0123456789abcdef".repeat(4);
        let pairs: Vec<String> = plain
            .to_uppercase()
            .as_bytes()
            .chunks(2)
            .map(|two| String::from_utf8(two.to_vec()).unwrap())
            .collect();
        let colons = pairs.join(":");
        for written in [
            plain.clone(),
            colons.clone(),
            format!("sha256 Fingerprint={colons}"),
            format!(" {plain}\t"),
        ] {
            assert_eq!(normalise(&written), Ok(plain.clone()), "{written}");
        }
        assert_eq!(
            parse_list(&format!("{plain}\n\n{colons}, {}", "a".repeat(64))),
            Ok(vec![plain, "a".repeat(64)])
        );
        assert_eq!(parse_list(" \n"), Ok(Vec::new()));
    }

    #[test]
    fn thumbprints_lose_separators_and_capitals() {
        for separator in [":", " ", "-"] {
            let text = ["AB"; 32].join(separator);
            assert_eq!(normalise(&text), Ok("ab".repeat(32)), "{separator}");
        }
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(40)] {
            assert!(normalise(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_sha_256_says_what_it_is() {
        let problem = |written: &str| normalise(written).unwrap_err();
        assert_eq!(
            problem("abc"),
            "expected 64 hexadecimal digits (SHA-256), found 3 in `abc`"
        );
        assert_eq!(
            problem("xyz"),
            "expected hexadecimal digits, found `x` in `xyz`"
        );
        let sha1 = "ab".repeat(20);
        assert_eq!(
            problem(&sha1),
            "`abababababababababab…` has 40 digits, as SHA-1 has: expected SHA-256, with 64"
        );
        assert!(is_sha1(&sha1) && !is_sha1("abc") && !is_sha1(&"ab".repeat(32)));
        assert_eq!(
            parse_list(&format!("abc\n{}\nxyz", "ab".repeat(32)))
                .unwrap_err()
                .len(),
            2
        );
    }

    #[test]
    fn the_example_of_rfc_7638() {
        let jwk = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        let jwks = Jwks::parse(jwk).unwrap();
        assert_eq!(
            of_key(&jwks.keys()[0]).as_deref(),
            Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        );
    }
}
