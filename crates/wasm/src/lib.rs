//! Claimgate's engine for JavaScript: only glue over core.
//!
//! Every function returns a tagged value, `{ ok: true, value }` or `{ ok: false, errors }`. No
//! input makes it throw.

#[cfg(feature = "pure")]
mod cryptography;
mod engine;
mod fields;
mod hints;
mod input;
mod protocol;

use claimgate::claims::Claims;
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::json::write;
use claimgate::jwt::{Jwk, Jwks, decode_unverified as decode};
use claimgate::pattern::{Pattern, Trace};
use claimgate::policy::{PolicyDefinition, parse_policies as parse};
use js_sys::{JSON, JsString};
use serde::Serialize;
use wasm_bindgen::prelude::*;

pub use engine::Core;

/// An error without a path, or whose path the caller adds.
fn failure(code: &'static str, message: impl ToString) -> Diagnostics {
    Diagnostic::error("", code, message.to_string()).into()
}

/// Decodes a token **without verifying anything**.
#[wasm_bindgen(js_name = decodeUnverified, skip_typescript)]
#[must_use]
pub fn decode_unverified(token: &JsValue) -> JsValue {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Decoded {
        header: Claims,
        claims: Claims,
        key_id: Option<String>,
        algorithm: Option<&'static str>,
    }
    answer(text(token, "token").and_then(|token| {
        let token = decode(&token).map_err(token_failure)?;
        let algorithm = token
            .algorithm()
            .ok()
            .map(claimgate::jwt::Algorithm::as_str);
        let key_id = token.key_id().map(str::to_owned);
        Ok(Decoded {
            header: token.header,
            claims: token.claims,
            key_id,
            algorithm,
        })
    }))
}

/// Parses policies in JSON text, strictly.
#[wasm_bindgen(js_name = parsePolicies, skip_typescript)]
#[must_use]
pub fn parse_policies(json: &JsValue) -> JsValue {
    answer::<Vec<PolicyDefinition>>(text(json, "json").and_then(|json| parse(&json)))
}

/// Parses a JWKS in JSON text, and describes its keys.
#[wasm_bindgen(js_name = parseJwks, skip_typescript)]
#[must_use]
pub fn parse_jwks(json: &JsValue) -> JsValue {
    answer::<Vec<Jwk>>(text(json, "json").and_then(|json| {
        let jwks = Jwks::parse(&json).map_err(|error| failure(error.code(), error))?;
        Ok(jwks.keys().iter().map(|key| Jwk::clone(key)).collect())
    }))
}

/// Matches one value with one pattern.
#[wasm_bindgen(js_name = matchPattern, skip_typescript)]
#[must_use]
pub fn match_pattern(pattern: &JsValue, value: &JsValue, dialect: &JsValue) -> JsValue {
    answer::<Trace>((|| {
        let dialect = match dialect.is_undefined() || dialect.is_null() {
            true => claimgate::pattern::Dialect::Pulumi,
            false => input::dialect(&text(dialect, "dialect")?)?,
        };
        let pattern = Pattern::new(&text(pattern, "pattern")?, dialect)
            .map_err(|error| failure(error.code(), error))?;
        Ok(pattern.trace(&text(value, "value")?))
    })())
}

/// Checks the signature of a compact JWS, of any payload, with the only suitable key of a set:
/// whether it is genuine, and its algorithm and key. Tests compare hosts with it.
#[cfg(feature = "pure")]
#[wasm_bindgen(js_name = checkJws, skip_typescript)]
#[must_use]
pub fn check_jws(jws: &str, jwks: &str) -> JsValue {
    use claimgate::jwt::{
        DEFAULT_MAX_SIZE, SignatureCheck, VerifySignature, decode_unverified_jws,
    };
    #[derive(Serialize)]
    struct Checked {
        genuine: bool,
        algorithm: &'static str,
        key: Option<String>,
    }
    answer((|| {
        let jws = decode_unverified_jws(jws, DEFAULT_MAX_SIZE).map_err(token_failure)?;
        let algorithm = jws.algorithm().map_err(token_failure)?;
        let jwks = Jwks::parse(jwks).map_err(|error| failure(error.code(), error))?;
        let key = jwks
            .select(jws.key_id(), algorithm)
            .map_err(token_failure)?;
        let (signing_input, signature) = (jws.signing_input(), jws.signature());
        let check = SignatureCheck {
            algorithm,
            key: &key,
            signing_input,
            signature,
        };
        let genuine = cryptography::Pure.verify(&check).map_err(token_failure)?;
        Ok(Checked {
            genuine,
            algorithm: algorithm.as_str(),
            key: key.to_json(),
        })
    })())
}

fn token_failure(error: claimgate::jwt::TokenError) -> Diagnostics {
    let diagnostic = Diagnostic::error("", error.code(), error.to_string());
    match error.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
    .into()
}

#[inline(never)]
fn text(value: &JsValue, name: &str) -> Result<String, Diagnostics> {
    let Some(string) = value.dyn_ref::<JsString>() else {
        return Err(failure(
            "wrong-argument",
            format_args!("expected `{name}` to be a string"),
        ));
    };
    // Otherwise lone surrogates would turn into other characters, and a pattern might match those.
    if !string.is_valid_utf16() {
        let message = format_args!(
            "expected `{name}` to be well-formed Unicode, found half of a surrogate pair"
        );
        return Err(failure("wrong-argument", message));
    }
    Ok(String::from(string))
}

/// The tagged result of every function.
fn answer<T: Serialize>(result: Result<T, Diagnostics>) -> JsValue {
    tagged(result.map(|value| write(&value)))
}

/// The same with a value in JSON. Not inlined, because each function that JavaScript calls ends with it.
#[inline(never)]
fn tagged(result: Result<String, Diagnostics>) -> JsValue {
    let json = match result {
        Ok(value) => format!(r#"{{"ok":true,"value":{value}}}"#),
        Err(errors) => format!(r#"{{"ok":false,"errors":{}}}"#, write(&errors)),
    };
    // `JSON.parse` keeps a claim `__proto__` an ordinary member, and rounds integers beyond 2^53;
    // setting members one by one would make the claim the object's prototype, and refuse the
    // integers.
    JSON::parse(&json).unwrap_or(JsValue::UNDEFINED)
}
