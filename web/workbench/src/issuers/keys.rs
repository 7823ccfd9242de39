//! Summaries and warnings about an issuer's keys.

use claimgate::jwt::{Algorithm, Jwk, Jwks};

/// The kinds of an issuer's keys: `2 RSA, 1 EC`; empty if none can be read.
pub fn kinds(jwks: &Jwks) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for key in jwks.keys() {
        match kinds.iter_mut().find(|(kind, _)| *kind == key.kty) {
            Some((_, count)) => *count += 1,
            None => kinds.push((&key.kty, 1)),
        }
    }
    kinds
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Warnings about a key of a set: why it checks no token, or only some.
pub fn warnings(jwks: &Jwks, key: &Jwk) -> Vec<String> {
    let mut warnings: Vec<String> = key.problem.iter().cloned().collect();
    let mut warn = |is_met: bool, sentence: &str| {
        if is_met {
            warnings.push(sentence.to_owned());
        }
    };
    let is_many = jwks.keys().len() > 1;
    let same = jwks
        .keys()
        .iter()
        .filter(|other| key.kid.is_some() && other.kid == key.kid)
        // The same key twice is one key.
        .any(|other| other.to_json() != key.to_json());
    warn(
        same,
        "several keys have this `kid`: a token that names it is refused if more than one of them fits",
    );
    warn(
        key.kid.is_none() && is_many,
        "it has no `kid`: a token that names a key cannot select it",
    );
    warn(
        key.usage
            .as_deref()
            .is_some_and(|usage| !matches!(usage, "sig" | "jwt-svid")),
        "its `use` is not `sig`: no token is checked with it",
    );
    let verifies = |ops: &Vec<String>| ops.iter().any(|op| op == "verify");
    warn(
        !key.key_ops.as_ref().is_none_or(verifies),
        "its `key_ops` do not include `verify`: no token is checked with it",
    );
    if let Some(error) = key
        .alg
        .as_deref()
        .and_then(|alg| Algorithm::parse(alg).err())
    {
        warnings.push(error.to_string());
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED: &str =
        r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;

    fn set(keys: &[&str]) -> Jwks {
        let keys: Vec<String> = keys
            .iter()
            .map(|members| format!("{{{ED}{members}}}"))
            .collect();
        Jwks::parse(&format!(r#"{{"keys":[{}]}}"#, keys.join(","))).unwrap()
    }

    fn first(keys: &[&str]) -> Vec<String> {
        let jwks = set(keys);
        warnings(&jwks, &jwks.keys()[0])
    }

    #[test]
    fn a_good_key_has_no_warning() {
        assert_eq!(first(&[""]), [""; 0]);
        assert_eq!(
            first(&[
                r#","kid":"a","use":"sig","alg":"EdDSA","key_ops":["verify"]"#,
                r#","kid":"b""#
            ]),
            [""; 0]
        );
    }

    #[test]
    fn warns_about_unusable_keys() {
        for (keys, word) in [
            (&["", r#","kid":"a""#][..], "no `kid`"),
            (&[r#","use":"enc""#], "`use`"),
            (&[r#","key_ops":["sign"]"#], "`key_ops`"),
            (&[r#","alg":"HS256""#], "HS256"),
        ] {
            let found = first(keys);
            assert!(
                found.len() == 1 && found[0].contains(word),
                "{keys:?}: {found:?}"
            );
        }
        let other = r#"{"kid":"a","kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;
        let two = Jwks::parse(&format!(r#"{{"keys":[{other},{{"kid":"a",{ED}}}]}}"#)).unwrap();
        assert!(warnings(&two, &two.keys()[0])[0].contains("several keys"));
        let same = Jwks::parse(&format!(r#"{{"keys":[{other},{other}]}}"#)).unwrap();
        assert_eq!(warnings(&same, &same.keys()[0]), [""; 0]);
        let unknown = Jwks::parse(r#"{"kty":"EC","crv":"P-521"}"#).unwrap();
        assert_eq!(
            warnings(&unknown, &unknown.keys()[0]),
            ["curve `P-521` is not supported"]
        );
    }

    #[test]
    fn kinds_are_counted() {
        let jwks = Jwks::parse(r#"{"keys":[{"kty":"EC"},{"kty":"RSA"},{"kty":"EC"}]}"#).unwrap();
        assert_eq!(kinds(&jwks), "2 EC, 1 RSA");
        assert_eq!(kinds(&Jwks::parse(r#"{"keys":[]}"#).unwrap()), "");
    }
}
