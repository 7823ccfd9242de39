//! SEMANTICS, section 6.4: which entries of a key set are used, and for which tokens.

use claimgate::jwt::{Algorithm, Jwk, Jwks, SignatureCheck, VerifySignature};

use crate::common::{Key, encode};

fn set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn parse(keys: &[String]) -> Jwks {
    Jwks::parse(&set(keys)).unwrap()
}

fn good() -> String {
    Key::P256(1).jwk(r#""kid":"good""#)
}

/// What an entry with the kid `a` is refused with, in a set with another key.
fn problem(entry: &str) -> String {
    let jwks = parse(&[entry.to_owned(), good()]);
    let problem = jwks.keys()[0].problem.clone().unwrap();
    // A token that names the entry hears of the problem, and the other key stays usable.
    if jwks.keys()[0].kid.as_deref() == Some("a") {
        let error = jwks.select(Some("a"), Algorithm::ES256).unwrap_err();
        assert_eq!(error.code(), "key-unfit", "{entry}");
        assert_eq!(
            error.to_string(),
            format!("key `a` does not fit: {problem}")
        );
    }
    assert!(
        jwks.select(Some("good"), Algorithm::ES256).is_ok(),
        "{entry}"
    );
    assert!(jwks.select(None, Algorithm::ES256).is_ok(), "{entry}");
    problem
}

#[test]
fn entries_that_cannot_be_used_are_listed_and_ignored() {
    let ec = |more: &str| Key::P256(2).jwk(more);
    let n = encode([0xff; 256]);
    for (entry, expected) in [
        (
            r#"{"kid":"a"}"#,
            "expected an object with `kty`, found an object",
        ),
        ("7", "expected an object with `kty`, found an integer"),
        ("null", "expected an object with `kty`, found null"),
        ("[]", "expected an object with `kty`, found an empty array"),
        (
            r#"{"kid":"a","kty":7}"#,
            "expected `kty` to be a string, found an integer",
        ),
        (
            r#"{"kid":"a","kty":"AKP","pub":"AA"}"#,
            "key type `AKP` is not supported",
        ),
        (
            r#"{"kid":"a","kty":"rsa","n":"AQAB","e":"AQAB"}"#,
            "key type `rsa` is not supported",
        ),
        (r#"{"kid":"a","kty":""}"#, "key type `` is not supported"),
        (r#"{"kid":"a","kty":"EC"}"#, "curve `none` is not supported"),
        (
            r#"{"kid":"a","kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#,
            "curve `secp256k1` is not supported",
        ),
        (
            r#"{"kid":"a","kty":"EC","crv":256}"#,
            "expected `crv` to be a string, found an integer",
        ),
        (
            r#"{"kid":"a","kty":"RSA","x5c":["AA"]}"#,
            "expected `n`, found none",
        ),
        (
            r#"{"kid":"a","kty":"RSA","n":"AQAB"}"#,
            "expected `e`, found none",
        ),
        (
            r#"{"kid":"a","kty":"RSA","n":7,"e":"AQAB"}"#,
            "expected `n` to be a string, found an integer",
        ),
        (
            r#"{"kid":"a","kty":"RSA","n":"AQA+","e":"AQAB"}"#,
            "expected `n` in canonical unpadded base64url",
        ),
        (
            r#"{"kid":"a","kty":"RSA","n":"","e":"AQAB"}"#,
            "expected an RSA key of at least 2048 bits, found 0",
        ),
        (
            &format!(r#"{{"kid":"a","kty":"RSA","n":"{n}","e":""}}"#),
            "expected an odd public exponent `e` from 3 to 33 bits",
        ),
        (
            r#"{"kid":"a","kty":"OKP","crv":"Ed25519"}"#,
            "expected `x`, found none",
        ),
        (
            &ec(r#""kid":7"#),
            "expected `kid` to be a string, found an integer",
        ),
        (
            &ec(r#""kid":null"#),
            "expected `kid` to be a string, found null",
        ),
        (
            &ec(r#""kid":"a","alg":["ES256"]"#),
            "expected `alg` to be a string, found an array",
        ),
        (
            &ec(r#""kid":"a","use":true"#),
            "expected `use` to be a string, found a boolean",
        ),
        (
            &ec(r#""kid":"a","key_ops":"verify""#),
            "expected `key_ops` to be an array of strings, found a string",
        ),
        (
            &ec(r#""kid":"a","key_ops":["verify",7]"#),
            "expected `key_ops` to be an array of strings, found an array",
        ),
    ] {
        assert_eq!(problem(entry), expected, "{entry}");
    }
}

#[test]
fn secrets_come_first_wherever_they_are() {
    let secret = r#"{"kty":"oct","k":"c2VjcmV0"}"#;
    for (text, code) in [
        (set(&[good(), secret.to_owned()]), "jwks-symmetric-key"),
        (set(&[r#"{"kty":"oct"}"#.to_owned()]), "jwks-symmetric-key"),
        (secret.to_owned(), "jwks-symmetric-key"),
        // Whatever else is wrong with the entry, or with those before it.
        (
            set(&["7".to_owned(), r#"{"d":"c2VjcmV0"}"#.to_owned()]),
            "jwks-private-key",
        ),
        (set(&[r#"{"k":"c2VjcmV0"}"#.to_owned()]), "jwks-private-key"),
        (
            set(&[r#"{"kty":7,"k":"c2VjcmV0"}"#.to_owned()]),
            "jwks-private-key",
        ),
        (
            set(&[r#"{"kty":"EC","crv":"P-521","d":"AA"}"#.to_owned()]),
            "jwks-private-key",
        ),
        (
            set(&[Key::P256(1).jwk(r#""kid":7,"d":"AA""#)]),
            "jwks-private-key",
        ),
        // Beside the keys.
        (
            format!(r#"{{"keys":[{}],"d":"AA"}}"#, good()),
            "jwks-private-key",
        ),
        (
            r#"{"keys":[],"private_keys":[{"kty":"RSA","d":"AA"}],"x":1}"#.to_owned(),
            "jwks-private-key",
        ),
        (
            format!(r#"{{"keys":[],"hmac":{secret}}}"#),
            "jwks-private-key",
        ),
        // In what is no set, and within other values.
        (r#"{"d":"c2VjcmV0"}"#.to_owned(), "jwks-private-key"),
        (format!("[{secret}]"), "jwks-symmetric-key"),
        (set(&[format!("[{secret}]")]), "jwks-symmetric-key"),
        (
            set(&[format!(r#"{{"jwk":{secret}}}"#)]),
            "jwks-symmetric-key",
        ),
    ] {
        let error = Jwks::parse(&text).unwrap_err();
        assert_eq!(error.code(), code, "{text}");
        assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
    }
    let error = Jwks::parse(&set(&[good(), r#"{"d":""}"#.to_owned()])).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("key 2 is private (it has `d`)"),
        "{error}"
    );
}

#[test]
fn equal_keys_count_once_and_different_ones_are_refused() {
    let key = |number: u8, more: &str| Key::Rsa(number).jwk(more);
    let select = |keys: &[String], kid: Option<&str>| {
        let result = parse(keys).select(kid, Algorithm::RS256);
        result.map(|key| key.label()).map_err(|error| error.code())
    };
    let padded = with_zeros(&key(1, r#""kid":"a""#), 1);
    let twice = [
        key(1, r#""kid":"a","alg":"RS256""#),
        key(1, r#""kid":"a""#),
        padded,
    ];
    assert_eq!(select(&twice, Some("a")), Ok("a".to_owned()));
    assert_eq!(select(&twice, None), Ok("a".to_owned()));
    // Equal keys of different names are one key for a token without `kid`.
    let renamed = [key(1, r#""kid":"a""#), key(1, r#""kid":"b""#)];
    assert_eq!(select(&renamed, None), Ok("a".to_owned()));
    assert_eq!(select(&renamed, Some("b")), Ok("b".to_owned()));
    let different = [
        key(1, r#""kid":"a""#),
        key(1, r#""kid":"a""#),
        key(2, r#""kid":"a""#),
    ];
    assert_eq!(select(&different, Some("a")), Err("key-repeated"));
    assert_eq!(select(&different, None), Err("key-ambiguous"));
    // What does not fit does not count.
    let other = [key(2, r#""kid":"a","use":"enc""#), key(1, r#""kid":"a""#)];
    assert_eq!(select(&other, Some("a")), Ok("a".to_owned()));
    let unusable = [
        r#"{"kid":"a","kty":"RSA"}"#.to_owned(),
        key(1, r#""kid":"a""#),
    ];
    assert_eq!(select(&unusable, Some("a")), Ok("a".to_owned()));
}

#[test]
fn the_use_of_spiffe_means_signing() {
    for (usage, is_fit) in [
        ("sig", true),
        ("jwt-svid", true),
        ("x509-svid", false),
        ("enc", false),
        ("", false),
    ] {
        let key = Key::P256(1).jwk(&format!(r#""kid":"a","use":"{usage}""#));
        let result = parse(&[key]).select(Some("a"), Algorithm::ES256);
        assert_eq!(result.is_ok(), is_fit, "{usage}");
    }
}

#[test]
fn both_names_of_eddsa_are_one() {
    for alg in ["", r#","alg":"EdDSA""#, r#","alg":"Ed25519""#] {
        let jwks = parse(&[Key::Ed25519(1).jwk(&format!(r#""kid":"a"{alg}"#))]);
        for name in ["EdDSA", "Ed25519"] {
            let algorithm = Algorithm::parse(name).unwrap();
            let key = jwks.select(Some("a"), algorithm).unwrap();
            assert_eq!(
                verified(&key, algorithm, Key::Ed25519(1)),
                [Ok(true), Ok(false)]
            );
        }
        assert!(jwks.select(Some("a"), Algorithm::ES256).is_err());
    }
    let other = parse(&[Key::Ed25519(1).jwk(r#""kid":"a","alg":"ES256""#)]);
    assert!(other.select(Some("a"), Algorithm::Ed25519).is_err());
}

/// An RSA key with zero bytes before its numbers.
fn with_zeros(jwk: &str, count: usize) -> String {
    let value: serde_json::Value = serde_json::from_str(jwk).unwrap();
    let mut members = value.as_object().unwrap().clone();
    for name in ["n", "e"] {
        let bytes = decode(members[name].as_str().unwrap());
        let bytes = [vec![0; count], bytes].concat();
        members.insert(name.to_owned(), encode(bytes).into());
    }
    serde_json::Value::Object(members).to_string()
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::prelude::BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .unwrap()
}

/// What every cryptography of this build says of a signature of that key, and of another one.
fn verified(key: &Jwk, algorithm: Algorithm, signer: Key) -> [Result<bool, String>; 2] {
    let input = "aGVhZGVy.cGF5bG9hZA";
    let signature = signer.sign(algorithm.as_str(), input);
    [input, "aGVhZGVy.AAAA"].map(|signing_input| {
        let check = SignatureCheck {
            algorithm,
            key,
            signing_input,
            signature: &signature,
        };
        let mut answers: Vec<Result<bool, String>> = Vec::new();
        #[cfg(feature = "aws_lc_rs")]
        answers.push(
            claimgate::jwt::AwsLc
                .verify(&check)
                .map_err(|error| error.to_string()),
        );
        #[cfg(feature = "rust_crypto")]
        answers.push(
            claimgate::jwt::RustCrypto
                .verify(&check)
                .map_err(|error| error.to_string()),
        );
        answers.dedup();
        assert_eq!(answers.len(), 1, "all agree: {answers:?}");
        answers.remove(0)
    })
}

#[test]
fn zero_bytes_before_the_numbers_of_an_rsa_key_change_nothing() {
    let plain = Key::Rsa(1).jwk(r#""kid":"a""#);
    let expected = parse(std::slice::from_ref(&plain));
    for count in [1, 2, 300] {
        let jwks = parse(&[with_zeros(&plain, count)]);
        assert_eq!(jwks, expected, "{count}");
        assert_eq!(jwks.keys()[0].bits, Some(2048));
        assert_eq!(jwks.keys()[0].to_json(), expected.keys()[0].to_json());
        for name in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
            let algorithm = Algorithm::parse(name).unwrap();
            let key = jwks.select(Some("a"), algorithm).unwrap();
            assert_eq!(
                verified(&key, algorithm, Key::Rsa(1)),
                [Ok(true), Ok(false)],
                "{name}"
            );
        }
    }
}

#[test]
fn a_byte_order_mark_before_a_set_is_skipped() {
    assert_eq!(
        Jwks::parse(&format!("\u{feff}{}", set(&[good()]))),
        Ok(parse(&[good()]))
    );
    assert!(Jwks::parse(&format!("\u{feff}\u{feff}{}", set(&[good()]))).is_err());
}
