//! The Wasm layer in Node.js, as JavaScript sees it.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const TOKEN: &str = include_str!("../../../examples/bench/token.jwt");
const JWKS: &str = include_str!("../../../examples/bench/jwks.json");
const POLICIES: &str = include_str!("../../../examples/bench/policies.json");

fn at(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, name| Reflect::get(&value, &name.into()).unwrap())
}

fn text(value: &JsValue, path: &str) -> String {
    at(value, path).as_string().unwrap_or_else(|| format!("{:?}", at(value, path)))
}

fn options(now: i64) -> JsValue {
    JSON::parse(&format!(
        r#"{{"issuers": [{{"url": "https://token.actions.githubusercontent.com", "jwks": {JWKS}, "policies": {POLICIES}}}],
            "request": {{"tokenType": "organization"}}, "now": {now}}}"#
    ))
    .unwrap()
}

#[wasm_bindgen_test]
fn a_genuine_token_is_verified_and_evaluated() {
    let token = JsValue::from(TOKEN.trim());
    let result = claimgate_wasm::evaluate(&token, &options(1_763_942_500));
    assert_eq!(at(&result, "ok"), JsValue::TRUE);
    assert_eq!(text(&result, "value.summary"), "allowed by policy 1");
    assert_eq!(
        text(&result, "value.explanation.policies.0.rules.1.values.0.trace.captures.0.text"),
        "environment:prod"
    );
    assert_eq!(Array::from(&at(&result, "value.checks")).length(), 7);
    let verified = claimgate_wasm::verify(&token, &options(1_763_942_500));
    assert_eq!(at(&verified, "value.verified"), JsValue::TRUE);
    assert_eq!(Array::from(&at(&verified, "value.checks")).length(), 6);
    assert_eq!(text(&verified, "value.claims.repository_owner"), "octo-org");
}

#[wasm_bindgen_test]
fn a_tampered_and_an_expired_token_are_refused() {
    let mut tampered = TOKEN.trim().to_owned();
    let last = if tampered.ends_with('A') { "Q" } else { "A" };
    tampered.replace_range(tampered.len() - 40..tampered.len() - 39, last);
    let result = claimgate_wasm::evaluate(&tampered.into(), &options(1_763_942_500));
    assert_eq!(text(&result, "value.checks.4.code"), "signature-invalid");
    assert_eq!(text(&result, "value.decision"), "denied");
    let late = claimgate_wasm::verify(&TOKEN.trim().into(), &options(1_763_949_999));
    assert_eq!(at(&late, "value.verified"), JsValue::FALSE);
    assert_eq!(text(&late, "value.checks.5.code"), "token-expired");
}

#[wasm_bindgen_test]
fn a_token_is_decoded_or_the_error_is_a_value() {
    let decoded = claimgate_wasm::decode_unverified(&TOKEN.trim().into());
    assert_eq!(text(&decoded, "value.keyId"), "example-key");
    assert_eq!(at(&decoded, "value.claims.exp").as_f64(), Some(1_763_946_000.0));
    let refused = claimgate_wasm::decode_unverified(&"a.b".into());
    assert_eq!(at(&refused, "ok"), JsValue::FALSE);
    assert_eq!(text(&refused, "errors.0.code"), "token-segments");
    assert_eq!(text(&refused, "errors.0.message"), "expected three parts joined by `.`, found 2");
}

