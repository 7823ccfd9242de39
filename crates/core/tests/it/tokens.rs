//! SEMANTICS, section 6: which tokens are accepted, and with which code and sentence the others are
//! refused.

use claimgate::claims::Claims;
use claimgate::explain::Outcome;
use claimgate::inspect::{Check, CheckId, CheckStatus, Inspection, Options, Progress, Skip, begin};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::jwt::{Algorithm, Jwks, TokenError, numeric_date};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, RequestedToken, TokenType};

use crate::backend::{decide, inspect};
use crate::common::{Key, encode, signed};

const URL: &str = "https://issuer.example";
/// 2027-01-15T08:00:00Z.
const NOW: i64 = 1_800_000_000;
const GOOD_TIMES: &str = r#""exp":1800000300,"nbf":1799999990,"iat":1799999990"#;

const ISSUER_UNCHECKED: &str = "it was not checked that the token is from this issuer";
const KEY_UNCHECKED: &str = "the issuer's keys were not searched";
const SIGNATURE_UNCHECKED: &str =
    "the signature was not checked: anyone could have written this token";
const TIME_UNCHECKED: &str = "it was not checked whether the token is valid at this time";
const AUDIENCE_UNCHECKED: &str =
    "it was not checked whether the issuer accepts the token's audience";

fn set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn p256(more: &str) -> String {
    Key::P256(1).jwk(more)
}

