//! Tests the Wasm layer in Node.js, from JavaScript's side.
#![cfg(target_arch = "wasm32")]

use claimgate_wasm::Core;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const TOKEN: &str = include_str!("../../../examples/bench/token.jwt");
const JWKS: &str = include_str!("../../../examples/bench/jwks.json");
const POLICIES: &str = include_str!("../../../examples/bench/policies.json");

fn at(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, name| {
        Reflect::get(&value, &name.into()).unwrap()
    })
}

fn text(value: &JsValue, path: &str) -> String {
    at(value, path)
        .as_string()
        .unwrap_or_else(|| format!("{:?}", at(value, path)))
}

#[wasm_bindgen_test]
fn a_token_is_decoded_or_the_error_is_a_value() {
    let decoded = claimgate_wasm::decode_unverified(&TOKEN.trim().into());
    assert_eq!(text(&decoded, "value.keyId"), "example-key");
    assert_eq!(
        at(&decoded, "value.claims.exp").as_f64(),
        Some(1_763_946_000.0)
    );
    let refused = claimgate_wasm::decode_unverified(&"a.b".into());
    assert_eq!(at(&refused, "ok"), JsValue::FALSE);
    assert_eq!(text(&refused, "errors.0.code"), "token-segments");
    assert_eq!(
        text(&refused, "errors.0.message"),
        "expected three parts joined by `.`, found 2"
    );
}

#[wasm_bindgen_test]
fn policies_keys_and_patterns_are_read() {
    let policies = claimgate_wasm::parse_policies(&POLICIES.into());
    assert_eq!(
        text(&policies, "value.1.rules.sub"),
        "repo:octo-org/octo-repo:pull_request"
    );
    let wrong = claimgate_wasm::parse_policies(
        &r#"{"decison": "allow", "tokenType": "team", "rules": {}}"#.into(),
    );
    assert_eq!(text(&wrong, "errors.0.help"), "did you mean `decision`?");
    assert_eq!(
        at(&claimgate_wasm::parse_jwks(&JWKS.into()), "value.0.bits").as_f64(),
        Some(2048.0)
    );
    assert_eq!(
        text(&claimgate_wasm::parse_jwks(&"[]".into()), "errors.0.code"),
        "jwks-not-a-set"
    );
    let trace = claimgate_wasm::match_pattern(&"a*".into(), &"a😀".into(), &JsValue::UNDEFINED);
    assert_eq!(
        at(&trace, "value.captures.0.value.end.utf16").as_f64(),
        Some(3.0)
    );
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
fn odd_claims_come_back_as_they_are() {
    // {"alg":"RS256"} and
    // {"__proto__":{"sub":"forged"},"big":9007199254740993,"huge":18446744073709551615}
    let token = "eyJhbGciOiJSUzI1NiJ9.\
        eyJfX3Byb3RvX18iOnsic3ViIjoiZm9yZ2VkIn0sImJpZyI6OTAwNzE5OTI1NDc0MDk5MywiaHVnZSI6MTg0NDY3NDQwNzM3MDk1NTE2MTV9.AA";
    let decoded = claimgate_wasm::decode_unverified(&token.into());
    assert_eq!(at(&decoded, "ok"), JsValue::TRUE);
    assert_eq!(
        at(&decoded, "value.claims.big").as_f64(),
        Some(9_007_199_254_740_992.0)
    );
    assert_eq!(
        at(&decoded, "value.claims.huge").as_f64(),
        Some(18_446_744_073_709_551_615.0)
    );
    // An ordinary member, not a prototype that would give the object a `sub`.
    assert_eq!(at(&decoded, "value.claims.sub"), JsValue::UNDEFINED);
    assert_eq!(text(&decoded, "value.claims.__proto__.sub"), "forged");
}

#[wasm_bindgen_test]
fn half_a_surrogate_pair_is_no_text() {
    let half = js_sys::Function::new_no_args("return '\\ud83d'")
        .call0(&JsValue::NULL)
        .unwrap();
    for result in [
        claimgate_wasm::match_pattern(&half, &"a".into(), &JsValue::UNDEFINED),
        claimgate_wasm::match_pattern(&"*".into(), &half, &JsValue::UNDEFINED),
        claimgate_wasm::decode_unverified(&half),
    ] {
        assert_eq!(text(&result, "errors.0.code"), "wrong-argument");
    }
}

#[wasm_bindgen_test]
fn the_engine_checks_a_token() {
    let issuer =
        format!(r#"{{"url": "https://token.actions.githubusercontent.com", "jwks": {JWKS}}}"#);
    let mut core = Core::create(&format!(r#"{{"issuers": [{issuer}]}}"#));
    assert_eq!(core.text(), "");
    core.add_policies(0, 0, POLICIES);
    assert_eq!(core.text(), "");
    core.compile();
    assert_eq!(core.text(), "");
    assert!(
        core.describe().contains(r#""claims":["aud","sub"]"#),
        "{}",
        core.describe()
    );
    let mut run = |token: &str| {
        let start = core.reserve(token.len());
        // JavaScript writes there, so a Rust test cannot.
        assert!(!start.is_null());
        core.begin(0, 1_763_942_500.0, 0, -1)
    };
    let number = run(TOKEN.trim());
    assert_eq!(
        core.wanted(number),
        -1.0,
        "an empty text waits for no signature"
    );
    assert_eq!(core.decide(number, 0, 0), 15.0);
    assert_eq!(core.text(), "token-empty");
    let allowed = core.decide_json(
        0,
        0,
        "",
        r#"{"aud": "https://github.com/octo-org", "sub": "repo:octo-org/octo-repo:x"}"#,
    );
    assert_eq!(allowed, 33_554_432.0, "allowed by the first policy");
}