#[wasm_bindgen_test]
fn claims_are_an_object_or_text() {
    let options =
        JSON::parse(&format!(r#"{{"policies": {POLICIES}, "request": {{"tokenType": "organization"}}}}"#)).unwrap();
    let json = r#"{"aud": "https://github.com/octo-org", "sub": "repo:octo-org/octo-repo:pull_request"}"#;
    for claims in [JSON::parse(json).unwrap(), json.into()] {
        let explanation = claimgate_wasm::explain(&claims, &options);
        assert_eq!(text(&explanation, "value.reason.code"), "deny-matched");
        assert_eq!(at(&explanation, "value.reason.policies.0").as_f64(), Some(1.0));
    }
    let rendered = claimgate_wasm::explain_text(&json.into(), &options);
    assert!(text(&rendered, "value").starts_with("DENIED[deny-matched]"));
}

#[wasm_bindgen_test]
fn policies_keys_and_patterns_are_read() {
    let policies = claimgate_wasm::parse_policies(&POLICIES.into());
    assert_eq!(text(&policies, "value.1.rules.sub"), "repo:octo-org/octo-repo:pull_request");
    let wrong = claimgate_wasm::parse_policies(&r#"{"decison": "allow", "tokenType": "team", "rules": {}}"#.into());
    assert_eq!(text(&wrong, "errors.0.help"), "did you mean `decision`?");
    assert_eq!(at(&claimgate_wasm::parse_jwks(&JWKS.into()), "value.0.bits").as_f64(), Some(2048.0));
    assert_eq!(text(&claimgate_wasm::parse_jwks(&"[]".into()), "errors.0.code"), "jwks-not-a-set");
    let trace = claimgate_wasm::match_pattern(&"a*".into(), &"a😀".into(), &JsValue::UNDEFINED);
    assert_eq!(at(&trace, "value.captures.0.value.end.utf16").as_f64(), Some(3.0));
    let stopped = claimgate_wasm::match_pattern(&"a.".into(), &"ab".into(), &"stringlike".into());
    assert_eq!(text(&stopped, "value.outcome"), "stopped");
}

#[wasm_bindgen_test]
fn odd_values_are_refused_as_values() {
    let cycle = Object::new();
    Reflect::set(&cycle, &"self".into(), &cycle).unwrap();
    let odd = [
        JsValue::NULL,
        JsValue::UNDEFINED,
        JsValue::TRUE,
        1.5.into(),
        JsValue::bigint_from_str("7"),
        JsValue::symbol(None),
        cycle.into(),
        Array::new().into(),
    ];
    for value in &odd {
        for result in [
            claimgate_wasm::decode_unverified(value),
            claimgate_wasm::evaluate(value, value),
            claimgate_wasm::verify(&TOKEN.trim().into(), value),
            claimgate_wasm::explain(value, value),
            claimgate_wasm::parse_policies(value),
            claimgate_wasm::parse_jwks(value),
            claimgate_wasm::match_pattern(value, value, value),
        ] {
            assert_eq!(at(&result, "ok"), JsValue::FALSE, "{value:?}");
            assert!(!text(&result, "errors.0.message").is_empty());
        }
    }
}

#[wasm_bindgen_test]
fn an_unsigned_token_is_refused() {
    // {"alg":"none"} and the claims of a genuine token.
    let claims = TOKEN.trim().split('.').nth(1).unwrap();
    let result = claimgate_wasm::evaluate(&format!("eyJhbGciOiJub25lIn0.{claims}.").into(), &options(1_763_942_500));
    assert_eq!(text(&result, "value.checks.1.code"), "alg-none");
    assert_eq!(text(&result, "value.decision"), "denied");
    assert_eq!(text(&result, "value.checks.4.status"), "notReached");
}

#[wasm_bindgen_test]
fn what_has_no_json_is_refused_by_name() {
    let policies = format!(r#"{{"policies": {POLICIES}, "request": {{"tokenType": "organization"}}}}"#);
    let options = JSON::parse(&policies).unwrap();
    let make = |code: &str| js_sys::Function::new_no_args(code).call0(&JsValue::NULL).unwrap();
    let odd = [
        ("const a = { sub: 'x' }; a.self = a; return a", "circular structure"),
        ("return { sub: 1n }", "BigInt"),
        ("return { sub: 'x\\ud800' }", "not JSON"),
        ("return { '\\udc00': 'x' }", "not JSON"),
        ("return { get sub() { throw new Error('no such thing') } }", "no such thing"),
        ("return { toJSON() { throw 'a string' } }", "plain data"),
        ("return '{\"sub\": \"\\ud800\"}'", "surrogate pair"),
        ("let a = {}; for (let i = 0; i < 100; i += 1) a = { a }; return a", "deeper than 64"),
        ("let a = {}; for (let i = 0; i < 100000; i += 1) a = { a }; return a", "plain data"),
        ("return () => 1", "found nothing"),
    ];
    for (code, expected) in odd {
        let result = claimgate_wasm::explain(&make(code), &options);
        assert_eq!(at(&result, "ok"), JsValue::FALSE, "{code}");
        assert!(text(&result, "errors.0.message").contains(expected), "{code}: {}", text(&result, "errors.0.message"));
    }
    let half = make("return '\\ud83d'");
    for result in [
        claimgate_wasm::match_pattern(&half, &"a".into(), &JsValue::UNDEFINED),
        claimgate_wasm::match_pattern(&"*".into(), &half, &JsValue::UNDEFINED),
        claimgate_wasm::decode_unverified(&half),
    ] {
        assert_eq!(text(&result, "errors.0.code"), "wrong-argument");
    }
}

#[wasm_bindgen_test]
fn odd_claims_come_back_as_they_are() {
    // {"alg":"RS256"} and {"__proto__":{"sub":"forged"},"big":9007199254740993,"huge":18446744073709551615}
    let token = "eyJhbGciOiJSUzI1NiJ9.\
        eyJfX3Byb3RvX18iOnsic3ViIjoiZm9yZ2VkIn0sImJpZyI6OTAwNzE5OTI1NDc0MDk5MywiaHVnZSI6MTg0NDY3NDQwNzM3MDk1NTE2MTV9.AA";
    let decoded = claimgate_wasm::decode_unverified(&token.into());
    assert_eq!(at(&decoded, "ok"), JsValue::TRUE);
    assert_eq!(at(&decoded, "value.claims.big").as_f64(), Some(9_007_199_254_740_992.0));
    assert_eq!(at(&decoded, "value.claims.huge").as_f64(), Some(18_446_744_073_709_551_615.0));
    // An ordinary member, not the prototype that would lend the object a `sub`.
    assert_eq!(at(&decoded, "value.claims.sub"), JsValue::UNDEFINED);
    assert_eq!(text(&decoded, "value.claims.__proto__.sub"), "forged");
}

#[wasm_bindgen_test]
fn every_error_has_its_place() {
    let now = 1_763_942_500;
    let wrong = JSON::parse(&format!(r#"{{"issuers": [{{"url": "http://a.example"}}], "now": {now}}}"#)).unwrap();
    let result = claimgate_wasm::evaluate(&TOKEN.trim().into(), &wrong);
    assert_eq!(text(&result, "errors.0.path"), "issuers[0].url");
    assert_eq!(text(&result, "errors.0.code"), "url-not-https");
    let fine = options(now);
    Reflect::set(&fine, &"now".into(), &f64::NAN.into()).unwrap();
    let result = claimgate_wasm::verify(&TOKEN.trim().into(), &fine);
    assert_eq!(text(&result, "errors.0.path"), "now");
}