fn payload(times: &str) -> String {
    format!(r#"{{"iss":"{URL}","sub":"repo:octo-org/octo-repo",{times}}}"#)
}

fn es256(header: &str, payload: &str) -> String {
    signed(Key::P256(1), "ES256", header, payload)
}

/// A good token, but for its times.
fn with_times(times: &str) -> String {
    es256(r#"{"alg":"ES256","kid":"a"}"#, &payload(times))
}

fn good() -> String {
    with_times(GOOD_TIMES)
}

/// A good token, but for its header.
fn with_header(header: &str) -> String {
    es256(header, &payload(GOOD_TIMES))
}

fn issuer(url: &str, jwks: Option<String>) -> Issuer {
    let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization)
        .rule("sub", "repo:octo-org/*");
    let definition = IssuerDefinition {
        name: "Test".into(),
        url: url.into(),
        jwks,
        policies: vec![allow],
        ..Default::default()
    };
    Issuer::compile(&definition, Dialect::Pulumi).unwrap()
}

fn run(token: &str, issuer: Issuer, options: &Options) -> Inspection {
    let request = RequestedToken::Organization { admin: false };
    let issuers = Issuers::from(vec![issuer]);
    let inspection = inspect(token, &issuers, &request, options);
    let decision = decide(token, &issuers, &request, options);
    let failed = inspection
        .checks
        .iter()
        .find(|check| check.status == CheckStatus::Failed);
    assert_eq!(
        (decision.decision(), decision.issuer),
        (inspection.decision, inspection.issuer)
    );
    assert!(
        failed.is_none_or(|check| check.code.as_deref() == Some(decision.code())),
        "{}",
        decision.code()
    );
    let ids: Vec<CheckId> = inspection.checks.iter().map(|check| check.id).collect();
    assert_eq!(ids, CheckId::ALL, "every check has its line");
    inspection
}

fn with_keys(token: &str, keys: &[String]) -> Inspection {
    run(token, issuer(URL, Some(set(keys))), &Options::at(NOW))
}

fn with_key(token: &str) -> Inspection {
    with_keys(token, &[p256(r#""kid":"a""#)])
}

#[track_caller]
fn accepted(inspection: &Inspection) {
    assert!(
        inspection
            .checks
            .iter()
            .all(|check| check.status == CheckStatus::Passed),
        "{:?}",
        inspection.checks
    );
    assert_eq!(inspection.decision, Outcome::Allowed);
    assert_eq!(inspection.unchecked, [""; 0]);
}

/// The check that failed, its code and its sentence; those before it passed, those behind it were
/// not reached.
#[track_caller]
fn refused(inspection: &Inspection) -> (CheckId, &str, &str) {
    let index = inspection
        .checks
        .iter()
        .position(|check| check.status == CheckStatus::Failed);
    let Some(index) = index else {
        panic!("nothing failed: {:?}", inspection.checks)
    };
    let all = |checks: &[Check], status| checks.iter().all(|check| check.status == status);
    assert!(
        all(&inspection.checks[..index], CheckStatus::Passed),
        "{:?}",
        inspection.checks
    );
    assert!(
        all(&inspection.checks[index + 1..], CheckStatus::NotReached),
        "{:?}",
        inspection.checks
    );
    assert_eq!(inspection.decision, Outcome::Denied);
    assert!(
        inspection.explanation.is_none(),
        "no policy is asked about a token that failed a check"
    );
    let failed = &inspection.checks[index];
    assert_eq!(inspection.summary, format!("denied: {}", failed.sentence));
    (failed.id, failed.code.as_deref().unwrap(), &failed.sentence)
}

/// Changes one bit of a part of the token, and encodes it again.
fn flipped(token: &str, part: usize) -> String {
    use base64::Engine;
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let mut bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD
        .decode(&parts[part])
        .unwrap();
    // In the payload this is a letter of the issuer's organization, so that it stays JSON.
    let at = String::from_utf8_lossy(&bytes)
        .find("octo-repo")
        .unwrap_or(bytes.len() / 2);
    bytes[at] ^= 1;
    parts[part] = encode(bytes);
    parts.join(".")
}

fn with_signature(token: &str, signature: &[u8]) -> String {
    format!(
        "{}.{}",
        token.rsplit_once('.').unwrap().0,
        encode(signature)
    )
}

/// A token of that algorithm, and the key set that accepts it.
fn of(algorithm: &str) -> (String, Vec<String>) {
    let key = Key::of(algorithm, 1);
    let header = format!(r#"{{"alg":"{algorithm}","kid":"a"}}"#);
    (
        signed(key, algorithm, &header, &payload(GOOD_TIMES)),
        vec![key.jwk(r#""kid":"a""#)],
    )
}

#[test]
fn every_algorithm_is_accepted_from_its_own_key_alone() {
    for algorithm in Algorithm::ALL.map(Algorithm::as_str) {
        let (token, keys) = of(algorithm);
        accepted(&with_keys(&token, &keys));
        let invalid = (
            CheckId::Signature,
            "signature-invalid",
            "the signature was not made with key `a` over this token",
        );
        let wrong_key = [Key::of(algorithm, 2).jwk(r#""kid":"a""#)];
        assert_eq!(
            refused(&with_keys(&token, &wrong_key)),
            invalid,
            "{algorithm}, another key"
        );
        assert_eq!(
            refused(&with_keys(&flipped(&token, 1), &keys)),
            invalid,
            "{algorithm}, payload"
        );
        assert_eq!(
            refused(&with_keys(&flipped(&token, 2), &keys)),
            invalid,
            "{algorithm}, signature"
        );
        assert_eq!(
            refused(&with_keys(&with_signature(&token, b""), &keys)),
            invalid,
            "{algorithm}, no signature"
        );
        let zeros = vec![0; Key::of(algorithm, 1).sign(algorithm, "x").len()];
        assert_eq!(
            refused(&with_keys(&with_signature(&token, &zeros), &keys)),
            invalid,
            "{algorithm}, zeros"
        );
    }
}

#[test]
fn a_signature_counts_under_its_own_algorithm_only() {
    let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    for named in rsa {
        for signed_with in rsa.into_iter().filter(|other| *other != named) {
            let header = format!(r#"{{"alg":"{named}","kid":"a"}}"#);
            let token = signed(Key::Rsa(1), signed_with, &header, &payload(GOOD_TIMES));
            let inspection = with_keys(&token, &[Key::Rsa(1).jwk(r#""kid":"a""#)]);
            assert_eq!(
                refused(&inspection).1,
                "signature-invalid",
                "{signed_with} as {named}"
            );
        }
    }
}

#[test]
fn an_ecdsa_signature_is_two_numbers_of_full_length() {
    let token = good();
    let input = token.rsplit_once('.').unwrap().0;
    let signature = Key::P256(1).sign("ES256", input);
    let der = p256::ecdsa::Signature::from_slice(&signature)
        .unwrap()
        .to_der();
    let too_long = [signature.as_slice(), &[0]].concat();
    for (what, wrong) in [
        ("DER", der.as_bytes()),
        ("longer", &too_long),
        ("shorter", &signature[..63]),
    ] {
        assert_eq!(
            refused(&with_key(&with_signature(&token, wrong))).1,
            "signature-invalid",
            "{what}"
        );
    }
}

#[test]
fn what_has_not_the_form_of_a_token_is_refused() {
    let token = good();
    let parts: Vec<&str> = token.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let raw = |header: &[u8], payload: &[u8]| format!("{}.{}.AA", encode(header), encode(payload));
    let big = "a".repeat(65_537);
    let stray = format!("{header}.{claims}.AB");
    let table: Vec<(String, &str, &str)> = vec![
        (
            String::new(),
            "token-empty",
            "expected a token, found nothing",
        ),
        (
            big,
            "token-too-large",
            "expected a token of at most 65536 bytes, found 65537",
        ),
        (
            header.into(),
            "token-segments",
            "expected three parts joined by `.`, found 1",
        ),
        (
            format!("{header}.{claims}"),
            "token-segments",
            "expected three parts joined by `.`, found 2",
        ),
        (
            format!("{token}.AA"),
            "token-segments",
            "expected three parts joined by `.`, found 4",
        ),
        (
            format!("{token}.AA.AA"),
            "token-segments",
            "expected three parts joined by `.`, found 5",
        ),
        (
            "eyJlbmMiOiJBMTI4R0NNIn0.AA.AA.AA.AA".to_owned(),
            "token-encrypted",
            "expected a signed token of three parts, found five: this is an encrypted token (JWE)",
        ),
        (
            format!(r#"{{"protected":"{header}","payload":"{claims}","signature":"{signature}"}}"#),
            "token-json-serialization",
            "expected the compact form of three parts, found JSON",
        ),
        (
            format!("{header}==.{claims}.{signature}"),
            "token-base64",
            "the header is not canonical unpadded base64url: it is padded",
        ),
        (
            format!("{header}.{claims}+.{signature}"),
            "token-base64",
            "the payload is not canonical unpadded base64url: found `+` at character 155",
        ),
        (
            format!("{token} "),
            "token-base64",
            "the signature is not canonical unpadded base64url: found an invalid character at byte 87",
        ),
        (
            format!("{header}.{claims}.A"),
            "token-base64",
            "the signature is not canonical unpadded base64url: a length of 1 is impossible; is the end missing?",
        ),
        (
            stray,
            "token-base64",
            "the signature is not canonical unpadded base64url: its last character has unused bits that are not zero",
        ),
        (raw(b"\xff", b"{}"), "token-utf8", "the header is not UTF-8"),
        (
            raw(br#"{"alg":"ES256"}"#, b"{\"a\":\"\xc3\"}"),
            "token-utf8",
            "the payload is not UTF-8",
        ),
        (
            raw(b"[]", b"{}"),
            "json-not-an-object",
            "the header is not a JSON object: expected a JSON object, found an empty array",
        ),
        (
            raw(br#"{"alg":"ES256"}"#, b"1"),
            "json-not-an-object",
            "the payload is not a JSON object: expected a JSON object, found an integer",
        ),
        (
            raw(br#"{"alg":"ES256","alg":"none"}"#, b"{}"),
            "json-duplicate-member",
            "the header is not a JSON object: member `alg` occurs twice in one object (line 1, column 20)",
        ),
        (
            raw(br#"{"alg":"ES256"}"#, br#"{"a":[{"b":1,"b":2}]}"#),
            "json-duplicate-member",
            "the payload is not a JSON object: member `b` occurs twice in one object (line 1, column 16)",
        ),
    ];
    for (token, code, sentence) in table {
        assert_eq!(
            refused(&with_key(&token)),
            (CheckId::Format, code, sentence)
        );
    }
}

#[test]
fn a_token_may_be_as_large_as_the_limit() {
    let token = good();
    let options = |max_size| Options {
        max_size,
        ..Options::at(NOW)
    };
    let issuer = || issuer(URL, Some(set(&[p256(r#""kid":"a""#)])));
    accepted(&run(&token, issuer(), &options(token.len())));
    let inspection = run(&token, issuer(), &options(token.len() - 1));
    assert_eq!(refused(&inspection).1, "token-too-large");
}

#[test]
fn a_header_that_is_not_accepted_is_refused() {
    let shared = |name: &str| {
        format!(
            "`alg` is `{name}`: signed with a shared secret, which proves nothing about an issuer"
        )
    };
    let unsupported = |name: &str| format!("`alg` is `{name}`, which is not supported");
    let unknown =
        |name: &str| format!("`alg` is `{name}`, which is not the name of a signature algorithm");
    let table = [
        (
            r#"{"alg":"none"}"#,
            "alg-none",
            "`alg` is `none`: the token is not signed at all".into(),
        ),
        (
            r#"{"alg":"None"}"#,
            "alg-none",
            "`alg` is `None`: the token is not signed at all".into(),
        ),
        (r#"{"alg":"HS256"}"#, "alg-symmetric", shared("HS256")),
        (r#"{"alg":"hs512"}"#, "alg-symmetric", shared("hs512")),
        (
            r#"{"alg":"ES512"}"#,
            "alg-unsupported",
            unsupported("ES512"),
        ),
        (
            r#"{"alg":"ES256K"}"#,
            "alg-unsupported",
            unsupported("ES256K"),
        ),
        (
            r#"{"alg":"Ed448"}"#,
            "alg-unsupported",
            unsupported("Ed448"),
        ),
        (r#"{"alg":"ed25519"}"#, "alg-unknown", unknown("ed25519")),
        (r#"{"alg":"ES521"}"#, "alg-unknown", unknown("ES521")),
        (r#"{"alg":"es512"}"#, "alg-unknown", unknown("es512")),
        (r#"{"alg":"RSA-OAEP"}"#, "alg-unknown", unknown("RSA-OAEP")),
        (r#"{"alg":"es256"}"#, "alg-unknown", unknown("es256")),
        (r#"{"alg":"ES256 "}"#, "alg-unknown", unknown("ES256 ")),
        (r#"{"alg":""}"#, "alg-unknown", unknown("")),
        (
            r#"{"kid":"a"}"#,
            "alg-missing",
            "expected `alg` in the header, found nothing".into(),
        ),
        (
            r#"{"alg":null}"#,
            "alg-missing",
            "expected `alg` in the header, found null".into(),
        ),
        (
            r#"{"alg":["ES256"]}"#,
            "alg-missing",
            "expected `alg` in the header, found an array".into(),
        ),
        (
            r#"{"alg":"ES256","kid":"a","crit":["exp"],"exp":1}"#,
            "header-crit",
            "the header has `crit`, which requires extensions that are not supported".into(),
        ),
        (
            r#"{"alg":"ES256","kid":"a","crit":[]}"#,
            "header-crit",
            "the header has `crit`, which requires extensions that are not supported".into(),
        ),
        (
            r#"{"alg":"ES256","kid":7}"#,
            "header-not-text",
            "expected `kid` in the header to be a string, found an integer".into(),
        ),
    ];
    for (header, code, sentence) in table {
        assert_eq!(
            refused(&with_key(&with_header(header))),
            (CheckId::Header, code, sentence.as_str())
        );
    }
}

#[test]
fn keys_that_the_header_brings_are_found_and_never_used() {
    for member in ["jku", "x5u", "x5c", "jwk"] {
        let value = if member == "jwk" {
            Key::P256(2).jwk("")
        } else {
            r#""https://evil.example""#.to_owned()
        };
        let header = format!(r#"{{"alg":"ES256","kid":"a","{member}":{value}}}"#);
        let inspection = with_key(&with_header(&header));
        accepted(&inspection);
        let findings: Vec<_> = inspection
            .findings
            .iter()
            .map(|f| (&*f.code, f.path.as_str(), f.message.as_str()))
            .collect();
        let message = format!("the header contains a key in `{member}`");
        assert_eq!(
            findings,
            [(
                "header-key-ignored",
                format!("header.{member}").as_str(),
                message.as_str()
            )]
        );
        // Signed with the key that it brings, the token is refused.
        let evil = signed(Key::P256(2), "ES256", &header, &payload(GOOD_TIMES));
        let inspection = with_key(&evil);
        assert_eq!(refused(&inspection).1, "signature-invalid");
        assert_eq!(
            inspection.findings.len(),
            1,
            "it is found in a refused token too"
        );
    }
    assert_eq!(with_key(&good()).findings, []);
}

#[test]
fn an_issuer_is_compared_exactly() {
    let nearly = |found: &str, difference: &str| {
        format!(
            "`iss` is `{found}`, but the registered issuer is `{URL}`: they differ only in {difference}"
        )
    };
    let related = |found: &str, difference: &str| {
        format!(
            "no issuer is registered with the URL `{found}`, but `{URL}` is: they differ in {difference}"
        )
    };
    let table = [
        (
            r#""https://issuer.example/""#,
            "iss-nearly",
            nearly("https://issuer.example/", "a trailing slash"),
        ),
        (
            r#""https://Issuer.example""#,
            "iss-nearly",
            nearly("https://Issuer.example", "upper and lower case"),
        ),
        (
            r#""http://issuer.example""#,
            "iss-nearly",
            nearly("http://issuer.example", "the scheme"),
        ),
        (
            r#""issuer.example""#,
            "iss-nearly",
            nearly("issuer.example", "the scheme"),
        ),
        (
            r#""http://ISSUER.example/""#,
            "iss-nearly",
            nearly("http://ISSUER.example/", "case, scheme or a trailing slash"),
        ),
        (
            r#""https://issuer.example:443""#,
            "iss-unknown",
            related("https://issuer.example:443", "the default port"),
        ),
        (
            r#""http://Issuer.example:443/""#,
            "iss-unknown",
            related("http://Issuer.example:443/", "the default port"),
        ),
        (
            r#""https://issuer.example/octo-org""#,
            "iss-unknown",
            related("https://issuer.example/octo-org", "a further path segment"),
        ),
        (
            r#""https://issuer.example/octo-org/more""#,
            "iss-unknown",
            "no issuer is registered with the URL `https://issuer.example/octo-org/more`".into(),
        ),
        (
            r#""https://issuer.example:8443""#,
            "iss-unknown",
            "no issuer is registered with the URL `https://issuer.example:8443`".into(),
        ),
        (
            r#""https://issuer.example.evil""#,
            "iss-unknown",
            "no issuer is registered with the URL `https://issuer.example.evil`".into(),
        ),
        (
            r#""""#,
            "iss-unknown",
            "no issuer is registered with the URL ``".into(),
        ),
        (
            "null",
            "iss-missing",
            "expected claim `iss` with the issuer's URL, found null".into(),
        ),
        (
            r#"["https://issuer.example"]"#,
            "iss-missing",
            "expected claim `iss` with the issuer's URL, found an array".into(),
        ),
    ];
    for (iss, code, sentence) in table {
        let claims = format!(r#"{{"iss":{iss},"sub":"repo:octo-org/octo-repo",{GOOD_TIMES}}}"#);
        let token = es256(r#"{"alg":"ES256","kid":"a"}"#, &claims);
        assert_eq!(
            refused(&with_key(&token)),
            (CheckId::Issuer, code, sentence.as_str())
        );
    }
    let token = es256(r#"{"alg":"ES256","kid":"a"}"#, &format!("{{{GOOD_TIMES}}}"));
    let missing = (
        CheckId::Issuer,
        "iss-missing",
        "expected claim `iss` with the issuer's URL, found none",
    );
    assert_eq!(refused(&with_key(&token)), missing);
}

#[test]
fn githubs_issuer_of_an_enterprise_is_named_in_both_directions() {
    const GITHUB: &str = "https://token.actions.githubusercontent.com";
    let enterprise = format!("{GITHUB}/octo-enterprise");
    for (found, registered) in [(&enterprise, GITHUB), (&GITHUB.to_owned(), &enterprise)] {
        let claims = format!(r#"{{"iss":"{found}",{GOOD_TIMES}}}"#);
        let token = es256(r#"{"alg":"ES256","kid":"a"}"#, &claims);
        let keys = Some(set(&[p256(r#""kid":"a""#)]));
        let inspection = run(&token, issuer(registered, keys), &Options::at(NOW));
        let sentence = format!(
            "no issuer is registered with the URL `{found}`, but `{registered}` is: they differ in a further path segment"
        );
        assert_eq!(
            refused(&inspection),
            (CheckId::Issuer, "iss-unknown", sentence.as_str())
        );
        let help = inspection.checks[2].help.as_deref().unwrap();
        assert!(help.starts_with("they are different issuers"), "{help}");
    }
}

#[test]
fn the_closest_registered_issuer_is_named() {
    let keys = || Some(set(&[p256(r#""kid":"a""#)]));
    let issuers = Issuers::from(vec![
        issuer(URL, keys()),
        issuer(&format!("{URL}/octo-org"), keys()),
    ]);
    let claims = format!(r#"{{"iss":"{URL}/octo-org/",{GOOD_TIMES}}}"#);
    let token = es256(r#"{"alg":"ES256","kid":"a"}"#, &claims);
    let request = RequestedToken::Organization { admin: false };
    let inspection = inspect(&token, &issuers, &request, &Options::at(NOW));
    assert_eq!(refused(&inspection).1, "iss-nearly");
}

#[test]
fn the_issuer_that_the_token_names_is_the_one_whose_keys_count() {
    let other = issuer("https://other.example", Some(set(&[p256(r#""kid":"a""#)])));
    let own = issuer(URL, Some(set(&[Key::P256(2).jwk(r#""kid":"a""#)])));
    let request = RequestedToken::Organization { admin: false };
    let inspection = inspect(
        &good(),
        &Issuers::from(vec![other, own]),
        &request,
        &Options::at(NOW),
    );
    assert_eq!(
        refused(&inspection).1,
        "signature-invalid",
        "signed with the other issuer's key"
    );
    assert_eq!(inspection.issuer, Some(1));
}

#[test]
fn a_key_is_found_by_its_name_or_as_the_only_one_that_fits() {
    let named = r#"{"alg":"ES256","kid":"a"}"#;
    let unnamed = r#"{"alg":"ES256"}"#;
    let other = |more: &str| Key::P256(2).jwk(more);
    for (header, keys) in [
        (named, vec![other(r#""kid":"b""#), p256(r#""kid":"a""#)]),
        (
            named,
            vec![p256(
                r#""kid":"a","use":"sig","alg":"ES256","key_ops":["verify"]"#,
            )],
        ),
        (
            named,
            vec![Key::Rsa(1).jwk(r#""kid":"a""#), p256(r#""kid":"a""#)],
        ),
        (
            named,
            vec![other(r#""kid":"a","use":"enc""#), p256(r#""kid":"a""#)],
        ),
        (unnamed, vec![p256("")]),
        (
            unnamed,
            vec![
                p256(r#""kid":"a""#),
                Key::P384(1).jwk(""),
                Key::Rsa(1).jwk(""),
                Key::Ed25519(1).jwk(""),
            ],
        ),
        (
            unnamed,
            vec![
                other(r#""use":"enc""#),
                other(r#""alg":"ECDH-ES""#),
                p256(""),
            ],
        ),
    ] {
        accepted(&with_keys(&with_header(header), &keys));
    }
}

#[test]
fn a_key_that_is_missing_ambiguous_or_for_something_else_is_refused() {
    let named = |algorithm: &str| format!(r#"{{"alg":"{algorithm}","kid":"a"}}"#);
    let unnamed = r#"{"alg":"ES256"}"#.to_owned();
    let unfit = |problem: &str| format!("key `a` does not fit: {problem}");
    let rsa = |more: &str| Key::Rsa(1).jwk(&format!(r#""kid":"a"{more}"#));
    let ec = |more: &str| p256(&format!(r#""kid":"a"{more}"#));
    let table: Vec<(String, Vec<String>, &str, String)> = vec![
        (
            named("ES256"),
            vec![p256(r#""kid":"b""#), p256("")],
            "key-unknown",
            "the header names key `a`, the issuer has `b`, `(without kid)`".into(),
        ),
        (
            named("ES256"),
            vec![p256(r#""kid":"A""#)],
            "key-unknown",
            "the header names key `a`, the issuer has `A`".into(),
        ),
        (
            named("ES256"),
            vec![],
            "key-unknown",
            "the header names key `a`, the issuer has no key".into(),
        ),
        (
            unnamed.clone(),
            vec![p256(r#""kid":"b""#), Key::P256(2).jwk("")],
            "key-ambiguous",
            "the header names no key (`kid`), and more than one of the issuer's keys fits `ES256`"
                .into(),
        ),
        (
            unnamed,
            vec![Key::Rsa(1).jwk("")],
            "key-none-fits",
            "the header names no key (`kid`), and none of the issuer's keys fits `ES256`".into(),
        ),
        (
            named("ES256"),
            vec![ec(""), Key::P256(2).jwk(r#""kid":"a""#)],
            "key-repeated",
            "the issuer has more than one key `a` that fits".into(),
        ),
        (
            named("RS256"),
            vec![Key::Rsa1024.jwk(r#""kid":"a""#)],
            "key-unfit",
            unfit("expected an RSA key of at least 2048 bits, found 1024"),
        ),
        (
            named("ES256"),
            vec![ec(r#","use":"enc""#)],
            "key-unfit",
            unfit("expected `use` `sig`, found `enc`"),
        ),
        (
            named("ES256"),
            vec![ec(r#","key_ops":["sign","encrypt"]"#)],
            "key-unfit",
            unfit("expected `verify` in `key_ops`, found `sign`, `encrypt`"),
        ),
        (
            named("ES256"),
            vec![ec(r#","key_ops":[]"#)],
            "key-unfit",
            unfit("expected `verify` in `key_ops`, found none"),
        ),
        (
            named("RS512"),
            vec![rsa(r#","alg":"RS256""#)],
            "key-unfit",
            unfit("its `alg` is `RS256`, the token is signed with `RS512`"),
        ),
        (
            named("PS256"),
            vec![rsa(r#","alg":"RS256""#)],
            "key-unfit",
            unfit("its `alg` is `RS256`, the token is signed with `PS256`"),
        ),
        (
            named("ES256"),
            vec![rsa("")],
            "key-unfit",
            unfit("`ES256` needs `kty` `EC`, found `RSA`"),
        ),
        (
            named("RS256"),
            vec![ec("")],
            "key-unfit",
            unfit("`RS256` needs `kty` `RSA`, found `EC`"),
        ),
        (
            named("EdDSA"),
            vec![ec("")],
            "key-unfit",
            unfit("`EdDSA` needs `kty` `OKP`, found `EC`"),
        ),
        (
            named("ES384"),
            vec![ec("")],
            "key-unfit",
            unfit("`ES384` needs `crv` `P-384`, found `P-256`"),
        ),
        (
            named("EdDSA"),
            vec![format!(
                r#"{{"kty":"OKP","crv":"X25519","x":"{}","kid":"a"}}"#,
                encode([9; 32])
            )],
            "key-unfit",
            unfit("curve `X25519` is not supported"),
        ),
        (
            named("ES256"),
            vec![format!(
                r#"{{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"a"}}"#
            )],
            "key-unfit",
            unfit("expected `x` of 32 bytes, found 1"),
        ),
    ];
    for (header, keys, code, sentence) in table {
        let token = with_header(&header);
        assert_eq!(
            refused(&with_keys(&token, &keys)),
            (CheckId::Key, code, sentence.as_str())
        );
    }
    let without = run(&good(), issuer(URL, None), &Options::at(NOW));
    assert_eq!(
        refused(&without),
        (
            CheckId::Key,
            "keys-missing",
            "the issuer `Test` is registered without keys"
        )
    );
}

/// An RSA key with that modulus, as large as its text says.
fn rsa_of(n: &[u8], e: &[u8]) -> String {
    format!(
        r#"{{"kty":"RSA","n":"{}","e":"{}","kid":"a"}}"#,
        encode(n),
        encode(e)
    )
}

#[test]
fn a_key_that_anyone_could_sign_for_or_that_no_check_uses_is_refused() {
    let x = encode([1; 32]);
    let ed = |x: &str| format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","kid":"a"}}"#);
    let identity = encode([[1].as_slice(), &[0; 31]].concat());
    let not_on_curve = encode([[2].as_slice(), &[0; 31]].concat());
    // 65537 to the power of 128: it bears the fingerprint, and has 2049 bits.
    let roca = (0..7)
        .fold(rsa::BigUint::from(65_537_u32), |power, _| &power * &power)
        .to_bytes_be();
    let odd = |size: usize| vec![0xff; size];
    let table = [
        (
            "ES256",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{x}","kid":"a"}}"#),
            "the point of `x` and `y` is not on the curve",
        ),
        (
            "EdDSA",
            ed(&not_on_curve),
            "the point `x` is not on the curve",
        ),
        (
            "EdDSA",
            ed(&identity),
            "the point `x` is of small order: anyone can sign for it",
        ),
        (
            "EdDSA",
            ed(&encode([0; 32])),
            "the point `x` is of small order: anyone can sign for it",
        ),
        (
            "RS256",
            rsa_of(&roca, &[1, 0, 1]),
            "its private key can be computed: a flawed generator made it (ROCA, CVE-2017-15361)",
        ),
        (
            "RS256",
            rsa_of(&odd(255), &[3]),
            "expected an RSA key of at least 2048 bits, found 2040",
        ),
        (
            "RS256",
            rsa_of(&odd(513), &[3]),
            "expected an RSA key of at most 4096 bits, found 4104",
        ),
        (
            "RS256",
            rsa_of(&[odd(255), vec![0xfe]].concat(), &[3]),
            "expected an odd modulus `n`",
        ),
        (
            "RS256",
            rsa_of(&odd(256), &[1]),
            "expected an odd public exponent `e` from 3 to 33 bits",
        ),
        (
            "RS256",
            rsa_of(&odd(256), &[4]),
            "expected an odd public exponent `e` from 3 to 33 bits",
        ),
        (
            "RS256",
            rsa_of(&odd(256), &[2, 0, 0, 0, 1]),
            "expected an odd public exponent `e` from 3 to 33 bits",
        ),
    ];
    for (algorithm, key, problem) in table {
        let token = with_header(&format!(r#"{{"alg":"{algorithm}","kid":"a"}}"#));
        let sentence = format!("key `a` does not fit: {problem}");
        assert_eq!(
            refused(&with_keys(&token, &[key])),
            (CheckId::Key, "key-unfit", sentence.as_str())
        );
    }
}

#[test]
fn an_rsa_key_of_4096_bits_and_a_large_exponent_is_fit() {
    for key in [
        rsa_of(&[0xff; 512], &[1, 0, 1]),
        rsa_of(&[0xff; 256], &[1, 0xff, 0xff, 0xff, 0xff]),
    ] {
        assert_eq!(Jwks::parse(&key).unwrap().keys()[0].problem, None);
    }
}

#[test]
fn a_set_is_equal_to_its_copy_and_not_to_one_with_another_key() {
    let parse = |keys: &[String]| Jwks::parse(&set(keys)).unwrap();
    let all = |number| {
        ["RS256", "ES256", "ES384", "EdDSA"].map(|name| Key::of(name, number).jwk(r#""kid":"a""#))
    };
    assert_eq!(parse(&all(1)), parse(&all(1)).clone());
    for (one, other) in all(1).into_iter().zip(all(2)) {
        assert_ne!(
            parse(&[one]),
            parse(&[other]),
            "they differ in their numbers alone"
        );
    }
}

#[test]
fn an_empty_name_is_a_name() {
    let token = with_header(r#"{"alg":"ES256","kid":""}"#);
    accepted(&with_keys(
        &token,
        &[p256(r#""kid":"""#), Key::P256(2).jwk("")],
    ));
    let sentence = "the header names key ``, the issuer has `(without kid)`";
    assert_eq!(
        refused(&with_keys(&token, &[p256("")])),
        (CheckId::Key, "key-unknown", sentence)
    );
    let unnamed = with_header(r#"{"alg":"ES256"}"#);
    accepted(&with_keys(&unnamed, &[p256(r#""kid":"""#)]));
}

#[test]
fn what_is_neither_a_set_nor_a_key_is_no_set_of_one() {
    for (text, found) in [
        ("{}", "an object"),
        (r#"{"kid": "a"}"#, "an object"),
        ("[]", "an array"),
    ] {
        let error = Jwks::parse(text).unwrap_err();
        assert_eq!(error.code(), "jwks-not-a-set", "{text}");
        assert!(error.to_string().contains(found), "{error}");
    }
    assert_eq!(Jwks::parse(&p256("")).unwrap().keys().len(), 1);
}

#[test]
fn a_key_is_described_by_its_type_and_size_or_curve() {
    for (algorithm, described) in [
        ("RS256", "RSA 2048 bits"),
        ("ES384", "EC P-384"),
        ("EdDSA", "OKP Ed25519"),
    ] {
        let (_, keys) = of(algorithm);
        let jwks = Jwks::parse(&set(&keys)).unwrap();
        assert_eq!(jwks.keys()[0].describe(), described);
    }
}

#[test]
fn a_secret_in_the_key_set_spoils_it() {
    let secret = r#"{"kty":"oct","k":"c2VjcmV0","kid":"s"}"#.to_owned();
    let error = Jwks::parse(&set(&[p256(""), secret])).unwrap_err();
    assert_eq!(error.code(), "jwks-symmetric-key");
    let message =
        "key 2 is symmetric (`kty` is `oct`): a secret has no place in a set of public keys";
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_private_key_in_the_key_set_spoils_it() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
        for value in [r#""c2VjcmV0""#, r#""""#, "null", "[]"] {
            for key in [Key::P256(1), Key::Rsa(1), Key::Ed25519(1)] {
                let keys = set(&[p256(""), key.jwk(&format!(r#""{member}":{value}"#))]);
                let error = Jwks::parse(&keys).unwrap_err();
                assert_eq!(error.code(), "jwks-private-key");
                let message = format!(
                    "key 2 is private (it has `{member}`): anyone who has read it can sign tokens; a key set \
                     may contain only public keys"
                );
                assert_eq!(error.to_string(), message, "the value is not in it");
            }
        }
    }
}

#[test]
fn a_token_counts_in_its_time_and_a_minute_of_leeway() {
    for times in [
        r#""exp":1799999941"#,
        r#""exp":1800000001,"nbf":1800000060"#,
        r#""exp":1800000001,"iat":1800000060"#,
        r#""exp":253402300799"#,
        r#""exp":1.8000003e9,"nbf":1799999990.5,"iat":17999999.9e2"#,
        r#""exp":1799999940.5"#,
        r#""exp":1800000300.0,"nbf":1800000060.0"#,
        r#""exp":1800000001,"nbf":-1,"iat":0"#,
        r#""exp":1800000001,"nbf":-9007199254740992,"iat":-0.5"#,
    ] {
        accepted(&with_key(&with_times(times)));
    }
    let integer = |claim: &str, found: &str| {
        format!("expected claim `{claim}` to be a number of seconds since 1970, found {found}")
    };
    let range = |claim: &str, found: &str| {
        format!("expected claim `{claim}` in seconds since 1970, up to 2^53, found `{found}`")
    };
    let unit = |claim: &str, found: &str, unit: &str| {
        format!(
            "expected claim `{claim}` in seconds since 1970, found `{found}`, which looks like {unit}"
        )
    };
    let table = [
        (
            r#""exp":1799999940"#,
            "token-expired",
            "expired 1 minute ago, at 2027-01-15T07:59:00Z".into(),
        ),
        (
            r#""exp":1799999939.5"#,
            "token-expired",
            "expired 1 minute ago, at 2027-01-15T07:59:00Z".into(),
        ),
        (r#""exp":-9007199254740992"#, "token-expired", String::new()),
        (
            r#""exp":-9223372036854775808"#,
            "time-out-of-range",
            range("exp", "-9223372036854775808"),
        ),
        (
            r#""exp":9007199254740993"#,
            "time-out-of-range",
            range("exp", "9007199254740993"),
        ),
        (
            r#""exp":1e300"#,
            "time-out-of-range",
            range("exp", "1e+300"),
        ),
        (
            r#""exp":-1e300"#,
            "time-out-of-range",
            range("exp", "-1e+300"),
        ),
        (
            r#""exp":1800000300,"nbf":-1e16"#,
            "time-out-of-range",
            range("nbf", "-1e+16"),
        ),
        (
            r#""nbf":1"#,
            "exp-missing",
            "expected claim `exp` with the time of expiry, found none".into(),
        ),
        (
            r#""exp":"1800000300""#,
            "time-not-integer",
            integer("exp", "the string `1800000300`"),
        ),
        (r#""exp":null"#, "time-not-integer", integer("exp", "null")),
        (
            r#""exp":true"#,
            "time-not-integer",
            integer("exp", "a boolean"),
        ),
        (
            r#""exp":[1800000300]"#,
            "time-not-integer",
            integer("exp", "an array"),
        ),
        (
            r#""exp":18446744073709551615"#,
            "time-out-of-range",
            range("exp", "18446744073709551615"),
        ),
        (
            r#""exp":1800000300,"nbf":"1""#,
            "time-not-integer",
            integer("nbf", "the string `1`"),
        ),
        (
            r#""exp":1800000300,"nbf":1800000060.5"#,
            "token-not-yet-valid",
            "not valid yet: `nbf` is 2027-01-15T08:01:01Z, in 1 minute 1 second".into(),
        ),
        (
            r#""exp":1800000300,"nbf":1800000061"#,
            "token-not-yet-valid",
            "not valid yet: `nbf` is 2027-01-15T08:01:01Z, in 1 minute 1 second".into(),
        ),
        (
            r#""exp":1800000300,"iat":1800000061"#,
            "token-issued-in-future",
            "issued in the future: `iat` is 2027-01-15T08:01:01Z, in 1 minute 1 second".into(),
        ),
        (
            r#""exp":1800000300000"#,
            "time-in-milliseconds",
            unit("exp", "1800000300000", "milliseconds"),
        ),
        (
            r#""exp":1.8000003e12"#,
            "time-in-milliseconds",
            unit("exp", "1800000300000", "milliseconds"),
        ),
        (
            r#""exp":1800000300000000"#,
            "time-in-milliseconds",
            unit("exp", "1800000300000000", "microseconds"),
        ),
        (
            r#""exp":1800000300,"nbf":1800000000000"#,
            "time-in-milliseconds",
            unit("nbf", "1800000000000", "milliseconds"),
        ),
        (
            r#""exp":1800000300,"iat":1800000000000"#,
            "time-in-milliseconds",
            unit("iat", "1800000000000", "milliseconds"),
        ),
    ];
    for (times, code, sentence) in table {
        let inspection = with_key(&with_times(times));
        let (id, found, said) = refused(&inspection);
        assert_eq!((id, found), (CheckId::Time, code), "{times}");
        assert!(sentence.is_empty() || sentence == said, "{times}: {said}");
    }
}

#[test]
fn a_time_that_is_refused_comes_with_the_number_to_write() {
    for (times, help) in [
        (
            r#""exp":"1800000300""#,
            "write `1800000300`, without quotes",
        ),
        (
            r#""exp":" 1800000300.5 ""#,
            "write `1800000300.5`, without quotes",
        ),
        (
            r#""exp":"2027-01-15T08:00:00Z""#,
            "write `1800000000`, without quotes",
        ),
        (
            r#""exp":"soon""#,
            "for example `1763942400`, without quotes",
        ),
        (r#""exp":1800000300000"#, "divide it: `1800000300`"),
        (r#""exp":1800000300000000"#, "divide it: `1800000300`"),
    ] {
        let inspection = with_key(&with_times(times));
        let failed = inspection.checks.iter().find(|check| check.help.is_some());
        assert_eq!(failed.unwrap().help.as_deref(), Some(help), "{times}");
    }
}

#[test]
fn every_reader_takes_the_same_time_rounded_up() {
    let read = |exp: &str| {
        let claims = Claims::from_json(&format!(r#"{{"exp":{exp}}}"#)).unwrap();
        numeric_date(&claims, "exp").map_err(|error| error.code())
    };
    for (exp, seconds) in [
        ("1800000300", 1_800_000_300),
        ("1800000300.0", 1_800_000_300),
        ("1800000300.0001", 1_800_000_301),
        ("18000003e2", 1_800_000_300),
        ("1.8000003005E+9", 1_800_000_301),
        ("-0.5", 0),
        ("-1.5", -1),
        ("1800000300.00000000000001", 1_800_000_300),
        ("9007199254740.0e-1", 900_719_925_474),
    ] {
        assert_eq!(read(exp), Ok(Some(seconds)), "{exp}");
    }
    assert_eq!(
        read("9007199254740993.0"),
        Err("time-in-milliseconds"),
        "the nearest double is 2^53"
    );
    assert_eq!(read("9007199254740994.0"), Err("time-out-of-range"));
}

#[test]
fn a_token_of_another_kind_is_refused_by_its_type() {
    for (typ, found) in [
        (r#""at+jwt""#, "`at+jwt`"),
        (r#""application/at+jwt""#, "`application/at+jwt`"),
        (r#""LOGOUT+JWT""#, "`LOGOUT+JWT`"),
        (
            r#""Application/SecEvent+Jwt""#,
            "`Application/SecEvent+Jwt`",
        ),
        (r#""+jwt""#, "`+jwt`"),
        (r#"" at+jwt; v=1""#, "` at+jwt; v=1`"),
        ("null", "null"),
        ("7", "an integer"),
        (r#"["JWT"]"#, "an array"),
    ] {
        let inspection = with_key(&with_header(&format!(
            r#"{{"alg":"ES256","kid":"a","typ":{typ}}}"#
        )));
        let sentence =
            format!("expected the type of an ID token, `JWT` or none, in `typ`, found {found}");
        assert_eq!(
            refused(&inspection),
            (CheckId::Header, "typ-unexpected", sentence.as_str())
        );
    }
}

#[test]
fn other_types_pass_and_those_that_are_unusual_are_found() {
    for (typ, is_found) in [
        ("JWT", false),
        ("jwt", false),
        ("application/jwt", false),
        ("JOSE", false),
        ("JOSE+JSON", true),
        ("JWS", true),
        ("", true),
        ("at-jwt", true),
        ("jwt+at", true),
    ] {
        let header = format!(r#"{{"alg":"ES256","kid":"a","typ":"{typ}"}}"#);
        let inspection = with_key(&with_header(&header));
        accepted(&inspection);
        let codes: Vec<_> = inspection
            .findings
            .iter()
            .map(|finding| &*finding.code)
            .collect();
        assert_eq!(
            codes,
            if is_found {
                vec!["typ-unusual"]
            } else {
                vec![]
            },
            "{typ}"
        );
    }
}

#[test]
fn the_first_failure_is_the_one_that_is_named() {
    // Wrong in every check; each repair brings the next one to light.
    let expired = r#""exp":1"#;
    let evil = |header: &str| signed(Key::P256(2), "ES256", header, &payload(expired));
    let mut keys = vec![p256(r#""kid":"b""#)];
    assert_eq!(
        refused(&with_keys(&evil(r#"{"alg":"none","kid":"a"}"#), &keys)).0,
        CheckId::Header
    );
    let token = evil(r#"{"alg":"ES256","kid":"a"}"#);
    let elsewhere = run(
        &token,
        issuer("https://other.example", Some(set(&keys))),
        &Options::at(NOW),
    );
    assert_eq!(refused(&elsewhere).0, CheckId::Issuer);
    assert_eq!(refused(&with_keys(&token, &keys)).0, CheckId::Key);
    keys.push(p256(r#""kid":"a""#));
    assert_eq!(refused(&with_keys(&token, &keys)).0, CheckId::Signature);
    assert_eq!(
        refused(&with_keys(&with_times(expired), &keys)).0,
        CheckId::Time
    );
    accepted(&with_keys(&good(), &keys));
}

#[test]
fn each_check_that_is_left_out_says_so() {
    use CheckId::{Audience, Issuer as IssuerCheck, Key as KeyCheck, Signature, Time};
    let foreign =
        format!(r#"{{"iss":"https://evil.example","sub":"repo:octo-org/octo-repo",{GOOD_TIMES}}}"#);
    let foreign = es256(r#"{"alg":"ES256","kid":"a"}"#, &foreign);
    let forged = signed(
        Key::P256(2),
        "ES256",
        r#"{"alg":"ES256","kid":"a"}"#,
        &payload(GOOD_TIMES),
    );
    let unknown_key = with_header(r#"{"alg":"ES256","kid":"z"}"#);
    let all = signed(
        Key::P256(2),
        "ES256",
        r#"{"alg":"ES256","kid":"z"}"#,
        r#"{"sub":"repo:octo-org/octo-repo"}"#,
    );
    let none = Skip::default();
    let table: [(Skip, &str, &[CheckId], &[&str]); 5] = [
        (
            Skip {
                issuer: true,
                ..none
            },
            &foreign,
            &[IssuerCheck],
            &[ISSUER_UNCHECKED],
        ),
        (
            Skip { key: true, ..none },
            &unknown_key,
            &[KeyCheck, Signature],
            &[KEY_UNCHECKED, SIGNATURE_UNCHECKED],
        ),
        (
            Skip {
                signature: true,
                ..none
            },
            &forged,
            &[Signature],
            &[SIGNATURE_UNCHECKED],
        ),
        (
            Skip { time: true, ..none },
            &with_times(r#""exp":1"#),
            &[Time],
            &[TIME_UNCHECKED],
        ),
        (
            Skip {
                issuer: true,
                key: true,
                signature: true,
                time: true,
                audience: true,
            },
            &all,
            &[IssuerCheck, KeyCheck, Signature, Time, Audience],
            &[
                ISSUER_UNCHECKED,
                KEY_UNCHECKED,
                SIGNATURE_UNCHECKED,
                TIME_UNCHECKED,
                AUDIENCE_UNCHECKED,
            ],
        ),
    ];
    for (skip, token, skipped, unchecked) in table {
        assert_eq!(
            refused(&with_key(token)).0,
            skipped[0],
            "the token fails without the skip"
        );
        let options = Options {
            skip,
            assume_issuer: Some(0),
            ..Options::at(NOW)
        };
        let inspection = run(
            token,
            issuer(URL, Some(set(&[p256(r#""kid":"a""#)]))),
            &options,
        );
        for check in &inspection.checks {
            let status = if skipped.contains(&check.id) {
                CheckStatus::Skipped
            } else {
                CheckStatus::Passed
            };
            assert_eq!(check.status, status, "{check:?}");
        }
        assert_eq!(inspection.unchecked, unchecked);
        assert_eq!(inspection.decision, Outcome::Allowed);
    }
}

#[test]
fn a_key_is_written_as_its_required_members() {
    // RFC 7638, section 3.1, and RFC 8037, appendix A.3: what the thumbprint is taken of.
    let rsa = r#"{"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#;
    let ed25519 =
        r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    for json in [rsa, ed25519] {
        let with_more = format!(r#"{{"alg":"any","kid":"a",{}"#, &json[1..]);
        assert_eq!(
            Jwks::parse(&with_more).unwrap().keys()[0]
                .to_json()
                .as_deref(),
            Some(json)
        );
    }
    for (key, crv) in [(Key::P256(1), "P-256"), (Key::P384(1), "P-384")] {
        let written = Jwks::parse(&key.jwk("")).unwrap().keys()[0]
            .to_json()
            .unwrap();
        assert!(
            written.starts_with(&format!(r#"{{"crv":"{crv}","kty":"EC","x":""#)),
            "{written}"
        );
        let again = Jwks::parse(&written).unwrap();
        assert_eq!(again.keys()[0].to_json(), Some(written));
        assert_eq!(
            again.keys()[0].bits,
            Jwks::parse(&key.jwk("")).unwrap().keys()[0].bits
        );
    }
}

#[test]
fn issuers_that_share_a_url_have_no_say() {
    let own = || issuer(URL, Some(set(&[p256(r#""kid":"a""#)])));
    let request = RequestedToken::Organization { admin: false };
    let issuers: Issuers = [own(), own()].into_iter().collect();
    let sentence = format!("more than one issuer is registered with the URL `{URL}`");
    assert_eq!(
        refused(&inspect(&good(), &issuers, &request, &Options::at(NOW))),
        (CheckId::Issuer, "iss-repeated", sentence.as_str())
    );
}

#[test]
fn without_an_issuer_to_assume_nothing_is_allowed() {
    let keys = || issuer(URL, Some(set(&[p256(r#""kid":"a""#)])));
    let skip = Skip {
        issuer: true,
        ..Skip::default()
    };
    for assume_issuer in [None, Some(1)] {
        let options = Options {
            skip,
            assume_issuer,
            ..Options::at(NOW)
        };
        let inspection = run(&good(), keys(), &options);
        assert_eq!(inspection.decision, Outcome::Denied);
        assert_eq!(
            inspection.summary,
            "denied: no issuer is selected, so there are no keys and no policies"
        );
        assert_eq!(
            inspection.checks[3].code.as_deref(),
            Some("issuer-not-chosen")
        );
        let options = Options {
            skip: Skip { key: true, ..skip },
            ..options
        };
        let inspection = run(&good(), keys(), &options);
        assert_eq!(inspection.decision, Outcome::Denied);
        assert_eq!(
            inspection.summary,
            "denied: no issuer is selected, so there are no keys and no policies"
        );
    }
}

#[test]
fn a_host_may_check_the_signature_at_its_own_pace() {
    let issuers = Issuers::from(vec![issuer(URL, Some(set(&[p256(r#""kid":"a""#)])))]);
    let request = RequestedToken::Organization { admin: false };
    let options = Options::at(NOW);
    let token = good();
    let pending = || match begin(&token, &issuers, &options) {
        Progress::AwaitingSignature(pending) => pending,
        Progress::Checked(checked) => panic!("{:?}", checked.failure()),
    };
    let asked = pending();
    let check = asked.check();
    assert_eq!(
        (check.algorithm.as_str(), check.key.kid.as_deref()),
        ("ES256", Some("a"))
    );
    assert_eq!(
        token,
        format!("{}.{}", check.signing_input, encode(check.signature))
    );

    assert_eq!(
        pending().finish(Ok(true)).explain(&request),
        inspect(&token, &issuers, &request, &options)
    );
    let failed = TokenError::SignatureUnchecked {
        problem: "the host is out of order".to_owned(),
    };
    for (answer, code) in [
        (Ok(false), "signature-invalid"),
        (Err(failed), "signature-unchecked"),
    ] {
        let decision = pending().finish(answer.clone()).decide(&request);
        assert_eq!(
            (decision.decision(), decision.code()),
            (Outcome::Denied, code)
        );
        let inspection = pending().finish(answer).explain(&request);
        assert_eq!(inspection.decision, Outcome::Denied);
        assert_eq!(inspection.checks[4].code.as_deref(), Some(code));
        assert!(inspection.explanation.is_none());
    }
    let ended = begin("a.b", &issuers, &options);
    assert!(
        matches!(ended, Progress::Checked(checked) if checked.failure() == Some(&TokenError::Segments { found: 2 }))
    );
}
